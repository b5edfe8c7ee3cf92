#include "sw/compiler/float_executor.h"

#include <algorithm>
#include <cmath>

namespace kasane::compiler {
namespace {

using Values = std::vector<float>;

/// Row k of the result holds, for every output position, the input element that kernel element k meets.
Values gather_columns(const Layer& layer, const Values& input, std::uint32_t group) {
  const Shape& in = layer.inputs[0].shape;
  const Shape& out = layer.output.shape;
  const Window& window = layer.window;
  const std::uint32_t channels = in.channels / layer.groups;
  Values columns(std::size_t{channels} * window.kernel_height * window.kernel_width * out.height * out.width);
  float* column = columns.data();
  for (std::uint32_t c = 0; c < channels; ++c)
    for (std::uint32_t r = 0; r < window.kernel_height; ++r)
      for (std::uint32_t s = 0; s < window.kernel_width; ++s)
        for (std::uint32_t y = 0; y < out.height; ++y, column += out.width) {
          const std::int64_t row =
              std::int64_t{y} * window.stride_height + r * window.dilation_height - window.pad_top;
          if (row < 0 || row >= in.height) continue;
          const float* source = &input[(std::size_t{group} * channels + c) * in.height * in.width +
                                       static_cast<std::size_t>(row) * in.width];
          for (std::uint32_t x = 0; x < out.width; ++x) {
            const std::int64_t position =
                std::int64_t{x} * window.stride_width + s * window.dilation_width - window.pad_left;
            if (position >= 0 && position < in.width) column[x] = source[position];
          }
        }
  return columns;
}

/// Dot product in eight independent sums, which the compiler can keep in vector registers.
float dot(const float* a, const float* b, std::size_t count) {
  float sums[8] = {};
  std::size_t i = 0;
  for (; i + 8 <= count; i += 8)
    for (std::size_t lane = 0; lane < 8; ++lane) sums[lane] += a[i + lane] * b[i + lane];
  float sum = 0;
  for (const float lane : sums) sum += lane;
  for (; i < count; ++i) sum += a[i] * b[i];
  return sum;
}

Values convolve(const Layer& layer, const Values& input) {
  const Shape& out = layer.output.shape;
  const std::size_t positions = std::size_t{out.height} * out.width;
  const std::size_t kernel = layer.weights.size() / out.channels;
  const std::uint32_t group_channels = out.channels / layer.groups;
  Values output(out.elements());
  for (std::uint32_t group = 0; group < layer.groups; ++group) {
    const Values columns = gather_columns(layer, input, group);
    for (std::uint32_t o = group * group_channels; o < (group + 1) * group_channels; ++o) {
      const float* weights = &layer.weights[o * kernel];
      float* row = &output[o * positions];
      std::fill(row, row + positions, layer.bias[o]);
      if (positions == 1) {
        row[0] += dot(weights, columns.data(), kernel);
        continue;
      }
      for (std::size_t k = 0; k < kernel; ++k) {
        const float weight = weights[k];
        const float* column = &columns[k * positions];
        for (std::size_t p = 0; p < positions; ++p) row[p] += weight * column[p];
      }
    }
  }
  return output;
}

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
      return convolve(layer, input);
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
