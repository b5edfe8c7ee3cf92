#include "sw/compiler/quantize.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "sw/compiler/quantize_array.h"
#include "sw/compiler/quantize_hidden.h"

namespace kasane::compiler {
namespace {

/// Weights, bias and multiplier of one output channel.
struct ChannelCode {
  std::vector<std::int8_t> weights;
  double scale = 1;
  kasane_channel_parameters parameters;
};

/// Symmetric -127 ... 127 weights; the scale is widened where bias or accumulator would leave 32 bits.
ChannelCode quantize_channel(const float* weights, std::size_t count, float bias, const Quantization& input,
                             const Quantization& output) {
  double largest = 0;
  for (std::size_t i = 0; i < count; ++i) largest = std::max<double>(largest, std::abs(weights[i]));
  double scale = std::max(largest / 127, std::abs(double{bias}) / (input.scale * 0x1p30));
  if (scale == 0) scale = 1;
  for (;;) {
    ChannelCode code{.scale = scale};
    std::int64_t sum = 0;
    std::int64_t magnitude = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const auto weight = static_cast<std::int8_t>(std::lround(weights[i] / scale));
      code.weights.push_back(weight);
      sum += weight;
      magnitude += std::abs(weight);
    }
    const std::int64_t total_bias = std::llround(bias / (input.scale * scale)) - input.zero_point * sum;
    const std::int64_t bound = std::abs(total_bias) + 128 * magnitude;
    if (bound <= std::numeric_limits<std::int32_t>::max()) {
      const Multiplier factor = quantize_multiplier(input.scale * scale / output.scale);
      code.parameters = {static_cast<std::int32_t>(total_bias), factor.multiplier, factor.shift};
      return code;
    }
    scale *= 1.01 * static_cast<double>(bound) / std::numeric_limits<std::int32_t>::max();
  }
}

void quantize_linear(const Layer& layer, const Quantization& input, const Quantization& output,
                     QuantizedLayer& quantized) {
  const std::size_t kernel = layer.weights.size() / layer.bias.size();
  quantized.weights.reserve(layer.weights.size());
  for (std::size_t channel = 0; channel < layer.bias.size(); ++channel) {
    const ChannelCode code =
        quantize_channel(&layer.weights[channel * kernel], kernel, layer.bias[channel], input, output);
    quantized.weights.insert(quantized.weights.end(), code.weights.begin(), code.weights.end());
    quantized.weight_scales.push_back(code.scale);
    quantized.parameters.push_back(code.parameters);
  }
}

/// True if some window of the pooling reaches outside its input.
bool reaches_outside(const Layer& layer) {
  const Window& window = layer.window;
  const Shape& in = layer.inputs[0].shape;
  const Shape& out = layer.output.shape;
  return window.pad_top > 0 || window.pad_left > 0 ||
         (out.height - 1) * window.stride_height + window.kernel_height > in.height ||
         (out.width - 1) * window.stride_width + window.kernel_width > in.width;
}

void quantize_average(const Layer& layer, const Quantization& input, const Quantization& output,
                      QuantizedLayer& quantized) {
  const std::uint32_t size = layer.window.kernel_height * layer.window.kernel_width;
  const bool one_divisor = layer.average_counts_padding || !reaches_outside(layer);
  for (std::uint32_t inside = one_divisor ? size : 1; inside <= size; ++inside) {
    const Multiplier factor = quantize_multiplier(input.scale / output.scale / inside);
    quantized.parameters.push_back({0, factor.multiplier, factor.shift});
  }
}

/// Both operands' factors on the larger one's shift.
void quantize_add(const Quantization& a, const Quantization& b, const Quantization& output,
                  QuantizedLayer& quantized) {
  const double factor_a = a.scale / output.scale;
  const double factor_b = b.scale / output.scale;
  const std::int32_t shift = quantize_multiplier(std::max(factor_a, factor_b)).shift;
  const auto scaled = [&](double factor) {
    return static_cast<std::int32_t>(
        std::min<double>(std::round(std::ldexp(factor, shift)), std::numeric_limits<std::int32_t>::max()));
  };
  quantized.a = {scaled(factor_a), shift};
  quantized.b_multiplier = scaled(factor_b);
}

std::int8_t quantize_bound(float bound, const Quantization& output, const TensorFormat& format) {
  const double value = std::round(bound / output.scale) + output.zero_point;
  return static_cast<std::int8_t>(std::clamp<double>(value, format.minimum(), format.maximum()));
}

Quantization output_quantization(const Graph& graph, const Layer& layer, const Quantization& input,
                                 const std::vector<Range>& ranges, const TensorFormat& format) {
  switch (layer.kind) {
    case LayerKind::max_pool:
      return input;
    case LayerKind::softmax:
      return {1.0 / 256, -128};
    case LayerKind::argmax:
      return {1, 0};
    default:
      return format.bits == 8 ? quantize_range(ranges[layer.output.tensor])
                              : quantize_range(levels_range(graph, layer, ranges), format);
  }
}

void quantize_weights(const Graph& graph, std::size_t index, const EngineAssignment& assignment,
                      const Quantization& input, const Quantization& output, QuantizedLayer& quantized) {
  const Layer& layer = graph.layers[index];
  if (const auto& code = assignment.array.layers[index]) {
    quantize_for_array(layer, *code, assignment.array.columns, input, output, quantized);
  } else if (layer.hidden) {
    quantize_hidden(graph, layer, input, output, assignment.hiddenite.layers[index], quantized);
  } else {
    quantize_linear(layer, input, output, quantized);
  }
}

QuantizedLayer quantize_layer(const Graph& graph, std::size_t index, const EngineAssignment& assignment,
                              const QuantizedNetwork& network) {
  const Layer& layer = graph.layers[index];
  const std::vector<Quantization>& tensors = network.tensors;
  const Quantization& input = tensors[layer.inputs[0].tensor];
  const Quantization& output = tensors[layer.output.tensor];
  const TensorFormat& format = network.formats[layer.output.tensor];
  QuantizedLayer quantized;
  quantized.output_min = quantize_bound(layer.low, output, format);
  quantized.output_max = quantize_bound(layer.high, output, format);
  switch (layer.kind) {
    case LayerKind::convolution:
    case LayerKind::fully_connected:
      quantize_weights(graph, index, assignment, input, output, quantized);
      break;
    case LayerKind::average_pool:
      quantize_average(layer, input, output, quantized);
      break;
    case LayerKind::add:
      quantize_add(input, tensors[layer.inputs[1].tensor], output, quantized);
      break;
    case LayerKind::clamp:
      quantized.a = quantize_multiplier(input.scale / output.scale);
      break;
    default:
      break;
  }
  return quantized;
}

}  // namespace

Multiplier quantize_multiplier(double factor) {
  constexpr std::int32_t largest = std::numeric_limits<std::int32_t>::max();
  if (factor <= 0) return {0, 1};
  int exponent = 0;
  std::frexp(factor, &exponent);
  int shift = 31 - exponent;
  if (std::round(std::ldexp(factor, shift)) >= 0x1p31) --shift;
  if (shift < 1) return {largest, 1};
  shift = std::min(shift, 62);
  return {static_cast<std::int32_t>(std::round(std::ldexp(factor, shift))), shift};
}

Quantization quantize_range(const Range& range, const TensorFormat& format) {
  const double low = std::min(range.low, 0.0);
  const double high = std::max(range.high, 0.0);
  const int steps = format.steps();
  const int minimum = format.minimum();
  if (high - low < std::numeric_limits<float>::min()) return {1.0 / steps, minimum};  // only zeros seen
  // The package stores scales as float: use exactly that value everywhere.
  const double scale = static_cast<float>((high - low) / steps);
  const double zero_point = std::clamp<double>(std::round(minimum - low / scale), minimum, format.maximum());
  return {scale, static_cast<std::int32_t>(zero_point)};
}

const TiledWeights* QuantizedLayer::tiled() const {
  if (array) return &*array;
  return masks ? &*masks : nullptr;
}

QuantizedNetwork quantize(const Graph& graph, const std::vector<Range>& ranges,
                          const EngineAssignment& assignment) {
  const ArrayAssignment& array = assignment.array;
  const HiddeniteAssignment& hiddenite = assignment.hiddenite;
  QuantizedNetwork network{.tensors = std::vector<Quantization>(graph.tensors.size()),
                           .formats = array.formats,
                           .array_columns = array.uses_array() ? array.columns : 0,
                           .hiddenite_outputs = hiddenite.uses_engine() ? hiddenite.output_lanes : 0};
  network.tensors[graph.input.tensor] = {1.0 / 255, -128};
  for (std::size_t i = 0; i < graph.layers.size(); ++i) {
    const Layer& layer = graph.layers[i];
    network.tensors[layer.output.tensor] = output_quantization(
        graph, layer, network.tensors[layer.inputs[0].tensor], ranges, array.formats[layer.output.tensor]);
    network.layers.push_back(quantize_layer(graph, i, assignment, network));
  }
  return network;
}

QuantizedNetwork quantize(const Graph& graph, const std::vector<Range>& ranges) {
  return quantize(graph, ranges, EngineAssignment(graph));
}

}  // namespace kasane::compiler
