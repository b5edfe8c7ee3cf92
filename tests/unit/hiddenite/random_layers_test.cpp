/// The engine on its real memories against the independent reference, its time against the schedule's
/// estimate, its operations against a plain count: random layers of every shape, density and codec on arrays
/// of many factorisations, from ample buffers to hardly any.
#include <array>
#include <gtest/gtest.h>
#include <map>
#include <memory>

#include "models/common/slot_estimate.h"
#include "tests/reference/random_hiddenite_layers.h"
#include "tests/unit/hiddenite/hiddenite_chip.h"
#include "tests/unit/hiddenite/random_config.h"
#include "tests/unit/place_anywhere.h"

namespace kasane {
namespace {

using hiddenite::Operation;
using reference::Bytes;
using reference::HiddenLayer;
using reference::Random;

constexpr std::uint32_t no_error = KASANE_ERROR_NONE;

#ifdef KASANE_MANY_LAYERS
constexpr int layers_a_chip = 1000;
#else
constexpr int layers_a_chip = 24;
#endif

/// What a command has in Weight Memory.
constexpr std::initializer_list<std::uint32_t kasane_hiddenite_convolution::*> lists{
    &kasane_hiddenite_convolution::tiles_address, &kasane_hiddenite_convolution::mask_address,
    &kasane_hiddenite_convolution::parameters_address};

struct Technologies {
  Technology technology = Technology::load({.file = KASANE_SOURCE_DIR "/models/technology/tables/45nm.yaml"});
  EnergyAccount account;
};

hiddenite::Schedule schedule_of(const HiddeniteChip& chip, const HiddenLayer& layer) {
  const Preparation table = hiddenite::preparation_of(layer.command);
  auto masks =
      hiddenite::MaskTiles::decode(layer.command, std::span(layer.wm).subspan(table.address, table.bytes));
  return {layer.command, chip.engine.config(), std::move(masks.value())};
}

/// Operations whose number follows from the data: masks, activations, and generator.
struct DataCounts {
  std::uint64_t masked, zero, added, murmur, xorshift;
  bool operator==(const DataCounts&) const = default;

  static DataCounts of(const HiddeniteChip& chip) {
    return {.masked = chip.count(Operation::masked_operand),
            .zero = chip.count(Operation::zero_operand),
            .added = chip.count(Operation::add),
            .murmur = chip.count(Operation::generate_murmur),
            .xorshift = chip.count(Operation::generate_xorshift)};
  }
  static DataCounts expected(const HiddenLayer& layer) {
    const reference::OperandCounts operands = reference::count_operands(layer.command, layer.fmm, layer.wm);
    const std::vector<int> weights = reference::hidden_weights(layer.command, layer.wm);
    const auto kept =
        weights.size() - static_cast<std::uint64_t>(std::count(weights.begin(), weights.end(), 0));
    const bool murmur = layer.command.generator == KASANE_GENERATOR_MURMUR;
    return {.masked = operands.masked,
            .zero = operands.zero,
            .added = operands.added,
            .murmur = murmur ? kept : 0,
            .xorshift = murmur ? 0 : kept};
  }
  DataCounts operator-(const DataCounts& before) const {
    return {masked - before.masked, zero - before.zero, added - before.added, murmur - before.murmur,
            xorshift - before.xorshift};
  }
  friend std::ostream& operator<<(std::ostream& out, const DataCounts& c) {
    return out << c.masked << " masked, " << c.zero << " zero, " << c.added << " added, " << c.murmur
               << " by murmur, " << c.xorshift << " by xorshift";
  }
};

/// Every other layer has maps of many pixel tiles and few channels, every tenth is larger.
reference::HiddenLimits limits_of(int index, const HiddeniteConfig& config) {
  reference::HiddenLimits limits{.products = index % 10 == 0 ? 2'000'000u : 200'000u};
  if (index % 2 == 1) limits = {.map = {.channels = 4, .extent = 60}, .outputs = 40, .products = 1'000'000};
  limits.tile_weights = hiddenite::tile_weights(config);
  return limits;
}

class HiddeniteRandomLayers : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    technologies = std::make_unique<Technologies>();
    const auto chip = [](const char* name, const HiddeniteChip::Sizes& sizes) {
      chips[name] =
          std::make_unique<HiddeniteChip>(name, sizes, technologies->account, technologies->technology);
    };
    const auto lanes = [](std::uint32_t inputs, std::uint32_t outputs, std::uint32_t rows,
                          std::uint32_t columns) {
      return HiddeniteConfig{
          .input_channels = inputs, .output_channels = outputs, .rows = rows, .columns = columns};
    };
    chip("a_default", {});
    chip("b_four_sixteen_eight_eight",
         {.engine = lanes(4, 16, 8, 8), .fmm_port_bytes = 32, .wm_port_bytes = 32});
    chip("c_sixteen_sixteen_four_four", {.engine = lanes(16, 16, 4, 4), .fmm_port_bytes = 4});
    chip("d_eight_eight_sixteen_four", {.engine = lanes(8, 8, 16, 4), .wm_port_bytes = 1});
    HiddeniteConfig single = lanes(1, 1, 1, 1);
    single.expander_fields = 1;
    single.mask_fifo_bytes = 0;
    single.weight_buffer_bytes = 512;
    single.input_buffer_bytes = 128;
    single.requantizers = 1;
    single.pipeline_cycles = 0;
    single.tile_bubble_cycles = 0;
    chip("e_one_lane", {.engine = single});
    HiddeniteConfig odd = lanes(3, 5, 7, 2);
    odd.expander_fields = 7;
    odd.weight_buffer_bytes = 1024;
    odd.input_buffer_bytes = 256;
    odd.requantizers = 3;
    chip("f_odd", {.engine = odd, .fmm_port_bytes = 3, .wm_port_bytes = 5});
    HiddeniteConfig tiny;
    tiny.mask_fifo_bytes = 8;
    tiny.weight_buffer_bytes = 256;
    tiny.input_buffer_bytes = 256;
    chip("g_tiny_buffers", {.engine = tiny, .banks = 2});
    HiddeniteConfig wide = lanes(64, 4, 2, 64);
    wide.expander_fields = 128;
    wide.input_buffer_bytes = 1024;
    wide.weight_buffer_bytes = 2048;
    chip("h_wide", {.engine = wide});
    sc_core::sc_start(sc_core::SC_ZERO_TIME);
  }

  static void expect_reference(HiddeniteChip& chip, const HiddenLayer& layer) {
    chip.load_fmm(layer.fmm);
    chip.load_wm(layer.wm);
    const DataCounts before = DataCounts::of(chip);
    const HiddeniteChip::Result result = chip.run(layer.record());
    ASSERT_EQ(result.error, no_error) << layer.description;
    ASSERT_EQ(result.status & (KASANE_STATUS_BUSY | KASANE_STATUS_ERROR), 0u) << layer.description;
    const Bytes after = chip.dump_fmm(), expected = layer.expected();
    const auto [wrong, right] = std::ranges::mismatch(after, expected);
    ASSERT_EQ(wrong, after.end()) << layer.description << ": byte " << wrong - after.begin() << " is "
                                  << int{*wrong} << ", expected " << int{*right} << "; maps begin at "
                                  << layer.command.input_address << " and " << layer.command.output_address;
    ASSERT_TRUE(chip.dump_wm() == layer.wm) << layer.description;
    expect_counts(chip, layer, before);
    hiddenite::Schedule schedule = schedule_of(chip, layer);
    const std::uint64_t estimated = estimate(schedule, {.bytes_per_cycle = chip.sizes.fmm_port_bytes},
                                             {.bytes_per_cycle = chip.sizes.wm_port_bytes})
                                        .cycles;
    // Bursts of two banks wait for each other.
    ASSERT_TRUE(chip.sizes.banks == 2 ? result.cycles >= estimated : result.cycles == estimated)
        << layer.description << ": " << result.cycles << " cycles, estimated " << estimated;
  }

  static void expect_counts(HiddeniteChip& chip, const HiddenLayer& layer, const DataCounts& before) {
    const DataCounts counts = DataCounts::of(chip) - before;
    ASSERT_EQ(counts, DataCounts::expected(layer)) << layer.description;
    const kasane_hiddenite_convolution& c = layer.command;
    ASSERT_EQ(counts.masked + counts.zero + counts.added,
              c.output_channels * reference::weights_an_output(c) * c.output_height * c.output_width)
        << layer.description;
    ASSERT_EQ(chip.weights(), counts.murmur + counts.xorshift) << layer.description;
  }

  static inline std::unique_ptr<Technologies> technologies;
  static inline std::map<std::string, std::unique_ptr<HiddeniteChip>> chips;
};

// A buffer that cannot hold one channel's window for one pixel tile is refused; see refusals_test.cpp.
TEST_F(HiddeniteRandomLayers, ComputeWhatTheReferenceSays) {
  int banded = 0, chunked = 0, in_blocks = 0;
  for (const auto& [name, chip] : chips) {
    SCOPED_TRACE(name);
    const HiddeniteConfig& config = chip->engine.config();
    Random random(11 + config.rows * 100 + config.input_channels);
    int executed = 0;
    for (int index = 0; index < layers_a_chip; ++index) {
      HiddenLayer layer = make_random_hidden_layer(random, config.output_channels, limits_of(index, config));
      place_anywhere<HiddeniteChip>(random, layer, lists);
      if (hiddenite::check(layer.command, config) != no_error) continue;
      expect_reference(*chip, layer);
      if (HasFatalFailure()) return;
      ++executed;
      const hiddenite::Cut cut = hiddenite::cut(layer.command, config);
      banded += cut.band_columns > config.columns;
      chunked += cut.chunks > 1;
      in_blocks += cut.block_tiles < reference::hidden_tiles(layer.command, layer.wm).size() &&
                   layer.command.groups == 1;
    }
    EXPECT_GT(executed, layers_a_chip / 2);
    if (name == "a_default") {
      EXPECT_EQ(executed, layers_a_chip);
    }
    std::cout << name << ": " << executed << " of " << layers_a_chip << " layers\n";
  }
  std::cout << banded << " with bands of several pixel tiles, " << chunked << " with chunks of channels, "
            << in_blocks << " in blocks\n";
  EXPECT_GT(banded, layers_a_chip);
  EXPECT_GT(chunked, layers_a_chip / 4);
  EXPECT_GT(in_blocks, layers_a_chip / 4);
}

TEST_F(HiddeniteRandomLayers, LargeSums) {
  Random random(5);
  for (const char* name : {"a_default", "b_four_sixteen_eight_eight", "d_eight_eight_sixteen_four"}) {
    SCOPED_TRACE(name);
    HiddenLayer layer = make_large_hidden_sums(random);
    place_anywhere<HiddeniteChip>(random, layer, lists);
    expect_reference(*chips.at(name), layer);
  }
}

}  // namespace
}  // namespace kasane
