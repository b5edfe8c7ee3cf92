/// The engine as a module: hand-worked time on the real memories, counters, energy, lists, layers of real
/// sizes.
#include <array>
#include <gtest/gtest.h>
#include <memory>

#include "models/common/slot_estimate.h"
#include "models/hiddenite/costs.h"
#include "tests/reference/random_hiddenite_layers.h"
#include "tests/unit/hiddenite/dense_layers.h"
#include "tests/unit/hiddenite/hiddenite_chip.h"

namespace kasane {
namespace {

using hiddenite::DenseLayer;
using hiddenite::DenseShape;
using hiddenite::Operation;
using reference::Keep;
using reference::Random;

constexpr std::uint32_t no_error = KASANE_ERROR_NONE;

class HiddeniteModule : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    technology = std::make_unique<Technology>(
        Technology::load({.file = KASANE_SOURCE_DIR "/models/technology/tables/45nm.yaml"}));
    account = std::make_unique<EnergyAccount>();
    chip = std::make_unique<HiddeniteChip>("chip", HiddeniteChip::Sizes{}, *account, *technology);
    narrow = std::make_unique<HiddeniteChip>(
        "narrow",
        HiddeniteChip::Sizes{.engine = {.input_channels = 4, .output_channels = 2, .rows = 3, .columns = 5}},
        *account, *technology);
    sc_core::sc_start(sc_core::SC_ZERO_TIME);
  }

  static HiddeniteChip::Result run(const DenseLayer& layer) {
    chip->load_wm(layer.wm);
    const HiddeniteChip::Result result = chip->run(layer.record());
    EXPECT_EQ(result.error, no_error);
    return result;
  }

  static inline std::unique_ptr<Technology> technology;
  static inline std::unique_ptr<EnergyAccount> account;
  static inline std::unique_ptr<HiddeniteChip> chip;
  static inline std::unique_ptr<HiddeniteChip> narrow;  ///< of a smaller array
};

TEST_F(HiddeniteModule, ShowsItsShape) {
  const auto shape = [](HiddeniteChip& of) {
    return std::array{of.read(KASANE_HIDDENITE_INPUT_CHANNELS), of.read(KASANE_HIDDENITE_OUTPUT_CHANNELS),
                      of.read(KASANE_HIDDENITE_ROWS), of.read(KASANE_HIDDENITE_COLUMNS)};
  };
  EXPECT_EQ(chip->read(KASANE_ENGINE_ID), static_cast<std::uint32_t>(KASANE_ENGINE_ID_HIDDENITE));
  EXPECT_EQ(shape(*chip), (std::array{8u, 8u, 8u, 8u}));
  EXPECT_EQ(shape(*narrow), (std::array{4u, 2u, 3u, 5u}));
}

// Layers that schedule_test.cpp works by hand, each with its kept weights: a tenth of each tile's, whole
// ones.
TEST_F(HiddeniteModule, TakesHandWorkedCyclesOnRealMemories) {
  const auto expect = [](const DenseLayer& layer, std::uint64_t cycles, std::uint64_t weights) {
    EXPECT_EQ(run(layer).cycles, cycles);
    EXPECT_EQ(chip->weights(), weights);
  };
  expect(DenseLayer({.inputs = 128, .size = 8, .outputs = 64, .kernel = 3, .pad = 1}),
         2 + 512 + 151 + 6 * 145 + 145 + 32, 8 * 921);
  expect(DenseLayer({.inputs = 64, .size = 4, .outputs = 64, .kernel = 3, .pad = 1}),
         2 + 64 + 79 + 7 * 73 + 8, 8 * 460);
  expect(DenseLayer({.inputs = 3, .size = 32, .outputs = 16, .kernel = 3, .pad = 1}),
         1 + 54 + 112 + 168 + 148 + 168 + 146 + 164 + 3 * 128, 2 * 21);
  DenseLayer fully_connected({.inputs = 512, .outputs = 64, .field_bits = 0});
  fully_connected.command.header.opcode = KASANE_HIDDENITE_FULLY_CONNECTED;
  expect(fully_connected, 2 + 128 + 7 * 128 + 65 + 1, 8 * 409);
  expect(DenseLayer({.inputs = 64, .size = 16, .outputs = 128, .stride = 2}),
         4 + 192 + 15 + 47 * 20 + 16 * 9 + 8, 16 * 51);
}

// Seed 0 of murmur has +, +, -, + at 0 ... 3 (weight_generator_numpy.py). 1 -> 2 channels of 2 x 2 pixels,
// 1 x 2 kernels without padding, all kept: 3 + 5 = 8 and -3 + 5 = 2.
TEST_F(HiddeniteModule, ComputesAHandWorkedLayer) {
  DenseLayer layer({.inputs = 1, .size = 2, .outputs = 2, .kernel = 1, .tile_outputs = 2, .field_bits = 0});
  layer.command.kernel_width = 2;
  layer.command.output_width = layer.command.output_height = 1;
  layer.command.output_row_pitch = layer.command.output_channel_pitch = 1;
  layer.command.layer_seed = 0;
  layer.command.input_zero_point = -1;
  layer.set_masks({{1, 1, 1, 1}});
  reference::Bytes fmm(HiddeniteChip::fmm_bytes);
  fmm[0] = 2;
  fmm[1] = 4;
  chip->load_fmm(fmm);
  run(layer);
  const reference::Bytes after = chip->dump_fmm();
  EXPECT_EQ(reference::signed_byte(after, 4), 8);
  EXPECT_EQ(reference::signed_byte(after, 5), -3 + 5);
}

// 24 -> 40 -> 16 channels in one list: the second layer reads what the first one wrote.
TEST_F(HiddeniteModule, LayersOfAListFollowEachOther) {
  Random random(6);
  DenseLayer first({.inputs = 24, .size = 9, .outputs = 40, .kernel = 3, .pad = 1, .keep_every = 3});
  DenseLayer second({.inputs = 40, .size = 9, .outputs = 16, .field_bits = 1, .keep_every = 2});
  const auto behind = static_cast<std::uint32_t>((first.wm.size() + 3) / 4 * 4);
  second.command.parameters_address += behind;
  second.command.tiles_address += behind;
  second.command.mask_address += behind;
  second.command.input_address = first.command.output_address;
  second.command.output_address = first.command.output_address + 40 * 81;
  reference::Bytes wm = first.wm, fmm(HiddeniteChip::fmm_bytes);
  reference::store_word(wm, 8, 4);  // a shift of its own for channel 0
  wm.resize(behind);
  wm.insert(wm.end(), second.wm.begin(), second.wm.end());
  for (std::uint8_t& byte : fmm) byte = random.byte();
  chip->load_fmm(fmm);
  chip->load_wm(wm);
  EXPECT_EQ(chip->run({first.record(), second.record()}).error, no_error);
  constexpr std::uint64_t kept = 5 * (8 * 24 * 9 / 3), in_both = kept + 2 * (8 * 40 / 2);
  EXPECT_EQ(chip->weights(), in_both);
  const reference::Bytes between = reference::hiddenite_convolution(first.command, fmm, wm);
  EXPECT_TRUE(chip->dump_fmm() == reference::hiddenite_convolution(second.command, between, wm));
  // The list ends with its first error, and forgets the weights when it is reset.
  second.command.groups = 3;
  EXPECT_EQ(chip->run({first.record(), second.record()}).error,
            static_cast<std::uint32_t>(KASANE_ERROR_PARAMETER));
  EXPECT_EQ(chip->weights(), kept);
}

// Many channels, masks of many blocks, maps of many tiles.
TEST_F(HiddeniteModule, LargeLayersEqualTheReference) {
  Random random(12);
  const std::vector<DenseShape> shapes{
      {.inputs = 256, .size = 8, .outputs = 128, .kernel = 3, .pad = 1},
      {.inputs = 64, .size = 32, .outputs = 32, .kernel = 3, .stride = 2, .pad = 1},
      {.inputs = 96, .size = 28, .outputs = 96, .kernel = 3, .pad = 1, .groups = 96},
      {.inputs = 3, .size = 56, .outputs = 24, .kernel = 7, .stride = 2, .pad = 3},
      {.inputs = 64, .size = 16, .outputs = 128, .stride = 2},
      {.inputs = 8000, .outputs = 40}};
  int bits = 0;
  for (const DenseShape& shape : shapes)
    for (const std::int64_t kept_per_1000 : {50, 300}) {
      kasane_hiddenite_convolution command = DenseLayer(shape).command;
      command.field_bits = static_cast<std::uint8_t>(bits++ % 9);
      command.input_zero_point = -128;
      const auto layer = make_hidden_layer(random, command, Keep::share, kept_per_1000);
      reference::Bytes fmm = layer.fmm;
      fmm.resize(HiddeniteChip::fmm_bytes, 0x77);
      chip->load_fmm(fmm);
      chip->load_wm(layer.wm);
      ASSERT_EQ(chip->run(layer.record()).error, no_error) << layer.description;
      ASSERT_TRUE(chip->dump_fmm() == reference::hiddenite_convolution(layer.command, fmm, layer.wm))
          << layer.description;
    }
}

// Operations are those of the schedule and those that the reference counts; each costs what the technology
// says of it.
TEST_F(HiddeniteModule, BooksTheEnergyOfWhatItDoes) {
  Random random(8);
  const auto costs = hiddenite::operation_costs(chip->engine.config(), *technology);
  for (std::uint16_t index = 0; index < 12; ++index) {
    reference::HiddenLayer layer =
        make_random_hidden_layer(random, 8, {.products = 300'000, .tile_weights = 65536});
    layer.command.header.layer = index;
    const Preparation table = hiddenite::preparation_of(layer.command);
    auto masks =
        hiddenite::MaskTiles::decode(layer.command, std::span(layer.wm).subspan(table.address, table.bytes));
    hiddenite::Schedule schedule(layer.command, chip->engine.config(), std::move(masks.value()));
    hiddenite::Operations expected = estimate(schedule, {}, {}).operations;
    const reference::OperandCounts operands = reference::count_operands(layer.command, layer.fmm, layer.wm);
    expected[Operation::masked_operand] = operands.masked;
    expected[Operation::zero_operand] = operands.zero;
    expected[Operation::add] = operands.added;
    const bool murmur = layer.command.generator == KASANE_GENERATOR_MURMUR;
    for (const int weight : reference::hidden_weights(layer.command, layer.wm))
      if (weight != 0) ++expected[murmur ? Operation::generate_murmur : Operation::generate_xorshift];
    std::array<std::uint64_t, hiddenite::operation_count> before;
    for (std::size_t kind = 0; kind < before.size(); ++kind)
      before[kind] = chip->count(static_cast<Operation>(kind));
    chip->load_fmm(layer.fmm);
    chip->load_wm(layer.wm);
    ASSERT_EQ(chip->run(layer.record()).error, no_error);
    double joules = 0;
    for (std::size_t kind = 0; kind < before.size(); ++kind) {
      EXPECT_EQ(chip->count(static_cast<Operation>(kind)) - before[kind], expected.all()[kind])
          << costs[kind].name << ", " << layer.description;
      joules += static_cast<double>(expected.all()[kind]) * costs[kind].joules.value;
    }
    const BlockEntry& block = account->blocks()[chip->engine.block().index];
    EXPECT_NEAR(block.layers.at(index).energy.dynamic, joules, joules * 1e-9) << layer.description;
  }
}

// The same layer at 5, 30 and 90 %: more fields, more generated words, more additions, the same steps.
TEST_F(HiddeniteModule, DensityCostsEnergyButNoSteps) {
  Random random(88);
  const DenseShape shape{.inputs = 64, .size = 16, .outputs = 64, .kernel = 3, .pad = 1};
  constexpr std::uint64_t products = 64 * 64 * 9 * 256;
  std::uint64_t cycles = 0;
  for (const std::int64_t kept_per_1000 : {50, 300, 900}) {
    kasane_hiddenite_convolution command = DenseLayer(shape).command;
    command.field_bits = 4;
    const auto layer = make_hidden_layer(random, command, Keep::share, kept_per_1000);
    reference::Bytes fmm = layer.fmm;
    fmm.resize(HiddeniteChip::fmm_bytes);
    const std::uint64_t masked = chip->count(Operation::masked_operand);
    chip->load_fmm(fmm);
    chip->load_wm(layer.wm);
    const HiddeniteChip::Result result = chip->run(layer.record());
    ASSERT_EQ(result.error, no_error);
    const double share = 1 - static_cast<double>(chip->count(Operation::masked_operand) - masked) / products;
    // 36,864 weights: five deviations.
    EXPECT_NEAR(share, static_cast<double>(kept_per_1000) / 1000, 0.012);
    EXPECT_TRUE(cycles == 0 || result.cycles == cycles) << result.cycles << ", " << cycles;
    cycles = result.cycles;
  }
}

}  // namespace
}  // namespace kasane
