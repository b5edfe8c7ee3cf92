// What Kernel Comp Units take over, in integers: hand-worked gains and biases, and the sum of what units and
// NCU compute against the layer as the NCU alone computes it.
#include "sw/compiler/quantize_replacement.h"

#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <limits>
#include <random>

#include "tests/unit/compiler/replaced_layer.h"

namespace kasane::compiler::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// The constants add up to 45 and to 0.
const UnitSet two_units{{{3, {1, 2, 3, 4, 5, 6, 7, 8, 9}, 0}, {3, {-1, 0, 1, -2, 0, 2, -1, 0, 1}, 0}}};

/// Weights 0, every bias 100, every weight step 1/4.
QuantizedLayer plain_layer(std::uint32_t outputs, std::uint32_t inputs) {
  QuantizedLayer layer;
  layer.weights.resize(std::size_t{outputs} * inputs * 9);
  layer.weight_scales.assign(outputs, 0.25);
  layer.parameters.assign(outputs, {100, 1 << 30, 32});
  return layer;
}

MappedKernel given_to(std::int32_t unit, double gain) {
  return {unit, static_cast<float>(gain), 1};
}
const MappedKernel stays{};

/// One kernel, given to unit 0, that counts `factor` times in the accumulator.
QuantizedLayer one_kernel(double factor, std::uint32_t gain_bits, std::int32_t zero_point = 0) {
  const Graph graph = convolution_graph(1, 1);
  QuantizedLayer layer = plain_layer(1, 1);
  layer.weights.assign(9, 1);
  const MappedKernel kernels[] = {given_to(0, factor * 0.25)};
  quantize_replaced_kernels(graph, graph.layers[0], {1, zero_point}, two_units, kernels,
                            {.gain_bits = gain_bits}, layer);
  return layer;
}

/// In steps of the weights, gains are 3/32, -1/2 and 3/64. 8 bits hold 1/2 * 2^7 = 64, not 128.
TEST(ReplacedGains, ShareTheFinestShiftThatFits) {
  const Graph graph = convolution_graph(2, 2);
  QuantizedLayer layer = plain_layer(2, 2);
  layer.weight_scales = {0.5, 0.25};
  const MappedKernel kernels[] = {given_to(0, 3.0 / 64), stays, given_to(1, -1.0 / 8),
                                  given_to(0, 3.0 / 256)};
  quantize_replaced_kernels(graph, graph.layers[0], {1, 0}, two_units, kernels, {}, layer);
  ASSERT_TRUE(layer.replaced);
  EXPECT_EQ(layer.replaced->kernel, 3u);
  EXPECT_EQ(layer.replaced->gain_shift, 7);
  EXPECT_THAT(layer.replaced->gains, ElementsAre(12, 0, -64, 6));
  EXPECT_THAT(layer.replaced->units, ElementsAre(0, -1, 1, 0));
  EXPECT_EQ(layer.replaced->count(), 3u);
}

TEST(ReplacedGains, FillTheirBits) {
  EXPECT_EQ(one_kernel(127.25 / 256, 8).replaced->gain_shift, 8);  // 127.25 rounds to 127
  EXPECT_EQ(one_kernel(127.25 / 256, 8).replaced->gains[0], 127);
  EXPECT_EQ(one_kernel(127.5 / 256, 8).replaced->gain_shift, 7);  // 127.5 would round to 128
  EXPECT_EQ(one_kernel(127.5 / 256, 8).replaced->gains[0], 64);   // of 63.75
  EXPECT_EQ(one_kernel(1, 2).replaced->gain_shift, 0);
  EXPECT_EQ(one_kernel(1, 2).replaced->gains[0], 1);
  EXPECT_EQ(one_kernel(1, 16).replaced->gain_shift, 14);  // 2^14 <= 32767 < 2^15
  EXPECT_EQ(one_kernel(1, 16).replaced->gains[0], 1 << 14);
}

/// Largest gain 64 * 2^-7; halves of a step are rounded away from zero.
TEST(ReplacedGains, AreRoundedToTheNearest) {
  const Graph graph = convolution_graph(1, 5);
  QuantizedLayer layer = plain_layer(1, 5);
  std::vector<MappedKernel> kernels;
  for (const double step : {64.0, 12.5, -12.5, 12.25, -0.25})
    kernels.push_back(given_to(0, step / 128 * 0.25));
  quantize_replaced_kernels(graph, graph.layers[0], {1, 0}, two_units, kernels, {}, layer);
  EXPECT_EQ(layer.replaced->gain_shift, 7);
  EXPECT_THAT(layer.replaced->gains, ElementsAre(64, 13, -13, 12, 0));
}

TEST(ReplacedGains, EndAtTheirLimits) {
  EXPECT_EQ(one_kernel(1000, 8).replaced->gain_shift, 0);
  EXPECT_EQ(one_kernel(1000, 8).replaced->gains[0], 127);
  EXPECT_EQ(one_kernel(-1000, 8).replaced->gains[0], -127);
  EXPECT_EQ(one_kernel(0x1p-31, 8).replaced->gain_shift, KASANE_KCU_MAX_GAIN_SHIFT);
  EXPECT_EQ(one_kernel(0x1p-31, 8).replaced->gains[0], 1);
}

/// The layer is the NCU's alone then, bias included.
TEST(ReplacedGains, ThatAllVanishReplaceNothing) {
  const QuantizedLayer vanished = one_kernel(0x1p-33, 8, -128);
  EXPECT_FALSE(vanished.replaced);
  EXPECT_EQ(vanished.parameters[0].bias, 100);
  const Graph graph = convolution_graph(1, 2);
  QuantizedLayer layer = plain_layer(1, 2);
  const MappedKernel kernels[] = {stays, {kernel_is_zero, 0, 0}};
  quantize_replaced_kernels(graph, graph.layers[0], {1, -128}, two_units, kernels, {}, layer);
  EXPECT_FALSE(layer.replaced);
}

/// gain 127 / 2^1 on constants of sum 45, zero point -3: units add 127 * 45 * -3 / 2 = -8572.5 where the
/// input is zero, the nine weights of 1 would have added -27.
TEST(ReplacedBias, TakesBackWhatUnitsAddForAnInputOfZero) {
  const QuantizedLayer layer = one_kernel(63.5, 8, -3);
  EXPECT_EQ(layer.replaced->gain_shift, 1);
  EXPECT_EQ(layer.replaced->gains[0], 127);
  EXPECT_EQ(layer.parameters[0].bias, 100 - 27 + 8573);
  EXPECT_EQ(one_kernel(63.5, 8, 3).parameters[0].bias, 100 + 27 - 8573);  // halves go away from zero
  EXPECT_EQ(one_kernel(63.5, 8, 0).parameters[0].bias, 100);
}

TEST(ReplacedBias, ThatLeaves32BitsIsOneLine) {
  const Graph graph = convolution_graph(1, 1);
  QuantizedLayer layer = plain_layer(1, 1);
  layer.parameters[0].bias = std::numeric_limits<std::int32_t>::max() - 8000;
  const MappedKernel kernels[] = {given_to(0, 63.5 * 0.25)};
  try {
    quantize_replaced_kernels(graph, graph.layers[0], {1, -3}, two_units, kernels, {}, layer);
    FAIL() << "a bias of 2^31 was accepted";
  } catch (const CompileError& error) {
    const std::int64_t bias = std::int64_t{std::numeric_limits<std::int32_t>::max()} - 8000 + 8573;
    EXPECT_EQ(error.what(), "test.onnx: node 'conv' (Conv): has a bias of " + std::to_string(bias) +
                                " steps beside its units, expected 32 bits");
  }
}

/// A response of a unit, or what a kernel of the NCU adds, for one window.
std::int64_t sum_of_products(const std::int8_t* kernel, const std::vector<int>& window) {
  std::int64_t sum = 0;
  for (std::size_t tap = 0; tap < 9; ++tap) sum += kernel[tap] * window[tap];
  return sum;
}

/// As kasane/kernel_comp_units.h defines a unit's contribution.
std::int64_t contribution(std::int64_t response, int gain, int shift) {
  const std::int64_t rounding = shift > 0 ? std::int64_t{1} << (shift - 1) : 0;
  return (response * gain + rounding) >> shift;
}

/// The accumulator of an output channel for one window an input channel; without `replaced`, of the NCU
/// alone.
std::int64_t accumulator(const QuantizedLayer& layer, std::size_t output,
                         const std::vector<std::vector<int>>& windows) {
  std::int64_t sum = layer.parameters[output].bias;
  for (std::size_t input = 0; input < windows.size(); ++input) {
    const std::size_t kernel = output * windows.size() + input;
    const int unit = layer.replaced ? layer.replaced->units[kernel] : -1;
    if (unit < 0) {
      sum += sum_of_products(&layer.weights[kernel * 9], windows[input]);
    } else {
      const auto& constants = two_units.units[static_cast<std::size_t>(unit)].constants;
      sum += contribution(sum_of_products(constants.data(), windows[input]), layer.replaced->gains[kernel],
                          layer.replaced->gain_shift);
    }
  }
  return sum;
}

std::vector<std::vector<int>> random_windows(std::mt19937& random, std::size_t inputs) {
  std::vector<std::vector<int>> windows(inputs, std::vector<int>(9));
  for (auto& window : windows)
    for (int& element : window) element = static_cast<int>(random() % 256) - 128;
  return windows;
}

/// Kernels that are whole multiples of a unit: gains are exact, so every accumulator must be, too, whatever
/// the zero point.
TEST(ReplacedLayer, ComputesTheSameWhereGainsAreExact) {
  std::mt19937 random(1);
  for (const std::int32_t zero_point : {-128, -3, 0, 77, 127}) {
    const Graph graph = convolution_graph(4, 3);
    QuantizedLayer layer = plain_layer(4, 3);
    std::vector<MappedKernel> kernels;
    for (std::size_t i = 0; i < 12; ++i) {
      const auto unit = static_cast<std::int32_t>(i % 2);
      const int multiple = static_cast<int>(i % 7) - 3;
      for (std::size_t tap = 0; tap < 9; ++tap)
        layer.weights[i * 9 + tap] =
            static_cast<std::int8_t>(i % 5 == 4 ? static_cast<int>(random() % 255) - 127
                                                : multiple * two_units.units[i % 2].constants[tap]);
      kernels.push_back(i % 5 == 4 || multiple == 0 ? stays : given_to(unit, multiple * 0.25));
    }
    const QuantizedLayer alone = layer;
    quantize_replaced_kernels(graph, graph.layers[0], {1, zero_point}, two_units, kernels, {}, layer);
    ASSERT_TRUE(layer.replaced);
    for (int n = 0; n < 100; ++n) {
      const auto windows = random_windows(random, 3);
      for (std::size_t output = 0; output < 4; ++output)
        ASSERT_EQ(accumulator(layer, output, windows), accumulator(alone, output, windows)) << zero_point;
    }
  }
}

/// Any gains: an input that is zero everywhere gives what the NCU alone gives, but for half a step a
/// replaced kernel and half a step of the bias.
TEST(ReplacedLayer, IsUnmovedByTheInputsZero) {
  std::mt19937 random(2);
  std::uniform_real_distribution<double> gain(-0.2, 0.2);
  constexpr std::size_t inputs = 8;
  for (const std::int32_t zero_point : {-128, -77, -1, 5, 127}) {
    const Graph graph = convolution_graph(4, inputs);
    QuantizedLayer layer = plain_layer(4, inputs);
    std::vector<MappedKernel> kernels;
    for (std::size_t i = 0; i < 4 * inputs; ++i)
      kernels.push_back(i % 3 == 0 ? stays : given_to(static_cast<std::int32_t>(i % 2), gain(random)));
    for (auto& weight : layer.weights)
      weight = static_cast<std::int8_t>(static_cast<int>(random() % 255) - 127);
    const QuantizedLayer alone = layer;
    quantize_replaced_kernels(graph, graph.layers[0], {1, zero_point}, two_units, kernels, {}, layer);
    ASSERT_TRUE(layer.replaced);
    const std::vector<std::vector<int>> zeros(inputs, std::vector<int>(9, zero_point));
    for (std::size_t output = 0; output < 4; ++output)
      EXPECT_LE(std::abs(accumulator(layer, output, zeros) - accumulator(alone, output, zeros)),
                static_cast<std::int64_t>(inputs + 1) / 2);
  }
}

TEST(ReplacedLayer, LimitsTheBlockOfItsLists) {
  const Graph graph = convolution_graph(1, 1);
  const MappedKernel kernels[] = {given_to(0, 1)};
  for (const auto& [asked, given] : {std::pair{16u, 16u}, {32u, 32u}, {64u, 32u}}) {
    QuantizedLayer layer = plain_layer(1, 1);
    quantize_replaced_kernels(graph, graph.layers[0], {1, 0}, two_units, kernels, {.kept_block = asked},
                              layer);
    EXPECT_EQ(layer.replaced->kept_block, given);
  }
}

}  // namespace
}  // namespace kasane::compiler::test
