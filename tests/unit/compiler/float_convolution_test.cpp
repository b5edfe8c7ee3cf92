// Convolutions in real numbers against their definition, to the bit, on every instruction set that this
// processor has.
#include "sw/compiler/float_convolution.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <hwy/highway.h>
#include <random>

namespace kasane::compiler::test {
namespace {

std::uint32_t up_to(std::mt19937& random, std::uint32_t most) {
  return 1 + static_cast<std::uint32_t>(random() % most);
}

/// Outputs along an axis; at least 1.
std::uint32_t outputs_of(std::uint32_t inputs, std::uint32_t pads, std::uint32_t extent,
                         std::uint32_t stride) {
  return inputs + pads < extent ? 1 : (inputs + pads - extent) / stride + 1;
}

/// Any window: strides, dilation, padding on all sides, kernels larger than the map; 1 to 3 groups.
Layer random_convolution(std::mt19937& random) {
  Layer layer;
  layer.kind = LayerKind::convolution;
  layer.groups = up_to(random, 3);
  const Shape in{layer.groups * up_to(random, 5), up_to(random, 12), up_to(random, 20)};
  Window& window = layer.window;
  window.kernel_height = up_to(random, 5);
  window.kernel_width = up_to(random, 5);
  window.stride_height = up_to(random, 3);
  window.stride_width = random() % 2 == 0 ? 1 : up_to(random, 3);
  window.dilation_height = up_to(random, 2);
  window.dilation_width = up_to(random, 2);
  window.pad_top = static_cast<std::uint32_t>(random() % 3);
  window.pad_left = static_cast<std::uint32_t>(random() % 3);
  const auto far_pad = static_cast<std::uint32_t>(random() % 3);
  const Shape out{
      layer.groups * up_to(random, 21),
      outputs_of(in.height, window.pad_top + far_pad, window.extent_height(), window.stride_height),
      outputs_of(in.width, window.pad_left + far_pad, window.extent_width(), window.stride_width)};
  layer.inputs = {{0, in}};
  layer.output = {1, out};
  std::normal_distribution<float> normal;
  layer.weights.resize(std::size_t{out.channels} * (in.channels / layer.groups) * window.kernel_height *
                       window.kernel_width);
  for (float& weight : layer.weights) weight = normal(random);
  layer.bias.resize(out.channels);
  for (float& bias : layer.bias) bias = normal(random);
  return layer;
}

std::vector<float> random_values(std::mt19937& random, std::uint64_t count) {
  std::normal_distribution<float> normal;
  std::vector<float> values(count);
  for (float& value : values) value = normal(random);
  return values;
}

/// Products in the order of the weights, each rounded before it is added.
template <typename Sum>
Sum output_at(const Layer& layer, const std::vector<float>& input, std::uint32_t o, std::uint32_t y,
              std::uint32_t x) {
  const Shape& in = layer.inputs[0].shape;
  const Window& window = layer.window;
  const std::uint32_t channels = in.channels / layer.groups;
  const std::uint32_t group = o / (layer.output.shape.channels / layer.groups);
  std::size_t weight = std::size_t{o} * channels * window.kernel_height * window.kernel_width;
  Sum sum = layer.bias[o];
  for (std::uint32_t c = group * channels; c < (group + 1) * channels; ++c)
    for (std::uint32_t r = 0; r < window.kernel_height; ++r)
      for (std::uint32_t s = 0; s < window.kernel_width; ++s, ++weight) {
        const std::int64_t row =
            std::int64_t{y} * window.stride_height + r * window.dilation_height - window.pad_top;
        const std::int64_t column =
            std::int64_t{x} * window.stride_width + s * window.dilation_width - window.pad_left;
        if (row < 0 || row >= in.height || column < 0 || column >= in.width) continue;
        const std::size_t at = (std::size_t{c} * in.height + static_cast<std::size_t>(row)) * in.width +
                               static_cast<std::size_t>(column);
        const Sum product = Sum{layer.weights[weight]} * Sum{input[at]};
        sum += product;
      }
  return sum;
}

template <typename Sum>
std::vector<Sum> definition(const Layer& layer, const std::vector<float>& input) {
  std::vector<Sum> output;
  for (std::uint32_t o = 0; o < layer.output.shape.channels; ++o)
    for (std::uint32_t y = 0; y < layer.output.shape.height; ++y)
      for (std::uint32_t x = 0; x < layer.output.shape.width; ++x)
        output.push_back(output_at<Sum>(layer, input, o, y, x));
  return output;
}

/// Runs `check` once for every instruction set that was compiled and that this processor has.
template <typename Check>
void for_each_target(const Check& check) {
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    SCOPED_TRACE(hwy::TargetName(target));
    hwy::SetSupportedTargetsForTest(target);
    check();
  }
  hwy::SetSupportedTargetsForTest(0);
}

TEST(FloatConvolution, IsItsDefinitionToTheBitOnEveryInstructionSet) {
  std::mt19937 random(1);
  int maps = 0;
  for (int n = 0; n < 300; ++n) {
    const Layer layer = random_convolution(random);
    const std::vector<float> input = random_values(random, layer.inputs[0].shape.elements());
    if (layer.output.shape.height * layer.output.shape.width == 1) continue;
    ++maps;
    const std::vector<float> expected = definition<float>(layer, input);
    for_each_target([&] { ASSERT_EQ(convolve_float(layer, input), expected) << "layer " << n; });
  }
  EXPECT_GT(maps, 200);
}

/// Single positions are added up in another order; every instruction set takes the same one.
TEST(FloatConvolution, OfASinglePositionIsNearItsDefinition) {
  std::mt19937 random(2);
  for (int n = 0; n < 100; ++n) {
    Layer layer = random_convolution(random);
    layer.output.shape.height = layer.output.shape.width = 1;
    const std::vector<float> input = random_values(random, layer.inputs[0].shape.elements());
    const std::vector<double> expected = definition<double>(layer, input);
    const std::vector<float> output = convolve_float(layer, input);
    ASSERT_EQ(output.size(), expected.size());
    for (std::size_t i = 0; i < output.size(); ++i) ASSERT_NEAR(output[i], expected[i], 1e-4);
    for_each_target([&] { ASSERT_EQ(convolve_float(layer, input), output); });
  }
}

TEST(FloatConvolution, RunsFullyConnectedLayers) {
  std::mt19937 random(3);
  Layer layer;
  layer.kind = LayerKind::fully_connected;
  layer.inputs = {{0, {27, 1, 1}}};
  layer.output = {1, {10, 1, 1}};
  layer.weights = random_values(random, 270);
  layer.bias = random_values(random, 10);
  const std::vector<float> input = random_values(random, 27);
  const std::vector<double> expected = definition<double>(layer, input);
  const std::vector<float> output = convolve_float(layer, input);
  ASSERT_EQ(output.size(), expected.size());
  for (std::size_t i = 0; i < output.size(); ++i) EXPECT_NEAR(output[i], expected[i], 1e-5);
}

}  // namespace
}  // namespace kasane::compiler::test
