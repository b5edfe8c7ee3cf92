// Bands of output rows whose partial sums exist at once: what is planned fits its memory, and the commands
// compute every row exactly once from the rows it needs.
#include <cstring>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sw/compiler/lower.h"
#include "sw/compiler/quantize_replacement.h"
#include "tests/unit/compiler/replaced_layer.h"

namespace kasane::compiler::test {
namespace {

constexpr std::uint32_t outputs = 6;
constexpr std::uint32_t inputs = 2;
constexpr std::uint32_t width = 5;
constexpr std::uint32_t row_sums = outputs * width * 4;  ///< bytes of partial sums of one output row

const UnitSet one_unit{{{3, {1, 2, 3, 4, 5, 6, 7, 8, 9}, 0}}};

/// Half of the kernels are the unit's.
QuantizedNetwork replaced_network(const Graph& graph) {
  QuantizedNetwork network;
  network.tensors = {{1, -128}, {1, 0}};
  network.formats.resize(2);
  QuantizedLayer layer;
  layer.weights.assign(outputs * inputs * 9, 1);
  layer.weight_scales.assign(outputs, 1);
  layer.parameters.assign(outputs, {0, 1 << 30, 32});
  std::vector<MappedKernel> kernels(outputs * inputs);
  for (std::size_t i = 0; i < kernels.size(); i += 2) kernels[i] = {0, 1, 1};
  quantize_replaced_kernels(graph, graph.layers[0], network.tensors[0], one_unit, kernels, {}, layer);
  network.layers.push_back(layer);
  return network;
}

CompileTarget roomy_target(std::uint32_t sums_bytes) {
  return {.fmm_bytes = 1 << 20, .wm_bytes = 1 << 20, .sums_bytes = sums_bytes, .table_bytes = 1 << 20};
}

/// The command pairs of the layer.
struct Band {
  kasane_kcu_convolution units;
  kasane_ncu_residual residual;
};

std::vector<Band> bands_of(const PackageContents& contents) {
  std::vector<CommandBytes> commands;
  for (const kasane_step& step : contents.steps)
    if (step.kind == KASANE_STEP_KCU)
      commands.insert(commands.end(), contents.commands.begin() + step.first,
                      contents.commands.begin() + step.first + step.count);
  std::vector<Band> bands(commands.size() / 2);
  for (std::size_t i = 0; i < bands.size(); ++i) {
    std::memcpy(&bands[i].units, commands[2 * i].data(), sizeof(kasane_kcu_convolution));
    std::memcpy(&bands[i].residual, commands[2 * i + 1].data(), sizeof(kasane_ncu_residual));
    EXPECT_EQ(bands[i].units.header.opcode, KASANE_KCU_CONVOLUTION);
    EXPECT_EQ(bands[i].residual.header.opcode, KASANE_NCU_RESIDUAL);
  }
  EXPECT_EQ(commands.size() % 2, 0u);
  return bands;
}

std::uint64_t sums_end(const Band& band) {
  return std::uint64_t{band.units.sums_address} + (outputs - 1) * band.units.sums_channel_pitch +
         band.units.output_height * width * 4;
}

/// Of a band that begins at an output row: both commands read the rows that 3x3 windows of padding 1 need.
void expect_input_rows(const Band& band, std::uint32_t first, std::uint32_t height,
                       std::uint32_t map_address) {
  const std::uint32_t begin = first == 0 ? 0 : first - 1;
  const std::uint32_t end = std::min(first + band.units.output_height + 1, height);
  EXPECT_EQ(band.units.input_address, map_address + begin * width);
  EXPECT_EQ(band.units.input_height, end - begin);
  EXPECT_EQ(band.units.pad_top, first == 0 ? 1 : 0);
  EXPECT_EQ(band.residual.input_address, band.units.input_address);
  EXPECT_EQ(band.residual.input_height, band.units.input_height);
  EXPECT_EQ(band.residual.pad_top, band.units.pad_top);
}

/// All heights from 1 to 17 with every size of memory from one row to all of them twice.
TEST(Bands, CoverEveryRowOnceAndFitTheirMemory) {
  for (std::uint32_t height = 1; height <= 17; ++height) {
    const Graph graph = convolution_graph(outputs, inputs, height, width);
    const QuantizedNetwork network = replaced_network(graph);
    for (std::uint32_t sums = row_sums; sums <= (2 * height + 1) * row_sums; sums += row_sums / 2) {
      SCOPED_TRACE(std::to_string(height) + " rows, " + std::to_string(sums) + " bytes");
      const MemoryPlan plan = plan_memory(graph, network, roomy_target(sums));
      const PackageContents contents = lower(graph, network, plan);
      EXPECT_LE(contents.sums_bytes, sums);
      const std::vector<Band> bands = bands_of(contents);
      EXPECT_GE(bands.size(), std::min(height, 2u));
      EXPECT_EQ(plan.layers[0].bands_in_flight, sums >= 2 * row_sums ? 2u : 1u);
      std::uint32_t row = 0;
      for (std::size_t i = 0; i < bands.size(); ++i) {
        const Band& band = bands[i];
        EXPECT_EQ(band.residual.output_address, plan.place(0, graph.layers[0].output).offset + row * width);
        EXPECT_EQ(band.residual.output_height, band.units.output_height);
        EXPECT_EQ(band.residual.sums_address, band.units.sums_address);
        EXPECT_EQ(band.residual.sums_channel_pitch, band.units.sums_channel_pitch);
        EXPECT_GE(band.units.sums_channel_pitch, band.units.output_height * width * 4);
        EXPECT_LE(sums_end(band), sums);
        expect_input_rows(band, row, height, plan.place(0, graph.input).offset);
        if (i > 0 && plan.layers[0].bands_in_flight == 2) {
          EXPECT_TRUE(sums_end(bands[i - 1]) <= band.units.sums_address ||
                      sums_end(band) <= bands[i - 1].units.sums_address)
              << "band " << i << " overwrites what the NCU still reads";
        }
        row += band.units.output_height;
      }
      EXPECT_EQ(row, height);
    }
  }
}

/// Maps outside FMM: tiles are cut into bands, too, and their rows add up.
TEST(Bands, CoverTheRowsOfEveryTile) {
  constexpr std::uint32_t height = 23;
  const Graph graph = convolution_graph(outputs, inputs, height, width);
  const QuantizedNetwork network = replaced_network(graph);
  CompileTarget target = roomy_target(4 * row_sums);
  target.fmm_bytes = 256;
  const MemoryPlan plan = plan_memory(graph, network, target);
  ASSERT_FALSE(plan.in_maps(0, graph.layers[0].output));
  ASSERT_GT(tile_sequence(plan.layers[0].problem, plan.layers[0].tiling).size(), 1u);
  std::uint32_t rows = 0;
  for (const Band& band : bands_of(lower(graph, network, plan))) {
    EXPECT_LE(sums_end(band), target.sums_bytes);
    EXPECT_LE(band.residual.output_address + outputs * band.residual.output_channel_pitch, target.fmm_bytes);
    rows += band.units.output_height;
  }
  EXPECT_EQ(rows, height);
}

/// 7 rows, room for 5: hand-worked. Two bands in flight leave 2 rows each, so four bands of 2, 2, 2, 1.
TEST(Bands, AreOfEqualHeightButTheLast) {
  const Graph graph = convolution_graph(outputs, inputs, 7, width);
  const QuantizedNetwork network = replaced_network(graph);
  const MemoryPlan plan = plan_memory(graph, network, roomy_target(5 * row_sums));
  EXPECT_EQ(plan.layers[0].band_rows, 2u);
  EXPECT_EQ(plan.sums_bytes, 4 * row_sums);
  std::vector<std::uint32_t> heights;
  for (const Band& band : bands_of(lower(graph, network, plan))) heights.push_back(band.units.output_height);
  EXPECT_THAT(heights, ::testing::ElementsAre(2, 2, 2, 1));
}

std::string error_of(const CompileTarget& target) {
  const Graph graph = convolution_graph(outputs, inputs, 7, width);
  try {
    plan_memory(graph, replaced_network(graph), target);
  } catch (const CompileError& error) {
    return error.what();
  }
  return "";
}

TEST(Bands, ThatCannotFitAreOneLine) {
  EXPECT_EQ(error_of(roomy_target(row_sums)), "");
  EXPECT_EQ(error_of(roomy_target(row_sums - 1)),
            "test.onnx: node 'conv' (Conv): needs 120 bytes of partial sum memory for one row of output, "
            "expected at most 119");
  // Unit 0 convolves channel 0 for all six outputs: one job of 8 bytes, six targets of 4.
  CompileTarget target = roomy_target(row_sums);
  target.table_bytes = 32;
  EXPECT_EQ(error_of(target), "");
  target.table_bytes = 31;
  EXPECT_EQ(error_of(target),
            "test.onnx: node 'conv' (Conv): needs 32 bytes of correspondence table memory, expected at most "
            "31");
}

}  // namespace
}  // namespace kasane::compiler::test
