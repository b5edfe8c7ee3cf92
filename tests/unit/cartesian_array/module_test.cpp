/// The array as a module: hand-worked time on the real memories, counters, energy, and what pruning saves.
#include <cmath>
#include <gtest/gtest.h>
#include <memory>

#include "models/cartesian_array/costs.h"
#include "models/common/slot_estimate.h"
#include "tests/reference/random_cartesian_layers.h"
#include "tests/unit/cartesian_array/array_chip.h"
#include "tests/unit/cartesian_array/dense_layers.h"

namespace kasane {
namespace {

using cartesian::DenseLayer;
using cartesian::DenseShape;
using cartesian::Operation;
using reference::Pruning;
using reference::Random;

constexpr std::uint32_t no_error = KASANE_ERROR_NONE;

class CartesianModule : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    technology = std::make_unique<Technology>(
        Technology::load({.file = KASANE_SOURCE_DIR "/models/technology/tables/45nm.yaml"}));
    account = std::make_unique<EnergyAccount>();
    chip = std::make_unique<ArrayChip>("chip", ArrayChip::Sizes{}, *account, *technology);
    narrow = std::make_unique<ArrayChip>("narrow", ArrayChip::Sizes{.engine = {.rows = 8, .columns = 16}},
                                         *account, *technology);
    wide = std::make_unique<ArrayChip>("wide", ArrayChip::Sizes{.fmm_port_bytes = 32, .wm_port_bytes = 32},
                                       *account, *technology);
    sc_core::sc_start(sc_core::SC_ZERO_TIME);
  }

  static ArrayChip::Result run(const DenseLayer& layer) {
    chip->load_wm(layer.wm);
    const ArrayChip::Result result = chip->run(layer.record());
    EXPECT_EQ(result.error, no_error);
    return result;
  }

  static inline std::unique_ptr<Technology> technology;
  static inline std::unique_ptr<EnergyAccount> account;
  static inline std::unique_ptr<ArrayChip> chip;
  static inline std::unique_ptr<ArrayChip> narrow;  ///< of a smaller array
  static inline std::unique_ptr<ArrayChip> wide;    ///< with memories of 32 bytes a cycle
};

TEST_F(CartesianModule, ShowsItsShape) {
  EXPECT_EQ(chip->read(KASANE_ENGINE_ID), static_cast<std::uint32_t>(KASANE_ENGINE_ID_CARTESIAN));
  EXPECT_EQ(chip->read(KASANE_CARTESIAN_ROWS), 32u);
  EXPECT_EQ(chip->read(KASANE_CARTESIAN_COLUMNS), 32u);
  EXPECT_EQ(narrow->read(KASANE_CARTESIAN_ROWS), 8u);
  EXPECT_EQ(narrow->read(KASANE_CARTESIAN_COLUMNS), 16u);
}

// The layers that schedule_test.cpp works by hand, each with its steps: pixel tiles x output tiles x kept.
TEST_F(CartesianModule, TakesHandWorkedCyclesOnRealMemories) {
  const auto expect = [](const DenseLayer& layer, std::uint64_t cycles, std::uint64_t steps) {
    const ArrayChip::Result result = run(layer);
    EXPECT_EQ(result.cycles, cycles);
    EXPECT_EQ(chip->steps(), steps);
  };
  expect(DenseLayer({.inputs = 64, .size = 8, .outputs = 64}), 442, 2 * 2 * 64);
  expect(DenseLayer({.inputs = 32, .size = 16, .outputs = 32, .kernel = 3, .stride = 2, .pad = 1}), 930,
         2 * 288);
  expect(DenseLayer({.inputs = 32,
                     .size = 8,
                     .outputs = 32,
                     .kernel = 3,
                     .pad = 1,
                     .groups = 32,
                     .input_bits = 8,
                     .output_bits = 8}),
         2069, 2 * 32 * 9);
  expect(DenseLayer({.inputs = 4, .size = 16, .outputs = 32}), 318, 8 * 4);
  DenseLayer fully_connected({.inputs = 256, .outputs = 64, .output_bits = 8});
  fully_connected.command.header.opcode = KASANE_CARTESIAN_FULLY_CONNECTED;
  expect(fully_connected, 851, 2 * 256);
}

TEST_F(CartesianModule, DenseWeightsOfOneAddTheirWindows) {
  // 3 inputs of -1 under all-one kernels, padding 0: 4, 6 and 9 elements of the window lie in the map.
  const DenseLayer layer(
      {.inputs = 3, .size = 3, .outputs = 2, .kernel = 3, .pad = 1, .input_bits = 8, .output_bits = 8});
  chip->load_fmm(reference::Bytes(3 * 9, 0x0F));
  run(layer);
  const reference::Bytes after = chip->dump_fmm();
  const std::vector<int> expected{-12, -18, -12, -18, -27, -18, -12, -18, -12};
  for (std::uint64_t pixel = 0; pixel < 18; ++pixel)
    EXPECT_EQ(reference::signed_byte(after, layer.command.output_address + pixel), expected[pixel % 9])
        << pixel;
}

// 24 -> 40 -> 16 channels in one list: the second layer reads what the first one wrote, packed.
TEST_F(CartesianModule, LayersOfAListFollowEachOther) {
  Random random(6);
  DenseLayer first({.inputs = 24, .size = 9, .outputs = 40, .kernel = 3, .pad = 1, .kept = 0x155});
  DenseLayer second({.inputs = 40, .size = 9, .outputs = 16, .output_bits = 8});
  for (std::size_t a = first.command.weight_address; a < first.wm.size(); ++a) first.wm[a] = random.byte();
  for (std::size_t a = second.command.weight_address; a < second.wm.size(); ++a) second.wm[a] = random.byte();
  reference::store_word(first.wm, 8, 4);  // a shift of its own for channel 0
  const auto behind = static_cast<std::uint32_t>((first.wm.size() + 3) / 4 * 4);
  second.command.parameters_address += behind;
  second.command.kept_address += behind;
  second.command.weight_address += behind;
  second.command.input_address = first.command.output_address;
  second.command.output_address = first.command.output_address + 20 * 81;
  reference::Bytes wm = first.wm, fmm(ArrayChip::fmm_bytes);
  wm.resize(behind);
  wm.insert(wm.end(), second.wm.begin(), second.wm.end());
  for (std::uint8_t& byte : fmm) byte = random.byte();
  chip->load_fmm(fmm);
  chip->load_wm(wm);
  const ArrayChip::Result result = chip->run({first.record(), second.record()});
  EXPECT_EQ(result.error, no_error);
  EXPECT_EQ(chip->steps(), 3u * (2 * 24 * 5 + 40));  // 81 pixels are three tiles, 40 outputs two
  const reference::Bytes between = reference::cartesian_convolution(first.command, fmm, wm);
  EXPECT_TRUE(chip->dump_fmm() == reference::cartesian_convolution(second.command, between, wm));
  // The list ends with its first error, and forgets the steps when it is reset.
  second.command.groups = 3;
  EXPECT_EQ(chip->run({first.record(), second.record()}).error,
            static_cast<std::uint32_t>(KASANE_ERROR_PARAMETER));
  EXPECT_EQ(chip->read(KASANE_CARTESIAN_STEPS_LOW), 3u * 2 * 24 * 5);
}

// Layers of real sizes: many channels, more weights than both halves of the buffer, maps of many tiles.
TEST_F(CartesianModule, LargeLayersEqualTheReference) {
  Random random(12);
  std::vector<DenseShape> shapes{
      {.inputs = 160, .size = 8, .outputs = 64, .kernel = 3, .pad = 1},
      {.inputs = 32, .size = 64, .outputs = 32, .kernel = 3, .stride = 2, .pad = 1},
      {.inputs = 300, .size = 4, .outputs = 96, .input_bits = 8, .output_bits = 8},
      {.inputs = 96, .size = 28, .outputs = 96, .kernel = 3, .pad = 1, .groups = 96, .output_bits = 8},
      {.inputs = 3, .size = 56, .outputs = 24, .kernel = 7, .stride = 2, .pad = 3},
      {.inputs = 8000, .outputs = 40, .output_bits = 8}};
  for (const DenseShape& shape : shapes)
    for (const Pruning pruning : {Pruning::dense, Pruning::shared, Pruning::independent}) {
      const auto layer = make_cartesian_layer(random, DenseLayer(shape).command, pruning, 200);
      reference::Bytes fmm = layer.fmm;
      fmm.resize(ArrayChip::fmm_bytes, 0x77);
      chip->load_fmm(fmm);
      chip->load_wm(layer.wm);
      ASSERT_EQ(chip->run(layer.record()).error, no_error) << layer.description;
      ASSERT_TRUE(chip->dump_fmm() == reference::cartesian_convolution(layer.command, fmm, layer.wm))
          << layer.description;
    }
}

// Operations are those of the schedule; each costs what the technology says of it.
TEST_F(CartesianModule, BooksTheEnergyOfWhatItDoes) {
  Random random(8);
  for (std::uint16_t index = 0; index < 12; ++index) {
    reference::CartesianLayer layer = make_random_cartesian_layer(random, 32);
    layer.command.header.layer = index;
    const std::span<const std::uint8_t> wm = layer.wm;
    const auto lists = wm.subspan(layer.command.kept_address, cartesian::kept_bytes(layer.command));
    cartesian::Schedule schedule(layer.command, chip->engine.config(),
                                 cartesian::KeptCoordinates::decode(layer.command, lists).value());
    const auto expected = estimate(schedule, {}, {}).operations;
    std::array<std::uint64_t, cartesian::operation_count> before;
    for (std::size_t kind = 0; kind < before.size(); ++kind)
      before[kind] = chip->count(static_cast<Operation>(kind));
    chip->load_fmm(layer.fmm);
    chip->load_wm(layer.wm);
    ASSERT_EQ(chip->run(layer.record()).error, no_error);
    const auto costs = cartesian::operation_costs(chip->engine.config(), *technology);
    double joules = 0;
    for (std::size_t kind = 0; kind < before.size(); ++kind) {
      EXPECT_EQ(chip->count(static_cast<Operation>(kind)) - before[kind], expected.all()[kind])
          << costs[kind].name;
      joules += static_cast<double>(expected.all()[kind]) * costs[kind].joules.value;
    }
    const BlockEntry& block = account->blocks()[chip->engine.block().index];
    EXPECT_NEAR(block.layers.at(index).energy.dynamic, joules, joules * 1e-9) << layer.description;
  }
}

// What pruning 88 % of the weights of a layer of 64 -> 256 channels, 3 x 3, 16 x 16 pixels saves: 8 output
// tiles of 576 coordinates, 8 pixel tiles. A step is skipped only if its coordinate is pruned for all 32
// output channels of the tile. Each of the 8 x 576 coordinates is drawn for itself, so the tolerances are
// five standard deviations of a binomial distribution:
//   independent: 0.88^32 = 1.67 % skipped, sqrt(0.0167 * 0.9833 / 4608) = 0.19 %, within 0.95 %
//   shared:      88 % skipped, sqrt(0.88 * 0.12 / 4608) = 0.48 %, within 2.4 %
TEST_F(CartesianModule, IndependentPruningSkipsHardlyAnyStepsAndSharedPruningItsShare) {
  constexpr double coordinates = 8 * 576, dense_steps = coordinates * 8;
  const double independent_skips = std::pow(0.88, 32);
  const auto tolerance = [](double p) { return 5 * std::sqrt(p * (1 - p) / coordinates); };
  struct Work {
    std::uint64_t steps, cycles;
  };
  Random random(88);
  const auto execute = [&](Pruning pruning) {
    const DenseLayer shape({.inputs = 64, .size = 16, .outputs = 256, .kernel = 3, .pad = 1});
    const auto layer = make_cartesian_layer(random, shape.command, pruning, 120);
    wide->load_fmm(layer.fmm);
    wide->load_wm(layer.wm);
    const ArrayChip::Result result = wide->run(layer.record());
    EXPECT_EQ(result.error, no_error);
    return Work{.steps = wide->steps(), .cycles = result.cycles};
  };
  const Work dense = execute(Pruning::dense), independent = execute(Pruning::independent),
             shared = execute(Pruning::shared);
  const auto steps_saved = [](const Work& work) { return 1 - static_cast<double>(work.steps) / dense_steps; };
  const auto cycles_saved = [&](const Work& work) {
    return 1 - static_cast<double>(work.cycles) / static_cast<double>(dense.cycles);
  };
  EXPECT_EQ(steps_saved(dense), 0);
  EXPECT_NEAR(steps_saved(independent), independent_skips, tolerance(independent_skips));
  EXPECT_GT(steps_saved(independent), 0);
  EXPECT_NEAR(steps_saved(shared), 0.88, tolerance(0.88));
  // Busy cycles follow the steps but for 64 bubbles, the first load, the last drain, and loads that no longer
  // hide: together less than 2 % of the dense layer's cycles.
  EXPECT_LT(static_cast<double>(dense.cycles), 1.02 * dense_steps);
  EXPECT_NEAR(cycles_saved(independent), steps_saved(independent), 0.001);
  EXPECT_NEAR(cycles_saved(shared), steps_saved(shared), 0.02);
  std::cout << "independent pruning skips " << 100 * steps_saved(independent) << " % of the steps and saves "
            << 100 * cycles_saved(independent) << " % of the cycles, shared pruning "
            << 100 * steps_saved(shared) << " % and " << 100 * cycles_saved(shared) << " %\n";
}

}  // namespace
}  // namespace kasane
