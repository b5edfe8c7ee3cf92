// Levels of the maps that the Cartesian-product array reads, and the constants of its layers.
#include "sw/compiler/quantize_array.h"

#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>

#include "sw/compiler/histogram.h"
#include "tests/unit/compiler/model_builder.h"

namespace kasane::compiler::test {
namespace {

using ::testing::ElementsAre;

constexpr TensorFormat four_bits{.bits = 4};

TEST(Levels, HoldZeroExactlyInFourBits) {
  EXPECT_EQ(quantize_range({0, 1.5}, four_bits).zero_point, -8);
  EXPECT_NEAR(quantize_range({0, 1.5}, four_bits).scale, 0.1, 1e-8);
  EXPECT_EQ(quantize_range({-0.8, 0.7}, four_bits).zero_point, 0);
  EXPECT_EQ(quantize_range({-1.5, 0}, four_bits).zero_point, 7);
  EXPECT_EQ(quantize_range({0, 0}, four_bits).zero_point, -8);
}

/// Half of the values are zeros, as after Relu. The chosen range is as good as the best of 300.
TEST(Levels, OfCoarseStepsHaveTheLeastErrorOfTheValuesThemselves) {
  std::mt19937 random(11);
  std::normal_distribution<float> normal;
  for (const float outlier : {0.0F, 4.0F, 20.0F}) {
    std::vector<float> values(4000);
    for (float& value : values) value = std::max(normal(random), 0.0F);
    values[0] = outlier;
    const auto error = [&](double high) {
      double sum = 0;
      for (const double value : values) {
        const double missed = value - std::clamp(std::round(value / high * 15), 0.0, 15.0) * high / 15;
        sum += missed * missed;
      }
      return sum;
    };
    Histogram histogram;
    histogram.add(values);
    const Range chosen = histogram.least_squared_error(15);
    EXPECT_EQ(chosen.low, 0);
    double least = error(histogram.min_max().high);
    for (int i = 1; i <= 300; ++i) least = std::min(least, error(histogram.min_max().high * i / 300));
    EXPECT_LE(error(chosen.high), 1.05 * least) << outlier;
  }
}

Graph two_layers(float high, bool pooled) {
  ModelBuilder b({1, 1, 4, 4});
  b.convolution("conv1", "input", 2, 1, 1);
  b.relu("relu1");
  if (pooled) b.pool("MaxPool", "pool1", 2, 2);
  if (high > 0)
    b.node("Clip", "clip1", {b.last, b.constant("zero", {}, {0}), b.constant("high", {}, {high})});
  b.convolution("conv2", b.last, 2, 2, 1);
  b.convolution("conv3", "conv2", 2, 2, 1);
  return read_network(b.save());
}

EngineAssignment on_array(const Graph& graph) {
  EngineAssignment assignment(graph);
  assignment.array = assign_to_array(graph, {});
  return assignment;
}

TEST(Levels, EndWhereTheLayerClips) {
  for (const bool pooled : {false, true}) {
    const Graph graph = two_layers(0.9F, pooled);
    const std::vector<Range> ranges(graph.tensors.size(), {-1, 5});
    const QuantizedNetwork network = quantize(graph, ranges, on_array(graph));
    const Quantization& levels = network.tensors[graph.layers[0].output.tensor];
    EXPECT_NEAR(levels.scale, 0.9 / 15, 1e-8);
    EXPECT_EQ(levels.zero_point, -8);
    for (std::size_t layer = 0; layer < (pooled ? 2 : 1); ++layer) {
      EXPECT_EQ(network.layers[layer].output_min, -8);
      EXPECT_EQ(network.layers[layer].output_max, 7);
    }
  }
}

/// What pooling leaves counts, not what it throws away.
TEST(Levels, OfAPooledMapAreThoseOfItsMaxima) {
  const Graph graph = two_layers(0, true);
  std::vector<Range> ranges(graph.tensors.size(), {0, 1});
  ranges[graph.layers[1].output.tensor] = {0, 3};
  const QuantizedNetwork network = quantize(graph, ranges, on_array(graph));
  EXPECT_NEAR(network.tensors[graph.layers[0].output.tensor].scale, 3.0 / 15, 1e-7);
  EXPECT_NEAR(network.tensors[graph.layers[1].output.tensor].scale, 3.0 / 15, 1e-7);
}

Layer pixel_layer(std::vector<float> weights, std::vector<float> bias) {
  Layer layer;
  layer.kind = LayerKind::fully_connected;
  const auto outputs = static_cast<std::uint32_t>(bias.size());
  layer.inputs = {{0, {static_cast<std::uint32_t>(weights.size()) / outputs, 1, 1}}};
  layer.output = {1, {outputs, 1, 1}};
  layer.weights = std::move(weights);
  layer.bias = std::move(bias);
  return layer;
}

QuantizedLayer quantized(const Layer& layer, const Quantization& input, const Quantization& output) {
  QuantizedLayer result;
  quantize_for_array(layer, quantize_int4(layer.weights, layer.bias.size()), 32, input, output, result);
  return result;
}

/// Weights 2, -1 of 0.1 on inputs of 0.5 steps: the bias 0.35 is 7 units of 0.05, and -8 x (2 - 1) comes off.
TEST(ArrayLayer, BiasHoldsTheInputsZeroPoint) {
  const QuantizedLayer layer = quantized(pixel_layer({0.2F, -0.1F}, {0.35F}), {0.5, -8}, {0.025, -8});
  EXPECT_THAT(layer.weights, ElementsAre(2, -1));
  ASSERT_EQ(layer.parameters.size(), 1U);
  EXPECT_EQ(layer.parameters[0].bias, 7 + 8);
  EXPECT_NEAR(std::ldexp(layer.parameters[0].multiplier, -layer.parameters[0].shift), 2, 1e-6);
}

TEST(ArrayLayer, AChannelWithoutWeightsKeepsItsBias) {
  const QuantizedLayer layer = quantized(pixel_layer({0, 0, 0, 0}, {0.777F, 0}), {0.5, -8}, {0.01, 0});
  const kasane_channel_parameters& p = layer.parameters[0];
  EXPECT_NEAR(std::ldexp(static_cast<double>(p.bias) * p.multiplier, -p.shift), 77.7, 1e-5);
  EXPECT_EQ(layer.parameters[1].bias, 0);
  EXPECT_EQ(layer.array->kept_coordinates, 0U);
}

/// A bias of 2^40 units: the scale grows until it fits, and the weights become what they are beside it.
TEST(ArrayLayer, AHugeBiasWidensTheScale) {
  const QuantizedLayer layer = quantized(pixel_layer({1, -1, 0.5F}, {0x1p40F}), {1, -8}, {0x1p38, 0});
  EXPECT_THAT(layer.weights, ElementsAre(0, 0, 0));
  const kasane_channel_parameters& p = layer.parameters[0];
  EXPECT_NEAR(std::ldexp(static_cast<double>(p.bias) * p.multiplier, -p.shift), 4, 1e-6);
  EXPECT_LE(std::abs(std::int64_t{p.bias}), std::int64_t{1} << 30);
}

}  // namespace
}  // namespace kasane::compiler::test
