/// A convolution as products of matrices: weights, a row for each output channel, times panels of 16 output
/// positions. The product is compiled once for every instruction set. Each sum begins with its bias and adds
/// one product after the other in the order of the weights, so that all of them give the same bits.
#include "sw/compiler/float_convolution.h"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sw/compiler/float_convolution.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#ifndef KASANE_FLOAT_CONVOLUTION_SHARED
#define KASANE_FLOAT_CONVOLUTION_SHARED
namespace kasane::compiler {
constexpr std::size_t panel_width = 16;  ///< output positions; the widest vector's floats

struct PanelProduct {
  const float* weights;  ///< outputs * depth
  const float* bias;     ///< outputs
  const float* panel;    ///< depth * panel_width: the input element that each weight meets, for each position
  std::size_t outputs;
  std::size_t depth;
  float* sums;  ///< outputs * panel_width
};
}  // namespace kasane::compiler
#endif

HWY_BEFORE_NAMESPACE();
namespace kasane::compiler::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using Floats = hn::CappedTag<float, panel_width>;

/// Rows of the result that are kept in registers all along. Eight hide the latency of an addition.
template <std::size_t rows>
HWY_INLINE void multiply_rows(const PanelProduct& product, std::size_t output, std::size_t lane) {
  const Floats floats;
  const float* weights = product.weights + output * product.depth;
  hn::Vec<Floats> sums[rows];
  for (std::size_t row = 0; row < rows; ++row) sums[row] = hn::Set(floats, product.bias[output + row]);
  for (std::size_t k = 0; k < product.depth; ++k) {
    const auto inputs = hn::LoadU(floats, product.panel + k * panel_width + lane);
    for (std::size_t row = 0; row < rows; ++row)
      sums[row] = hn::Add(sums[row], hn::Mul(hn::Set(floats, weights[row * product.depth + k]), inputs));
  }
  for (std::size_t row = 0; row < rows; ++row)
    hn::StoreU(sums[row], floats, product.sums + (output + row) * panel_width + lane);
}

void multiply_panel(const PanelProduct& product) {
  for (std::size_t lane = 0; lane < panel_width; lane += hn::Lanes(Floats())) {
    std::size_t output = 0;
    for (; output + 8 <= product.outputs; output += 8) multiply_rows<8>(product, output, lane);
    for (; output + 2 <= product.outputs; output += 2) multiply_rows<2>(product, output, lane);
    if (output < product.outputs) multiply_rows<1>(product, output, lane);
  }
}

}  // namespace kasane::compiler::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kasane::compiler {

HWY_EXPORT(multiply_panel);

namespace {

/// A feature map with zeros around it, wide enough for every window of a layer.
struct PaddedMap {
  std::size_t height = 0;
  std::size_t width = 0;
  std::vector<float> values;

  PaddedMap(const Layer& layer, std::span<const float> input);
};

PaddedMap::PaddedMap(const Layer& layer, std::span<const float> input) {
  const Shape& in = layer.inputs[0].shape;
  const Shape& out = layer.output.shape;
  const Window& window = layer.window;
  const auto reach = [](std::uint32_t outputs, std::uint32_t stride, std::uint32_t extent, std::uint32_t pad,
                        std::uint32_t inputs) {
    return std::max(std::size_t{outputs - 1} * stride + extent, std::size_t{pad} + inputs);
  };
  height = reach(out.height, window.stride_height, window.extent_height(), window.pad_top, in.height);
  width = reach(out.width, window.stride_width, window.extent_width(), window.pad_left, in.width);
  values.resize(in.channels * height * width);
  for (std::size_t row = 0; row < std::size_t{in.channels} * in.height; ++row) {
    const std::size_t channel = row / in.height;
    const std::size_t padded_row = channel * height + window.pad_top + row % in.height;
    std::copy_n(&input[row * in.width], in.width, &values[padded_row * width + window.pad_left]);
  }
}

/// Of each weight of a kernel: how far its input lies behind the one of the first weight.
std::vector<std::size_t> depth_offsets(const Layer& layer, const PaddedMap& map) {
  const Window& window = layer.window;
  std::vector<std::size_t> offsets;
  for (std::uint32_t c = 0; c < layer.inputs[0].shape.channels / layer.groups; ++c)
    for (std::uint32_t r = 0; r < window.kernel_height; ++r)
      for (std::uint32_t s = 0; s < window.kernel_width; ++s)
        offsets.push_back((c * map.height + std::size_t{r} * window.dilation_height) * map.width +
                          std::size_t{s} * window.dilation_width);
  return offsets;
}

/// Of each output position: where its window begins. Filled up to whole panels with the map's beginning.
std::vector<std::size_t> position_offsets(const Layer& layer, const PaddedMap& map) {
  const Shape& out = layer.output.shape;
  std::vector<std::size_t> offsets;
  for (std::uint32_t y = 0; y < out.height; ++y)
    for (std::uint32_t x = 0; x < out.width; ++x)
      offsets.push_back(std::size_t{y} * layer.window.stride_height * map.width +
                        std::size_t{x} * layer.window.stride_width);
  offsets.resize((offsets.size() + panel_width - 1) / panel_width * panel_width);
  return offsets;
}

void gather_panel(const float* map, const std::vector<std::size_t>& depths, const std::size_t* positions,
                  float* panel) {
  const bool contiguous = positions[panel_width - 1] - positions[0] == panel_width - 1;
  for (const std::size_t depth : depths) {
    if (contiguous) {
      std::copy_n(map + positions[0] + depth, panel_width, panel);
    } else {
      for (std::size_t i = 0; i < panel_width; ++i) panel[i] = map[positions[i] + depth];
    }
    panel += panel_width;
  }
}

/// Dot product in eight independent sums, whatever the vectors.
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

/// A layer with all that its groups share.
class Convolution {
 public:
  Convolution(const Layer& layer, std::span<const float> input)
      : layer_(layer), map_(layer, input), depths_(depth_offsets(layer, map_)) {}

  std::vector<float> run();

 private:
  std::size_t group_outputs() const { return layer_.output.shape.channels / layer_.groups; }
  const float* group_map(std::size_t group) const {
    const std::size_t channels = layer_.inputs[0].shape.channels / layer_.groups;
    return &map_.values[group * channels * map_.height * map_.width];
  }
  void multiply_vector(std::size_t group, float* output) const;
  void multiply_panels(std::size_t group, std::size_t positions, float* output) const;

  const Layer& layer_;
  const PaddedMap map_;
  const std::vector<std::size_t> depths_;
};

/// Where each weight is used once only, a panel would be filled for a single position.
void Convolution::multiply_vector(std::size_t group, float* output) const {
  const float* map = group_map(group);
  std::vector<float> inputs;
  for (const std::size_t depth : depths_) inputs.push_back(map[depth]);
  const std::size_t first = group * group_outputs();
  for (std::size_t o = first; o < first + group_outputs(); ++o)
    output[o] = layer_.bias[o] + dot(&layer_.weights[o * inputs.size()], inputs.data(), inputs.size());
}

void Convolution::multiply_panels(std::size_t group, std::size_t positions, float* output) const {
  const std::vector<std::size_t> starts = position_offsets(layer_, map_);
  std::vector<float> panel(depths_.size() * panel_width);
  std::vector<float> sums(group_outputs() * panel_width);
  const std::size_t first_output = group * group_outputs();
  for (std::size_t first = 0; first < positions; first += panel_width) {
    gather_panel(group_map(group), depths_, &starts[first], panel.data());
    HWY_DYNAMIC_DISPATCH(multiply_panel)
    ({.weights = &layer_.weights[first_output * depths_.size()],
      .bias = &layer_.bias[first_output],
      .panel = panel.data(),
      .outputs = group_outputs(),
      .depth = depths_.size(),
      .sums = sums.data()});
    const std::size_t count = std::min(panel_width, positions - first);
    for (std::size_t o = 0; o < group_outputs(); ++o)
      std::copy_n(&sums[o * panel_width], count, &output[(first_output + o) * positions + first]);
  }
}

std::vector<float> Convolution::run() {
  const std::size_t positions = std::size_t{layer_.output.shape.height} * layer_.output.shape.width;
  std::vector<float> output(layer_.output.shape.elements());
  for (std::size_t group = 0; group < layer_.groups; ++group) {
    if (positions == 1)
      multiply_vector(group, output.data());
    else
      multiply_panels(group, positions, output.data());
  }
  return output;
}

}  // namespace

std::vector<float> convolve_float(const Layer& layer, std::span<const float> input) {
  return Convolution(layer, input).run();
}

}  // namespace kasane::compiler
#endif
