// Integers of hidden layers, worked by hand.
#include "sw/compiler/quantize_hidden.h"

#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/compiler/hidden_model.h"

namespace kasane::compiler::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Two outputs of three inputs; the channels' factors differ, as after folding.
Layer layer_of(std::vector<float> weights, std::vector<float> bias) {
  Layer layer;
  layer.kind = LayerKind::fully_connected;
  layer.name = "fc";
  const auto outputs = static_cast<std::uint32_t>(bias.size());
  layer.inputs = {{0, {static_cast<std::uint32_t>(weights.size()) / outputs, 1, 1}}};
  layer.output = {1, {outputs, 1, 1}};
  layer.weights = std::move(weights);
  layer.bias = std::move(bias);
  layer.hidden = HiddenWeights{};
  return layer;
}

QuantizedLayer quantized(const Layer& layer, const std::optional<MaskFormat>& format,
                         const Quantization& input = {0.5, -3}, const Quantization& output = {0.25, 0}) {
  QuantizedLayer result;
  quantize_hidden({.file = "file"}, layer, input, output, format, result);
  return result;
}

double factor(const kasane_channel_parameters& parameters) {
  return std::ldexp(parameters.multiplier, -parameters.shift);
}

/// Weights are steps of 0.1 and 0.3 on inputs in steps of 0.5: the bias 0.35 is 7 units of 0.05.
TEST(QuantizeHidden, WeightsAreSignsAndScalesTheirMagnitudes) {
  const Layer layer = layer_of({0.1F, -0.1F, 0.1F, 0.3F, 0, 0}, {0.35F, -0.3F});
  const QuantizedLayer ncu = quantized(layer, std::nullopt);
  EXPECT_THAT(ncu.weights, ElementsAre(1, -1, 1, 1, 0, 0));
  EXPECT_THAT(ncu.weight_scales, ElementsAre(0.1F, 0.3F));
  EXPECT_EQ(ncu.parameters[0].bias, 7 + 3 * 1);
  EXPECT_EQ(ncu.parameters[1].bias, -2 + 3 * 1);
  EXPECT_NEAR(factor(ncu.parameters[0]), 0.5 * 0.1 / 0.25, 1e-7);
  EXPECT_NEAR(factor(ncu.parameters[1]), 0.5 * 0.3 / 0.25, 1e-7);
  EXPECT_FALSE(ncu.masks);
}

/// The engine takes the zero point off its operands: only the bias differs.
TEST(QuantizeHidden, TheEnginesBiasHasNoZeroPointTerm) {
  const Layer layer = layer_of({0.1F, -0.1F, 0.1F, 0.3F, 0, 0}, {0.35F, -0.3F});
  const QuantizedLayer ncu = quantized(layer, std::nullopt);
  const QuantizedLayer engine = quantized(layer, MaskFormat{2, 0});
  EXPECT_EQ(engine.weights, ncu.weights);
  EXPECT_EQ(engine.weight_scales, ncu.weight_scales);
  EXPECT_EQ(engine.parameters[0].bias, 7);
  EXPECT_EQ(engine.parameters[1].bias, -2);
  for (const std::size_t channel : {0U, 1U}) {
    EXPECT_EQ(engine.parameters[channel].multiplier, ncu.parameters[channel].multiplier);
    EXPECT_EQ(engine.parameters[channel].shift, ncu.parameters[channel].shift);
  }
  ASSERT_TRUE(engine.masks);
  EXPECT_THAT(engine.masks->weights, ElementsAre(0b001111));
  EXPECT_EQ(engine.masks->kept_weights, 4U);
}

TEST(QuantizeHidden, AChannelThatKeepsNothingIsItsBias) {
  for (const bool on_engine : {false, true}) {
    const auto format = on_engine ? std::optional(MaskFormat{}) : std::nullopt;
    const QuantizedLayer layer = quantized(layer_of({0, 0, 0, 0}, {0.777F, 0}), format, {0.5, -8}, {0.01, 0});
    const kasane_channel_parameters& p = layer.parameters[0];
    EXPECT_NEAR(std::ldexp(static_cast<double>(p.bias) * p.multiplier, -p.shift), 77.7, 1e-5);
    EXPECT_EQ(layer.parameters[1].bias, 0);
  }
}

TEST(QuantizeHidden, ABiasThatNoScaleCanWidenIsRefused) {
  EXPECT_NO_THROW(quantized(layer_of({0.5F, 0.5F}, {0x1p28F}), std::nullopt));
  try {
    quantized(layer_of({0.5F, 0.5F}, {0x1p29F}), std::nullopt);
    ADD_FAILURE();
  } catch (const CompileError& error) {
    EXPECT_THAT(error.what(), HasSubstr("node 'fc'"));
    EXPECT_THAT(error.what(), HasSubstr("in output channel 0, expected at most 2^30 of a hidden layer"));
  }
}

/// On the NCU, too, so that the engine computes the same.
TEST(QuantizeHidden, AWholeNetworksWeightsAreMinusOneToOne) {
  HiddenModel b({1, 2, 6, 6});
  b.hidden_convolution("conv", "input", {.outputs = 4, .inputs = 2});
  const Graph graph = read_network(b.save());
  const QuantizedNetwork network = quantize(graph, std::vector<Range>(graph.tensors.size(), {-1, 1}));
  EXPECT_THAT(network.layers[0].weights, ::testing::Each(::testing::AnyOf(-1, 0, 1)));
  for (std::size_t channel = 0; channel < 4; ++channel) {
    // Each real weight is its integer times the channel's scale, exactly.
    for (std::size_t i = channel * 18; i < (channel + 1) * 18; ++i)
      EXPECT_EQ(graph.layers[0].weights[i],
                network.layers[0].weights[i] * network.layers[0].weight_scales[channel]);
  }
}

}  // namespace
}  // namespace kasane::compiler::test
