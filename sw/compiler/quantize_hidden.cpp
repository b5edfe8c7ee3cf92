#include "sw/compiler/quantize_hidden.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <span>

namespace kasane::compiler {
namespace {

/// The magnitude of a channel's kept weights. One that keeps none is its bias: the finest scale is exact.
double channel_scale(std::span<const float> weights, float bias, const Quantization& input) {
  const auto kept = std::find_if(weights.begin(), weights.end(), [](float weight) { return weight != 0; });
  if (kept != weights.end()) return std::abs(*kept);
  return bias == 0 ? 1 : std::abs(double{bias}) / (input.scale * 0x1p29);
}

std::int8_t sign(float weight) {
  return static_cast<std::int8_t>((weight > 0) - (weight < 0));
}

}  // namespace

void quantize_hidden(const Graph& graph, const Layer& layer, const Quantization& input,
                     const Quantization& output, const std::optional<MaskFormat>& format,
                     QuantizedLayer& quantized) {
  const std::size_t kernel = layer.weights.size() / layer.bias.size();
  // 255 times as much, and a bias of 2^30, stay within 32 bits.
  if (kernel > 1U << 21) {
    graph.fail(layer, "has " + std::to_string(kernel) +
                          " weights an output, expected at most 2^21 of a hidden layer");
  }
  quantized.weights.resize(layer.weights.size());
  std::transform(layer.weights.begin(), layer.weights.end(), quantized.weights.begin(), sign);
  for (std::size_t channel = 0; channel < layer.bias.size(); ++channel) {
    const auto real = std::span(layer.weights).subspan(channel * kernel, kernel);
    const auto integers = std::span(quantized.weights).subspan(channel * kernel, kernel);
    const double scale = channel_scale(real, layer.bias[channel], input);
    const std::int64_t sum = std::accumulate(integers.begin(), integers.end(), std::int64_t{0});
    const double steps = layer.bias[channel] / (input.scale * scale);
    if (!(std::abs(steps) <= 0x1p30)) {
      graph.fail(layer, "has a bias of " + std::to_string(steps) + " steps in output channel " +
                            std::to_string(channel) + ", expected at most 2^30 of a hidden layer");
    }
    const std::int64_t bias = std::llround(steps) - (format ? 0 : input.zero_point * sum);
    const Multiplier factor = quantize_multiplier(input.scale * scale / output.scale);
    quantized.weight_scales.push_back(scale);
    quantized.parameters.push_back({static_cast<std::int32_t>(bias), factor.multiplier, factor.shift});
  }
  if (format) quantized.masks = hidden_masks(layer, quantized.weights, *format);
}

}  // namespace kasane::compiler
