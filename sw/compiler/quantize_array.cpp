#include "sw/compiler/quantize_array.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace kasane::compiler {
namespace {

/// The max pooling that alone reads a tensor; none if others do.
const Layer* only_pool(const Graph& graph, std::size_t tensor) {
  if (graph.output_of(tensor) != nullptr) return nullptr;
  const Layer* reader = nullptr;
  for (const Layer& layer : graph.layers)
    for (const Operand& input : layer.inputs) {
      if (input.tensor != tensor) continue;
      if (reader != nullptr || layer.kind != LayerKind::max_pool) return nullptr;
      reader = &layer;
    }
  return reader;
}

/// The least scale whose bias leaves room for every sum in 32 bits.
double least_scale(float bias, const Quantization& input) {
  return std::abs(double{bias}) / (input.scale * 0x1p30);
}

kasane_channel_parameters channel_parameters(std::span<const std::int8_t> weights, double scale, float bias,
                                             const Quantization& input, const Quantization& output) {
  const std::int64_t sum = std::accumulate(weights.begin(), weights.end(), std::int64_t{0});
  const std::int64_t total = std::llround(bias / (input.scale * scale)) - input.zero_point * sum;
  const Multiplier factor = quantize_multiplier(input.scale * scale / output.scale);
  return {static_cast<std::int32_t>(total), factor.multiplier, factor.shift};
}

}  // namespace

Range levels_range(const Graph& graph, const Layer& writer, const std::vector<Range>& ranges) {
  std::size_t tensor = writer.output.tensor;
  double low = writer.low;
  double high = writer.high;
  for (const Layer* pool = only_pool(graph, tensor); pool != nullptr; pool = only_pool(graph, tensor)) {
    tensor = pool->output.tensor;
    low = std::clamp<double>(low, pool->low, pool->high);
    high = std::clamp<double>(high, pool->low, pool->high);
  }
  if (std::isfinite(low) && std::isfinite(high)) return {low, high};
  return ranges[tensor];
}

void quantize_for_array(const Layer& layer, const Int4Weights& code, std::uint32_t columns,
                        const Quantization& input, const Quantization& output, QuantizedLayer& quantized) {
  quantized.weights = code.weights;
  quantized.weight_scales = code.scales;
  const std::size_t size = layer.weights.size() / layer.bias.size();
  for (std::size_t channel = 0; channel < layer.bias.size(); ++channel) {
    const auto weights = std::span(quantized.weights).subspan(channel * size, size);
    double& scale = quantized.weight_scales[channel];
    const double least = least_scale(layer.bias[channel], input);
    const bool empty = std::all_of(weights.begin(), weights.end(), [](auto weight) { return weight == 0; });
    if (least > scale || (empty && least > 0)) {
      // Of a channel without weights the finest scale keeps the bias exact.
      scale = least;
      rescale_int4_channel(std::span(layer.weights).subspan(channel * size, size), scale, weights);
    }
    quantized.parameters.push_back(channel_parameters(weights, scale, layer.bias[channel], input, output));
  }
  quantized.array = array_weights(layer, quantized.weights, columns);
}

}  // namespace kasane::compiler
