/// The array on its real memories against the independent reference, its time against the schedule's
/// estimate: random layers of every shape and kind of pruning on arrays of several sizes, from ample buffers
/// to hardly any.
#include <gtest/gtest.h>
#include <map>
#include <memory>

#include "models/common/slot_estimate.h"
#include "tests/reference/random_cartesian_layers.h"
#include "tests/unit/cartesian_array/array_chip.h"
#include "tests/unit/place_anywhere.h"

namespace kasane {
namespace {

using reference::Bytes;
using reference::CartesianLayer;
using reference::Random;

constexpr std::uint32_t no_error = KASANE_ERROR_NONE;

#ifdef KASANE_MANY_LAYERS
constexpr int layers_a_chip = 1500;
#else
constexpr int layers_a_chip = 24;
#endif

struct Technologies {
  Technology technology = Technology::load({.file = KASANE_SOURCE_DIR "/models/technology/tables/45nm.yaml"});
  EnergyAccount account;
};

/// Steps by the words of kasane/cartesian_array.h: each kept coordinate once for each tile of pixels.
std::uint64_t steps_of(const CartesianLayer& layer, std::uint32_t rows) {
  std::uint64_t kept = 0;
  for (const reference::CartesianTile& tile : reference::decode_cartesian_tiles(layer.command, layer.wm))
    kept += tile.steps.size();
  const std::uint64_t pixels = std::uint64_t{layer.command.output_height} * layer.command.output_width;
  return kept * ((pixels + rows - 1) / rows);
}

cartesian::KeptCoordinates kept_of(const CartesianLayer& layer) {
  const std::span<const std::uint8_t> wm = layer.wm;
  return cartesian::KeptCoordinates::decode(
             layer.command, wm.subspan(layer.command.kept_address, cartesian::kept_bytes(layer.command)))
      .value();
}

std::uint64_t estimated_cycles(const ArrayChip& chip, const CartesianLayer& layer) {
  cartesian::Schedule schedule(layer.command, chip.engine.config(), kept_of(layer));
  return estimate(schedule, {.bytes_per_cycle = chip.sizes.fmm_port_bytes},
                  {.bytes_per_cycle = chip.sizes.wm_port_bytes})
      .cycles;
}

/// Every other layer has maps of many pixel tiles and few channels, every tenth is larger.
reference::CartesianLimits limits_of(int index) {
  reference::CartesianLimits limits{.products = index % 10 == 0 ? 2'000'000u : 200'000u};
  if (index % 2 == 1) limits = {.map = {.channels = 4, .extent = 60}, .outputs = 40, .products = 1'000'000};
  return limits;
}

/// What a command has in Weight Memory.
constexpr std::initializer_list<std::uint32_t kasane_cartesian_convolution::*> lists{
    &kasane_cartesian_convolution::kept_address, &kasane_cartesian_convolution::weight_address,
    &kasane_cartesian_convolution::parameters_address};

class CartesianRandomLayers : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    technologies = std::make_unique<Technologies>();
    const auto chip = [](const char* name, const ArrayChip::Sizes& sizes) {
      chips[name] = std::make_unique<ArrayChip>(name, sizes, technologies->account, technologies->technology);
    };
    chip("a_default", {.engine = {}});
    chip("b_eight_by_eight",
         {.engine = {.rows = 8, .columns = 8, .input_buffer_bytes = 2048, .weight_buffer_bytes = 1024},
          .fmm_port_bytes = 4,
          .wm_port_bytes = 8});
    chip("c_sixteen_by_thirty_two",
         {.engine = {.rows = 16, .columns = 32, .input_buffer_bytes = 1024, .weight_buffer_bytes = 4096},
          .fmm_port_bytes = 32,
          .wm_port_bytes = 4});
    chip("d_sixty_four_by_sixteen", {.engine = {.rows = 64,
                                                .columns = 16,
                                                .input_buffer_bytes = 4096,
                                                .weight_buffer_bytes = 512,
                                                .pipeline_cycles = 0,
                                                .tile_bubble_cycles = 0}});
    chip("e_tiny_buffers", {.engine = {.input_buffer_bytes = 256, .weight_buffer_bytes = 1024}, .banks = 2});
    chip("f_five_by_sixty_four",
         {.engine = {.rows = 5, .columns = 64, .input_buffer_bytes = 512, .weight_buffer_bytes = 2048},
          .fmm_port_bytes = 1,
          .wm_port_bytes = 3});
    sc_core::sc_start(sc_core::SC_ZERO_TIME);
  }

  static void expect_reference(ArrayChip& chip, const CartesianLayer& layer) {
    chip.load_fmm(layer.fmm);
    chip.load_wm(layer.wm);
    const ArrayChip::Result result = chip.run(layer.record());
    ASSERT_EQ(result.error, no_error) << layer.description;
    ASSERT_EQ(result.status & (KASANE_STATUS_BUSY | KASANE_STATUS_ERROR), 0u) << layer.description;
    ASSERT_EQ(chip.steps(), steps_of(layer, chip.engine.config().rows)) << layer.description;
    const std::uint64_t estimated = estimated_cycles(chip, layer);  // bursts of two banks wait for each other
    ASSERT_TRUE(chip.sizes.banks == 2 ? result.cycles >= estimated : result.cycles == estimated)
        << layer.description << ": " << result.cycles << " cycles, estimated " << estimated;
    const Bytes after = chip.dump_fmm(), expected = layer.expected();
    const auto [wrong, right] = std::ranges::mismatch(after, expected);
    ASSERT_EQ(wrong, after.end()) << layer.description << ": byte " << wrong - after.begin() << " is "
                                  << int{*wrong} << ", expected " << int{*right} << "; maps begin at "
                                  << layer.command.input_address << " and " << layer.command.output_address;
    ASSERT_TRUE(chip.dump_wm() == layer.wm) << layer.description;
  }

  static inline std::unique_ptr<Technologies> technologies;
  static inline std::map<std::string, std::unique_ptr<ArrayChip>> chips;
};

// A buffer that cannot hold one channel's window for one pixel tile is refused; see the next test for that.
TEST_F(CartesianRandomLayers, ComputeWhatTheReferenceSays) {
  int banded = 0, chunked = 0;
  for (const auto& [name, chip] : chips) {
    SCOPED_TRACE(name);
    const CartesianConfig& config = chip->engine.config();
    Random random(11 + config.rows * 100 + config.columns);
    int executed = 0;
    for (int index = 0; index < layers_a_chip; ++index) {
      CartesianLayer layer = make_random_cartesian_layer(random, config.columns, limits_of(index));
      place_anywhere<ArrayChip>(random, layer, lists);
      if (cartesian::check(layer.command, config) != no_error) continue;
      expect_reference(*chip, layer);
      if (HasFatalFailure()) return;
      ++executed;
      const cartesian::Cut cut = cartesian::cut(layer.command, config, kept_of(layer));
      banded += cut.band_pixels > config.rows;
      chunked += cut.chunks.size() > 1;
    }
    EXPECT_GT(executed, layers_a_chip / 2);
    if (name == "a_default") {
      EXPECT_EQ(executed, layers_a_chip);
    }
    std::cout << name << ": " << executed << " of " << layers_a_chip << " layers\n";
  }
  std::cout << banded << " with bands of several pixel tiles, " << chunked << " with chunks of channels\n";
  EXPECT_GT(banded, layers_a_chip / 4);
  EXPECT_GT(chunked, layers_a_chip / 4);
}

TEST_F(CartesianRandomLayers, SumsWrapAt24Bits) {
  Random random(5);
  for (const auto& [name, chip] : chips) {
    SCOPED_TRACE(name);
    CartesianLayer layer = make_wrapping_cartesian_layer(random, chip->engine.config().columns);
    place_anywhere<ArrayChip>(random, layer, lists);
    if (cartesian::check(layer.command, chip->engine.config()) != no_error) continue;
    expect_reference(*chip, layer);
  }
}

}  // namespace
}  // namespace kasane
