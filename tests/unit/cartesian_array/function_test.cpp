/// The array's arithmetic: worked by hand, and against the independent reference on random layers that random
/// arrays with small buffers cut in every way.
#include "models/cartesian_array/function.h"

#include <gtest/gtest.h>
#include <hwy/targets.h>
#include <numeric>

#include "models/cartesian_array/datapath.h"
#include "models/common/channel_parameters.h"
#include "tests/reference/random_cartesian_layers.h"
#include "tests/unit/host_walk.h"

namespace kasane::cartesian {
namespace {

using Bytes = std::vector<std::uint8_t>;

std::vector<int> plane(const InputPatch& patch, std::uint32_t channel) {
  const std::int16_t* begin = patch.data() + channel * patch.height() * patch.width();
  return {begin, begin + patch.height() * patch.width()};
}

TEST(CartesianFunction, PatchesHoldPackedChannelsAndTheirPadding) {
  // Two rows of two columns; planes hold channels 2 and 3, 4 and 5.
  const Bytes stored{0x21, 0x43, 0x65, 0x87, 0xA9, 0xCB, 0xED, 0x0F};
  InputPatch patch;
  patch.unpack(stored, {.channel = 3, .channels = 2, .rows = 2, .columns = 2},
               {.height = 3, .width = 4, .top = 1, .left = 1}, 4, -5);
  EXPECT_EQ(plane(patch, 0), (std::vector{-5, -5, -5, -5, -5, 2, 4, -5, -5, 6, -8, -5}));
  EXPECT_EQ(plane(patch, 1), (std::vector{-5, -5, -5, -5, -5, -7, -5, -5, -5, -3, -1, -5}));
  // The half of a buffer is filled again, with more channels and no padding.
  patch.unpack(stored, {.channel = 2, .channels = 4, .rows = 2, .columns = 2}, {.height = 2, .width = 2}, 4,
               0);
  EXPECT_EQ(plane(patch, 0), (std::vector{1, 3, 5, 7}));
  EXPECT_EQ(plane(patch, 3), (std::vector{-6, -4, -2, 0}));
}

TEST(CartesianFunction, OfBytesOnlyTheLowNibbleCounts) {
  InputPatch patch;
  patch.unpack(Bytes{0x7F, 0xF7, 0x08, 0x80}, {.channel = 5, .channels = 2, .rows = 1, .columns = 2},
               {.height = 1, .width = 2}, 8, 0);
  EXPECT_EQ(plane(patch, 0), (std::vector{-1, 7}));
  EXPECT_EQ(plane(patch, 1), (std::vector{-8, 0}));
}

TEST(CartesianFunction, PatchesMayBePaddingOnly) {
  InputPatch patch;
  patch.unpack({}, {.channels = 2, .rows = 0, .columns = 3}, {.height = 1, .width = 3}, 4, 7);
  EXPECT_EQ(plane(patch, 1), (std::vector{7, 7, 7}));
}

/// Row 1 of an output map of 3 columns from its column 2 on, over a patch of 9 columns.
TEST(CartesianFunction, WindowsFollowTheRasterWithTheirStrides) {
  InputPatch patch;
  patch.unpack(Bytes(81), {.channels = 1, .rows = 9, .columns = 9}, {.height = 9, .width = 9}, 8, 0);
  std::vector<std::uint32_t> offsets;
  window_offsets({.row = 1, .column = 2, .columns = 3, .pixels = 5}, {.stride_height = 2, .stride_width = 3},
                 patch, offsets);
  EXPECT_EQ(offsets, (std::vector<std::uint32_t>{18 + 6, 36, 36 + 3, 36 + 6, 54}));
}

TEST(CartesianFunction, StepsAreTheKeptCoordinatesOfEachChannel) {
  InputPatch patch;
  patch.unpack(Bytes(3 * 40), {.channels = 3, .rows = 5, .columns = 8}, {.height = 5, .width = 8}, 8, 0);
  std::vector<std::uint32_t> offsets;
  const std::vector<std::uint64_t> kept{0b100'010'001, 0, 0b001'000'100};
  step_offsets(kept, {.kernel_height = 3, .kernel_width = 3, .dilation_height = 2, .dilation_width = 3},
               patch, offsets);
  EXPECT_EQ(offsets, (std::vector<std::uint32_t>{0, 16 + 3, 32 + 6, 80 + 6, 80 + 32}));
}

/// A fully connected tile: one pixel of `inputs`, one byte each; two outputs' weights a byte.
std::vector<std::uint8_t> fully_connected(const Bytes& inputs, const Bytes& weights,
                                          const std::vector<kasane_channel_parameters>& parameters,
                                          const OutputForm& form) {
  const auto channels = static_cast<std::uint32_t>(inputs.size());
  const auto outputs = static_cast<std::uint32_t>(parameters.size());
  InputPatch patch;
  patch.unpack(inputs, {.channels = channels, .rows = 1, .columns = 1}, {.height = 1, .width = 1}, 8, 0);
  StepWeights unpacked;
  unpacked.unpack(weights, outputs);
  std::vector<std::uint32_t> steps(channels);
  std::iota(steps.begin(), steps.end(), 0u);
  Sums sums;
  sums.clear(1, outputs);
  const std::uint32_t window = 0;
  accumulate(patch, {&window, 1}, steps, unpacked, sums);
  std::vector<std::uint8_t> output(form.bits == 4 ? (outputs + 1) / 2 : outputs);
  requantize(sums, parameters, form, output);
  return output;
}

constexpr kasane_channel_parameters unscaled{.bias = 0, .multiplier = 2, .shift = 1};

TEST(CartesianFunction, WeightsAreNibblesTheEvenOutputLow) {
  // 3 * (1, -2, 7) + -4 * (-8, 5, 0); the third output's neighbour is nobody's.
  const Bytes weights{0xE1, 0xA7, 0x58, 0x30};
  EXPECT_EQ(fully_connected({3, 0x0C}, weights, std::vector(3, unscaled), {}),
            (Bytes{35, static_cast<std::uint8_t>(-26), 21}));
}

/// Output o has the weights o % 16 and 1: 3 * level + 5.
TEST(CartesianFunction, TilesMayHaveMoreOutputsThanVectorsHaveLanes) {
  constexpr std::size_t outputs = 201;
  Bytes weights;
  for (std::size_t pair = 0; pair <= outputs / 2; ++pair) {
    weights.push_back(static_cast<std::uint8_t>(2 * pair % 16 | (2 * pair + 1) % 16 << 4));
  }
  weights.resize(2 * weights.size(), 0x11);
  const Bytes results = fully_connected({3, 5}, weights, std::vector(outputs, unscaled), {});
  for (std::size_t output = 0; output < outputs; ++output) {
    const int level = static_cast<int>(output % 16);
    EXPECT_EQ(static_cast<std::int8_t>(results[output]), 3 * (level < 8 ? level : level - 16) + 5) << output;
  }
}

TEST(CartesianFunction, PackedOutputsShareBytes) {
  const Bytes weights{0xE1, 0xA7, 0x58, 0x30};  // sums 35, -26, 21
  const std::vector<kasane_channel_parameters> eighths(3, {.bias = 0, .multiplier = 1, .shift = 3});
  // 35/8 = 4.375, -26/8 = -3.25, 21/8 = 2.625: 4, -3, 3.
  EXPECT_EQ(fully_connected({3, 0x0C}, weights, eighths, {.bits = 4, .range = {.minimum = -8, .maximum = 7}}),
            (Bytes{0xD4, 0x03}));
}

TEST(CartesianFunction, OutputsRoundShiftAndClamp) {
  const Bytes weights{0xE1, 0xA7, 0x58, 0x30};  // sums 35, -26, 21
  const std::vector<kasane_channel_parameters> halves{{.bias = 1, .multiplier = 1, .shift = 1},
                                                      {.bias = 1, .multiplier = 1, .shift = 1},
                                                      {.bias = 0, .multiplier = 1, .shift = 1}};
  // 18, -12.5 rounded up to -12, 10.5 up to 11; then the zero point -1 and the limits -10 ... 12.
  EXPECT_EQ(fully_connected({3, 0x0C}, weights, halves, {.range = {-1, -10, 12}}),
            (Bytes{12, static_cast<std::uint8_t>(-10), 10}));
}

TEST(CartesianFunction, AMultiplierOf31BitsAndAShiftOf62KeepTheirBits) {
  const Bytes weights{0xE1, 0xA7, 0x58, 0x30};  // sums 35, -26, 21
  constexpr std::int32_t large = 0x7FFFFFFF;
  const std::vector<kasane_channel_parameters> records{
      {.bias = 2'000'000'000, .multiplier = large, .shift = 55},   // 2000000035 * (2^31 - 1) / 2^55 = 119.21
      {.bias = -2'000'000'000, .multiplier = large, .shift = 62},  // -0.93
      {.bias = -2'000'000'000, .multiplier = large, .shift = 1}};  // far below
  EXPECT_EQ(fully_connected({3, 0x0C}, weights, records, {}),
            (Bytes{119, static_cast<std::uint8_t>(-1), static_cast<std::uint8_t>(-128)}));
}

/// -8 x -8 2^17 times is 2^23, the first sum that 24 bits cannot hold.
TEST(CartesianFunction, AccumulatorsWrapAt24Bits) {
  constexpr std::size_t inputs = 1 << 17;
  const std::vector<kasane_channel_parameters> scaled(1, {.bias = 0, .multiplier = 1, .shift = 17});
  Bytes weights(inputs, 0x08);
  EXPECT_EQ(fully_connected(Bytes(inputs, 8), weights, scaled, {}), Bytes{static_cast<std::uint8_t>(-64)});
  weights.back() = 0;
  EXPECT_EQ(fully_connected(Bytes(inputs, 8), weights, scaled, {}), Bytes{64});
}

/// The bias does not pass through the accumulator: it is added in 32 bits.
TEST(CartesianFunction, BiasesAddIn32Bits) {
  const std::vector<kasane_channel_parameters> records{
      {.bias = 1 << 23, .multiplier = 1, .shift = 20},           // 2^23 + 64: 8.00
      {.bias = 0x7FFFFFFF - 63, .multiplier = 1, .shift = 25}};  // 2^31: -64
  EXPECT_EQ(fully_connected({8}, {0x88}, records, {}), (Bytes{8, static_cast<std::uint8_t>(-64)}));
}

TEST(CartesianDatapath, RefusesParametersOutOfRange) {
  Datapath datapath(kasane_cartesian_convolution{});
  const auto accepted = [&](std::int32_t multiplier, std::int32_t shift) {
    const kasane_channel_parameters records[] = {unscaled, {0, multiplier, shift}};
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

CartesianConfig random_config(reference::Random& random) {
  CartesianConfig config;
  config.rows = static_cast<std::uint32_t>(random.between(1, 40));
  config.columns = static_cast<std::uint32_t>(2 * random.between(1, 32));
  config.input_buffer_bytes = static_cast<std::uint32_t>(random.between(256, 4096));
  config.weight_buffer_bytes = static_cast<std::uint32_t>(random.between(64 * config.columns / 2, 8192));
  return config;
}

/// Returns false if the layer is larger than the array's buffers. Precondition: all bursts lie within the
/// memories.
bool run(const kasane_cartesian_convolution& command, const CartesianConfig& config, Bytes& fmm,
         const Bytes& wm) {
  if (check(command, config) != KASANE_ERROR_NONE) return false;
  const auto lists = std::span(wm).subspan(command.kept_address, kept_bytes(command));
  Schedule schedule(command, config, KeptCoordinates::decode(command, lists).value());
  Datapath datapath(command);
  host_walk(schedule, datapath, fmm, wm, {});
  return true;
}

void compare(std::uint64_t seed, int layers) {
  reference::Random random(seed);
  int executed = 0;
  for (int index = 0; index < layers; ++index) {
    const CartesianConfig config = index % 4 == 0 ? CartesianConfig{} : random_config(random);
    reference::CartesianLayer layer = reference::make_random_cartesian_layer(random, config.columns);
    const reference::Bytes expected = layer.expected();
    if (!run(layer.command, config, layer.fmm, layer.wm)) continue;
    ASSERT_EQ(layer.fmm, expected) << "layer " << index << ": " << layer.description;
    ++executed;
  }
  EXPECT_GT(executed, layers * 8 / 10);
}

TEST(CartesianDatapath, EqualsTheReferenceOnRandomLayers) {
  compare(1, 600);
}

TEST(CartesianDatapath, EqualsTheReferenceWithEveryInstructionSet) {
  reference::Random random(3);
  const CartesianConfig config;
  reference::CartesianLayer wrapping = reference::make_wrapping_cartesian_layer(random, config.columns);
  const reference::Bytes expected = wrapping.expected();
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    SCOPED_TRACE(hwy::TargetName(target));
    hwy::SetSupportedTargetsForTest(target);
    compare(2, 150);
    Bytes fmm = wrapping.fmm;
    ASSERT_TRUE(run(wrapping.command, config, fmm, wrapping.wm));
    EXPECT_EQ(fmm, expected);
  }
  hwy::SetSupportedTargetsForTest(0);
}

}  // namespace
}  // namespace kasane::cartesian
