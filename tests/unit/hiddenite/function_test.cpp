/// The engine's arithmetic: worked by hand, and against the independent reference on random layers that
/// random engines with small buffers cut in every way; the operands are counted as they are there.
#include <cstring>
#include <gtest/gtest.h>
#include <hwy/targets.h>
#include <numeric>
#include <optional>

#include "models/hiddenite/datapath.h"
#include "tests/reference/random_hiddenite_layers.h"
#include "tests/unit/hiddenite/random_config.h"
#include "tests/unit/host_walk.h"

namespace kasane::hiddenite {
namespace {

using Bytes = std::vector<std::uint8_t>;

template <typename Check>
void for_every_instruction_set(Check&& check) {
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    SCOPED_TRACE(hwy::TargetName(target));
    hwy::SetSupportedTargetsForTest(target);
    check();
  }
  hwy::SetSupportedTargetsForTest(0);
}

/// The operands of a weight, of the band's pixels in raster order.
std::vector<int> operands(const InputPatch& patch, std::size_t weight) {
  std::vector<int> values;
  const PixelLanes& pixels = patch.pixels();
  for (std::size_t row = 0; row < pixels.rows; ++row) {
    for (std::size_t column = 0; column < pixels.columns; ++column) {
      values.push_back(patch.values()[patch.operands()[weight] + row * pixels.pitch + column]);
    }
  }
  return values;
}

TEST(HiddenitePatch, HoldsInputsLessTheirZeroPointAndPaddingOfZero) {
  // A channel of two rows of two columns, padding above and left, one column right; 3 x 3 windows, 1 x 2
  // pixels.
  InputPatch patch;
  patch.reshape(1, {.height = 3, .width = 4, .top = 1, .left = 1}, {.kernel_height = 3, .kernel_width = 3});
  patch.fill(Bytes{0x7F, 0x80, 5, 7}, {.channels = 1, .rows = 2, .columns = 2}, 0, 5);
  ASSERT_EQ(patch.pixels().rows, 1u);
  ASSERT_EQ(patch.pixels().columns, 2u);
  EXPECT_EQ(operands(patch, 0), (std::vector{0, 0}));
  EXPECT_EQ(operands(patch, 3), (std::vector{0, 122}));
  EXPECT_EQ(operands(patch, 4), (std::vector{122, -133}));
  EXPECT_EQ(operands(patch, 5), (std::vector{-133, 0}));
  EXPECT_EQ(operands(patch, 7), (std::vector{0, 2}));
  EXPECT_EQ(std::vector(patch.nonzero().begin(), patch.nonzero().end()),
            (std::vector<std::uint32_t>{0, 0, 0, 1, 2, 1, 0, 1, 1}));
}

TEST(HiddenitePatch, StridesAndDilationsPickTheirElements) {
  // 7 x 9 elements 0 ... 62, less 1; windows of 2 x 2 elements, 3 rows and 2 columns apart.
  Bytes elements(63);
  std::iota(elements.begin(), elements.end(), std::uint8_t{0});
  InputPatch patch;
  patch.reshape(1, {.height = 6, .width = 9},
                {.kernel_height = 2,
                 .kernel_width = 2,
                 .stride_height = 2,
                 .stride_width = 3,
                 .dilation_height = 3,
                 .dilation_width = 2});
  patch.fill(std::span(elements).first(54), {.channels = 1, .rows = 6, .columns = 9}, 0, 1);
  EXPECT_EQ(operands(patch, 0), (std::vector{-1, 2, 5, 17, 20, 23}));
  EXPECT_EQ(operands(patch, 3), (std::vector{28, 31, 34, 46, 49, 52}));
}

TEST(HiddenitePatch, MayBePaddingOnly) {
  InputPatch patch;
  patch.reshape(2, {.height = 1, .width = 3, .top = 1}, {});
  patch.fill({}, {.channels = 2, .rows = 0, .columns = 3}, 0, 7);
  EXPECT_EQ(operands(patch, 1), (std::vector{0, 0, 0}));
  EXPECT_EQ(patch.nonzero()[1], 0u);
}

/// Any index, seed and number of weights, against the one definition.
TEST(HiddeniteGenerator, EqualsTheSharedDefinition) {
  reference::Random random(1);
  for_every_instruction_set([&] {
    for (int round = 0; round < 100; ++round) {
      const auto weights = static_cast<std::uint32_t>(random.between(1, 700));
      const auto first = static_cast<std::uint32_t>(random.between(0, UINT32_MAX));
      const Generator generator{static_cast<std::uint32_t>(random.between(0, KASANE_GENERATORS - 1)),
                                static_cast<std::uint32_t>(random.between(0, UINT32_MAX))};
      WeightBits kept, negative;
      kept.clear(weights);
      negative.clear(weights);
      for (std::uint32_t weight = 0; weight < weights; ++weight) {
        kept.words()[weight / 64] |= std::uint64_t{!random.one_in(8)} << weight % 64;
      }
      generate_signs(generator, first, weights, kept, negative);
      for (std::uint32_t weight = 0; weight < weights; ++weight) {
        const int sign = kasane_random_sign(generator.kind, generator.layer_seed, first + weight);
        ASSERT_EQ(negative[weight], kept[weight] && sign < 0) << weight;
      }
    }
  });
}

TEST(HiddeniteTile, CountsWhoKeepsAWeight) {
  // Three outputs of three weights each: 110, 011, 010.
  TileWeights tile;
  ASSERT_TRUE(tile.expand(Bytes{0b10'110'011, 0}, 0, 9, 9, 3, {}, 0));
  EXPECT_EQ(std::vector(tile.keepers().begin(), tile.keepers().end()), (std::vector<std::uint32_t>{1, 3, 1}));
  EXPECT_EQ(tile.kept_weights(), 5u);
}

/// An output with the most weights there may be, all of one sign or another, and the largest operands: the
/// sum needs all 24 bits.
TEST(HiddeniteSums, HoldTheLargestOperands) {
  constexpr std::uint32_t inputs = KASANE_HIDDENITE_MAX_WEIGHTS_AN_OUTPUT;
  const Bytes mask(inputs / 8, 0xFF);
  TileWeights tile;
  ASSERT_TRUE(tile.expand(mask, 0, inputs, inputs, 1, {}, 0));
  for_every_instruction_set([&] {
    for (const std::uint32_t columns : {1u, 5u, 70u}) {
      InputPatch patch;
      patch.reshape(inputs, {.height = 1, .width = columns}, {});
      Bytes elements;
      for (std::uint32_t input = 0; input < inputs; ++input) {
        elements.insert(elements.end(), columns, tile.negative()[input] ? 0x80 : 0x7F);
      }
      for (const int zero_point : {-128, 127}) {
        patch.fill(elements, {.channels = inputs, .rows = 1, .columns = columns}, 0,
                   static_cast<std::int8_t>(zero_point));
        std::int32_t expected = 0;
        for (std::uint32_t input = 0; input < inputs; ++input) {
          expected += tile.negative()[input] ? 128 + zero_point : 127 - zero_point;
        }
        Sums sums;
        sums.clear(1, patch.pixels());
        Accumulation().add(patch, tile, 0, sums);
        for (std::uint32_t column = 0; column < columns; ++column) {
          ASSERT_EQ(sums.data()[column], expected) << columns << ", zero point " << zero_point;
        }
      }
    }
  });
}

/// Sums up what only the data tell.
class CountingDatapath : public Datapath {
 public:
  using Datapath::Datapath;
  void drain(const Slot& slot, std::span<std::uint8_t> output) override {
    Datapath::drain(slot, output);
    sum_ += counted();
  }
  Operations sum() {
    sum_ += counted();
    return sum_;
  }

 private:
  Operations sum_;
};

/// Nothing if the layer is larger than the engine's buffers. Precondition: all bursts lie within the
/// memories.
std::optional<Operations> run(const kasane_hiddenite_convolution& command, const HiddeniteConfig& config,
                              Bytes& fmm, const Bytes& wm) {
  if (check(command, config) != KASANE_ERROR_NONE) return std::nullopt;
  const Preparation table = preparation_of(command);
  Schedule schedule(command, config,
                    MaskTiles::decode(command, std::span(wm).subspan(table.address, table.bytes)).value());
  CountingDatapath datapath(command);
  host_walk(schedule, datapath, fmm, wm, {});
  return datapath.sum();
}

void expect_counts(const Operations& counted, const reference::HiddenLayer& layer) {
  const reference::OperandCounts expected = reference::count_operands(layer.command, layer.fmm, layer.wm);
  EXPECT_EQ(counted[Operation::add], expected.added);
  EXPECT_EQ(counted[Operation::zero_operand], expected.zero);
  EXPECT_EQ(counted[Operation::masked_operand], expected.masked);
  const std::vector<int> weights = reference::hidden_weights(layer.command, layer.wm);
  const std::uint64_t kept = weights.size() - static_cast<std::size_t>(std::ranges::count(weights, 0));
  const bool xorshift = layer.command.generator == KASANE_GENERATOR_XORSHIFT;
  EXPECT_EQ(counted[Operation::generate_xorshift], xorshift ? kept : 0);
  EXPECT_EQ(counted[Operation::generate_murmur], xorshift ? 0 : kept);
}

void compare(std::uint64_t seed, int layers) {
  reference::Random random(seed);
  int executed = 0;
  for (int index = 0; index < layers; ++index) {
    const HiddeniteConfig config = index % 4 == 0 ? HiddeniteConfig{} : random_config(random);
    reference::HiddenLayer layer = reference::make_random_hidden_layer(
        random, config.output_channels, {.tile_weights = tile_weights(config)});
    SCOPED_TRACE(testing::Message() << "layer " << index << ": " << layer.description);
    Bytes fmm = layer.fmm;
    const std::optional<Operations> counted = run(layer.command, config, fmm, layer.wm);
    if (!counted) continue;
    ASSERT_EQ(fmm, layer.expected());
    expect_counts(*counted, layer);
    if (testing::Test::HasFailure()) return;
    ++executed;
  }
  EXPECT_GT(executed, layers * 7 / 10);
}

TEST(HiddeniteDatapath, EqualsTheReferenceOnRandomLayers) {
  compare(1, 200);
}

TEST(HiddeniteDatapath, EqualsTheReferenceWithEveryInstructionSet) {
  std::uint64_t seed = 2;
  for_every_instruction_set([&] { compare(seed++, 40); });
}

TEST(HiddeniteDatapath, RefusesMasksThatDoNotCoverTheirTile) {
  kasane_hiddenite_convolution command{.kernel_height = 1, .kernel_width = 1, .field_bits = 2};
  Slot slot;
  slot.output.channels = 1;
  slot.fresh_weights = true;
  slot.expansion = {.weights = 5, .fields = 3, .bytes = 1};
  const auto loaded = [&](const Bytes& mask) { return Datapath(command).load_weights(slot, mask); };
  EXPECT_EQ(loaded({0b01'01'00}), KASANE_ERROR_NONE);
  EXPECT_EQ(loaded({0b01'11'00}), KASANE_ERROR_NONE) << "the last kept one lies just beyond";
  EXPECT_EQ(loaded({0b01'10'00}), KASANE_ERROR_NONE) << "likewise";
  EXPECT_EQ(loaded({0b00'01'00}), KASANE_ERROR_MASK) << "one weight short";
  EXPECT_EQ(loaded({0b10'11'00}), KASANE_ERROR_MASK) << "beyond the tile";
  EXPECT_EQ(loaded({0b01'01'01'00}), KASANE_ERROR_MASK) << "a bit after the last field";
  EXPECT_EQ(loaded({}), KASANE_ERROR_MASK);
}

/// What was fetched ahead waits for its tile.
TEST(HiddeniteDatapath, MasksWaitInTheirFifo) {
  kasane_hiddenite_convolution command{.kernel_height = 1, .kernel_width = 1};
  Datapath datapath(command);
  Slot slot;
  slot.output.channels = 1;
  slot.fresh_weights = true;
  slot.expansion = {.weights = 16, .fields = 16, .bytes = 2};
  EXPECT_EQ(datapath.load_weights(slot, Bytes{0xFF, 0x01, 0x80}), KASANE_ERROR_NONE);
  EXPECT_EQ(datapath.counted()[Operation::generate_murmur], 9u);
  EXPECT_EQ(datapath.load_weights(slot, Bytes{0x03}), KASANE_ERROR_NONE);
  EXPECT_EQ(datapath.counted()[Operation::generate_murmur], 3u);
  EXPECT_EQ(datapath.load_weights(slot, {}), KASANE_ERROR_MASK);
}

TEST(HiddeniteDatapath, RefusesParametersOutOfRange) {
  Datapath datapath(kasane_hiddenite_convolution{});
  const auto accepted = [&](std::int32_t multiplier, std::int32_t shift) {
    const kasane_channel_parameters records[] = {{0, 2, 1}, {0, multiplier, shift}};
    Bytes bytes(sizeof records);
    std::memcpy(bytes.data(), records, sizeof records);
    return datapath.load_parameters(bytes);
  };
  EXPECT_TRUE(accepted(0, 1));
  EXPECT_TRUE(accepted(0x7FFFFFFF, 62));
  EXPECT_FALSE(accepted(-1, 20));
  EXPECT_FALSE(accepted(1, 0));
  EXPECT_FALSE(accepted(1, 63));
}

}  // namespace
}  // namespace kasane::hiddenite
