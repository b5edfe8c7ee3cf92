#include "sw/compiler/float_executor.h"

#include <algorithm>
#include <cmath>

#include "sw/compiler/float_convolution.h"

namespace kasane::compiler {
namespace {

using Values = std::vector<float>;

Values pool(const Layer& layer, const Values& input) {
  const Shape& in = layer.inputs[0].shape;
  const Shape& out = layer.output.shape;
  const Window& window = layer.window;
  const bool average = layer.kind == LayerKind::average_pool;
  Values output;
  output.reserve(out.elements());
  for (std::uint32_t c = 0; c < out.channels; ++c)
    for (std::uint32_t y = 0; y < out.height; ++y)
      for (std::uint32_t x = 0; x < out.width; ++x) {
        const std::int64_t top = std::int64_t{y} * window.stride_height - window.pad_top;
        const std::int64_t left = std::int64_t{x} * window.stride_width - window.pad_left;
        const std::int64_t bottom = std::min<std::int64_t>(top + window.kernel_height, in.height);
        const std::int64_t right = std::min<std::int64_t>(left + window.kernel_width, in.width);
        float sum = 0;
        float largest = -std::numeric_limits<float>::infinity();
        std::int64_t inside = 0;
        for (std::int64_t row = std::max<std::int64_t>(top, 0); row < bottom; ++row)
          for (std::int64_t column = std::max<std::int64_t>(left, 0); column < right; ++column, ++inside) {
            const float value =
                input[(std::size_t{c} * in.height + static_cast<std::size_t>(row)) * in.width +
                      static_cast<std::size_t>(column)];
            sum += value;
            largest = std::max(largest, value);
          }
        const std::int64_t divisor =
            layer.average_counts_padding ? std::int64_t{window.kernel_height} * window.kernel_width : inside;
        output.push_back(average ? sum / static_cast<float>(divisor) : largest);
      }
  return output;
}

Values softmax(Values values) {
  const float largest = *std::max_element(values.begin(), values.end());
  float sum = 0;
  for (float& value : values) sum += value = std::exp(value - largest);
  for (float& value : values) value /= sum;
  return values;
}

Values execute(const Layer& layer, const std::vector<Values>& tensors) {
  const Values& input = tensors[layer.inputs[0].tensor];
  switch (layer.kind) {
    case LayerKind::convolution:
    case LayerKind::fully_connected:
      return convolve_float(layer, input);
    case LayerKind::max_pool:
    case LayerKind::average_pool:
      return pool(layer, input);
    case LayerKind::add: {
      Values sum = input;
      const Values& other = tensors[layer.inputs[1].tensor];
      for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += other[i];
      return sum;
    }
    case LayerKind::clamp:
      return input;
    case LayerKind::softmax:
      return softmax(input);
    case LayerKind::argmax:
      return {static_cast<float>(std::max_element(input.begin(), input.end()) - input.begin())};
    case LayerKind::affine:
      break;
  }
  throw std::logic_error("execute_float expects a folded graph");
}

}  // namespace

std::vector<std::vector<float>> execute_float(const Graph& graph, std::span<const float> input) {
  std::vector<Values> tensors(graph.tensors.size());
  tensors[graph.input.tensor].assign(input.begin(), input.end());
  for (const Layer& layer : graph.layers) {
    Values& output = tensors[layer.output.tensor];
    output = execute(layer, tensors);
    for (float& value : output) value = std::clamp(value, layer.low, layer.high);
  }
  return tensors;
}

}  // namespace kasane::compiler
