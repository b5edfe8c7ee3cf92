// Whole hidden networks for NCU and hidden-network engine: both engines' packages compute the same bytes,
// whatever the codec, the tiles and the memories.
#include <algorithm>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <set>

#include "tests/unit/compiler/hidden_model.h"
#include "tests/unit/compiler/package_interpreter.h"

namespace kasane::compiler::test {
namespace {

using kasane::test::PackageInterpreter;
using ::testing::HasSubstr;

constexpr CompileTarget roomy{1U << 22, 1U << 22};

CompileOptions for_engine(const HiddeniteMapping& mapping = {}) {
  CompileOptions options;
  options.hiddenite = mapping;
  return options;
}

std::span<const std::uint8_t> image(const CalibrationImages& images, std::size_t index) {
  const std::size_t bytes = std::size_t{images.channels} * images.height * images.width;
  return std::span(images.pixels).subspan(index * bytes, bytes);
}

/// A residual network of all that may run on the engine: strides, a shortcut, groups, dilation, a pool, two
/// fully connected layers.
struct Network {
  std::filesystem::path file;
  Shape input{3, 12, 10};
};

Network residual_network(double kept, std::uint32_t generator = KASANE_GENERATOR_MURMUR) {
  HiddenModel b({1, 3, 12, 10}, generator);
  b.hidden_convolution("stem", "input", {.outputs = 12, .inputs = 3, .kernel = 5, .kept = kept});
  const std::string stem = b.last;
  b.hidden_convolution("down", stem, {.outputs = 20, .inputs = 12, .kept = kept, .stride = 2});
  b.hidden_convolution("body", b.last,
                       {.outputs = 20, .inputs = 20, .kept = kept, .groups = 2, .dilation = 2}, false);
  const std::string body = b.last;
  b.hidden_convolution("shortcut", stem,
                       {.outputs = 20, .inputs = 12, .kernel = 1, .kept = kept, .stride = 2}, false);
  b.node("Add", "add", {body, b.last});
  b.relu("add.relu");
  b.hidden_convolution("depthwise", b.last, {.outputs = 20, .inputs = 20, .kept = kept, .groups = 20});
  b.pool("MaxPool", "pool", 2, 2);
  b.node("Flatten", "flatten", {b.last});
  b.hidden_vector("fc1", 17, 20 * 3 * 2, kept);
  b.relu("fc1.relu");
  b.hidden_vector("fc2", 10, 17, std::max(kept, 0.5));
  return {b.save()};
}

std::vector<std::vector<std::uint8_t>> outputs_of(std::span<const std::uint8_t> package,
                                                  const CalibrationImages& images, std::size_t count) {
  PackageInterpreter interpreter(package);
  std::vector<std::vector<std::uint8_t>> outputs;
  for (std::size_t i = 0; i < count; ++i) outputs.push_back(interpreter.run(image(images, i)));
  return outputs;
}

void expect_engines_agree(const Network& network, const std::vector<HiddeniteMapping>& mappings) {
  constexpr std::size_t count = 2;
  const CalibrationImages images = random_images(network.input, count, 5);
  const auto ncu = outputs_of(compile(network.file, images, roomy), images, count);
  const std::set<std::uint8_t> levels(ncu[0].begin(), ncu[0].end());
  EXPECT_GT(levels.size(), 4U) << "an output that says nothing";
  for (std::size_t i = 0; i < mappings.size(); ++i) {
    SCOPED_TRACE("mapping " + std::to_string(i));
    const auto package = compile(network.file, images, roomy, for_engine(mappings[i]));
    EXPECT_EQ(outputs_of(package, images, count), ncu);
    EXPECT_EQ(PackageView(package).header().hiddenite_outputs, mappings[i].output_lanes);
  }
}

TEST(HiddenNetwork, EnginesAgreeAtEveryDensity) {
  for (const double kept : {0.05, 0.1, 0.5, 1.0}) {
    SCOPED_TRACE(kept);
    expect_engines_agree(residual_network(kept), {{}});
  }
}

TEST(HiddenNetwork, EnginesAgreeWithEveryCodecAndGenerator) {
  std::vector<HiddeniteMapping> codecs;
  for (std::uint32_t bits = 0; bits <= 8; ++bits) codecs.push_back({.field_bits = bits});
  expect_engines_agree(residual_network(0.2), codecs);
  expect_engines_agree(residual_network(0.2, KASANE_GENERATOR_XORSHIFT), {{}});
}

/// Two tiles of one of down's outputs, 108 weights, are 54 bytes.
TEST(HiddenNetwork, EnginesAgreeWithTilesOfEverySize) {
  expect_engines_agree(residual_network(0.3), {{.output_lanes = 1},
                                               {.output_lanes = 3},
                                               {.output_lanes = 7},
                                               {.output_lanes = 32},
                                               {.weight_buffer_bytes = 54},
                                               {.weight_buffer_bytes = 128}});
}

std::vector<int> kinds(const std::vector<std::uint8_t>& package) {
  const PackageView view(package);
  std::vector<int> found;
  for (const kasane_layer& layer : view.layers()) found.push_back(layer.step_kind);
  return found;
}

TEST(HiddenNetwork, RunsOnTheNcuUnlessTheChipHasTheEngine) {
  const Network network = residual_network(0.3);
  const CalibrationImages images = random_images(network.input, 2, 1);
  constexpr int ncu = KASANE_STEP_NCU;
  constexpr int engine = KASANE_STEP_HIDDENITE;
  EXPECT_THAT(kinds(compile(network.file, images, roomy)), ::testing::Each(ncu));
  EXPECT_EQ(kinds(compile(network.file, images, roomy, for_engine())),
            (std::vector<int>{engine, engine, engine, engine, ncu, engine, ncu, engine, engine}));
  EXPECT_EQ(kinds(compile(network.file, images, roomy, for_engine({.ncu_layers = {"stem", "fc2"}}))),
            (std::vector<int>{ncu, engine, engine, engine, ncu, engine, ncu, engine, ncu}));
  expect_engines_agree(network, {{.ncu_layers = {"down", "fc1"}}});
}

TEST(HiddenNetwork, OfNoLayerOnTheEngineIsAnOrdinaryOne) {
  const Network network = residual_network(0.3);
  const CalibrationImages images = random_images(network.input, 2, 1);
  // No two tiles of any layer's single output fit 4 bytes, no pixel tile fits a buffer of nothing.
  EXPECT_EQ(compile(network.file, images, roomy, for_engine({.weight_buffer_bytes = 4})),
            compile(network.file, images, roomy));
  EXPECT_EQ(compile(network.file, images, roomy, for_engine({.input_buffer_bytes = 0})),
            compile(network.file, images, roomy));
}

/// A trained network on a chip with the engine.
TEST(HiddenNetwork, TrainedLayersStayOnTheNcu) {
  ModelBuilder b({1, 2, 8, 8});
  b.convolution("conv", "input", 4, 2, 3);
  const auto file = b.save();
  const CalibrationImages images = random_images({2, 8, 8}, 2, 1);
  EXPECT_EQ(compile(file, images, roomy, for_engine()), compile(file, images, roomy));
}

/// Down: 20 outputs of 12 x 9 weights in tiles of 8, 8 and 4.
TEST(HiddenNetwork, CountsWeightsAndBytesOfEachLayer) {
  const Network network = residual_network(0.3);
  const auto package =
      compile(network.file, random_images(network.input, 2, 1), roomy, for_engine({.field_bits = 0}));
  const kasane_layer layer = PackageView(package).layers()[1];
  EXPECT_EQ(layer.hidden_weights, 20U * 108);
  EXPECT_NEAR(layer.kept_weights, 0.3 * 20 * 108, 90);
  EXPECT_EQ(layer.weight_bytes, 3U * 4 + 20 * 108 / 8 + 20 * sizeof(kasane_channel_parameters));
  const auto ncu = compile(network.file, random_images(network.input, 2, 1), roomy);
  EXPECT_EQ(PackageView(ncu).layers()[1].hidden_weights, 0U);
  EXPECT_EQ(PackageView(ncu).layers()[1].weight_bytes, 20U * 108 + 20 * sizeof(kasane_channel_parameters));
}

/// Seeds and masks suffice: no byte of a package follows from the weights' constant but the multipliers.
TEST(HiddenNetwork, PackageHoldsNeitherWeightsNorSigns) {
  const Network network = residual_network(0.3);
  const auto package = compile(network.file, random_images(network.input, 2, 1), roomy, for_engine());
  const PackageView view(package);
  std::uint64_t masks_and_parameters = 0;
  for (const kasane_layer& layer : view.layers()) masks_and_parameters += layer.weight_bytes;
  // Each of three sections of nine layers may end with 15 bytes that align the next one.
  EXPECT_LE(view.header().data_bytes, masks_and_parameters + 9 * 3 * 15);
}

/// The same outputs from memories that hold no whole map, no whole layer's masks.
void expect_same_under(const Network& network, const HiddeniteMapping& mapping,
                       const std::vector<CompileTarget>& targets) {
  const CalibrationImages images = random_images(network.input, 2, 3);
  const auto whole = compile(network.file, images, roomy, for_engine(mapping));
  const auto expected = outputs_of(whole, images, 2);
  for (const CompileTarget& target : targets) {
    SCOPED_TRACE(std::to_string(target.fmm_bytes) + " " + std::to_string(target.wm_bytes));
    const auto package = compile(network.file, images, target, for_engine(mapping));
    const auto header = PackageView(package).header();
    EXPECT_LE(header.fmm_bytes, target.fmm_bytes);
    EXPECT_LE(header.wm_bytes, target.wm_bytes);
    EXPECT_GT(header.command_count, PackageView(whole).header().command_count);
    EXPECT_EQ(outputs_of(package, images, 2), expected);
  }
}

TEST(HiddenNetwork, TiledIsBitIdentical) {
  const Network network = residual_network(0.3);
  expect_same_under(network, {}, {{1U << 20, 400}, {1500, 1U << 20}, {900, 400}});
  expect_same_under(network, {.output_lanes = 2, .field_bits = 3}, {{1U << 20, 200}, {900, 200}});
}

/// Cut within a layer, each command begins with its own first weight.
TEST(HiddenNetwork, MasksAreCutIntoRangesOfOutputs) {
  const Network network = residual_network(0.3);
  const auto package =
      compile(network.file, random_images(network.input, 2, 1), {1U << 20, 400}, for_engine());
  const PackageView view(package);
  std::set<std::uint32_t> first_weights;
  for (const kasane_step& step : view.steps())
    for (std::uint32_t i = step.first; step.kind == KASANE_STEP_HIDDENITE && i < step.first + step.count;
         ++i) {
      kasane_hiddenite_convolution command;
      std::memcpy(&command, view.command(i).data(), sizeof command);
      if (command.header.layer == 1) first_weights.insert(command.first_weight);
    }
  EXPECT_EQ(first_weights, (std::set<std::uint32_t>{0, 8 * 108, 16 * 108}));
}

TEST(HiddenNetwork, CompilingTwiceGivesTheSameBytes) {
  const Network network = residual_network(0.3);
  const CalibrationImages images = random_images(network.input, 2, 1);
  EXPECT_EQ(compile(network.file, images, roomy, for_engine()),
            compile(network.file, images, roomy, for_engine()));
}

std::string compile_error(const Network& network, const CompileTarget& target,
                          const CompileOptions& options) {
  try {
    compile(network.file, random_images(network.input, 2, 1), target, options);
  } catch (const CompileError& error) {
    EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
    return error.what();
  }
  return "no error";
}

TEST(HiddenNetwork, WhatCannotBeIsNamed) {
  const Network network = residual_network(0.3);
  // Raw, 8 outputs of fc1's 120 inputs: 4 bytes of table, 120 of masks, 8 x 12 of parameters, each aligned.
  const CompileOptions raw = for_engine({.field_bits = 0});
  EXPECT_EQ(compile_error(network, {1U << 20, 240}, raw), "no error");
  EXPECT_THAT(compile_error(network, {1U << 20, 239}, raw),
              HasSubstr("node 'fc1' (Gemm+Relu): needs 240 bytes of weight memory for a tile of 8 output "
                        "channels, expected at most 239"));
  EXPECT_THAT(compile_error(network, roomy, for_engine({.ncu_layers = {"pool"}})),
              HasSubstr("'pool' shall stay on the NCU, expected the name of a layer with weights"));
  EXPECT_THAT(compile_error(network, roomy, for_engine({.output_lanes = 0})),
              HasSubstr("0 output lanes, expected 1 to 65535"));
  EXPECT_THAT(compile_error(network, roomy, for_engine({.field_bits = 9})), HasSubstr("expected 0 to 8"));
  CompileOptions both = for_engine();
  both.array.emplace();
  EXPECT_THAT(compile_error(network, roomy, both),
              HasSubstr("a Cartesian-product array and a hidden-network engine, expected one of them"));
}

}  // namespace
}  // namespace kasane::compiler::test
