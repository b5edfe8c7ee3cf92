/// What each supported ONNX operator means, as layers or views of the graph.
#include <algorithm>
#include <cmath>

#include "sw/compiler/onnx_importer.h"

namespace kasane::compiler {
namespace {

constexpr std::int64_t max_field = 65535;  ///< window sizes are 16-bit fields of the commands

/// The sliding window's attributes, complete with all four paddings.
struct WindowAttributes {
  Window window;
  std::int64_t pads[4] = {0, 0, 0, 0};  ///< top, left, bottom, right
  bool ceil_mode = false;
};

std::vector<std::int64_t> pair(OnnxNode& node, std::string_view attribute,
                               std::vector<std::int64_t> otherwise, std::int64_t least) {
  const std::vector<std::int64_t> values = node.integers(attribute, std::move(otherwise));
  const bool in_range = std::all_of(values.begin(), values.end(),
                                    [&](std::int64_t value) { return value >= least && value <= max_field; });
  if (values.size() != 2 || !in_range)
    node.fail("attribute '" + std::string(attribute) + "' is " + to_string(values) +
              ", expected two numbers from " + std::to_string(least) + " to " + std::to_string(max_field));
  return values;
}

std::int64_t floor_divide(std::int64_t a, std::int64_t b) {
  return a / b - (a % b < 0);
}

/// Output size of one dimension. In ceil mode a window that would begin in the trailing padding does not
/// exist.
std::int64_t output_size(std::int64_t input, std::int64_t extent, std::int64_t stride, std::int64_t pad_begin,
                         std::int64_t pad_end, bool ceil_mode) {
  const std::int64_t span = input + pad_begin + pad_end - extent;
  std::int64_t size = floor_divide(span + (ceil_mode ? stride - 1 : 0), stride) + 1;
  if (ceil_mode && (size - 1) * stride >= input + pad_begin) --size;
  return size;
}

void read_pads(OnnxNode& node, const Shape& input, WindowAttributes& attributes) {
  const Window& window = attributes.window;
  const std::string automatic = node.text("auto_pad", "NOTSET");
  const std::vector<std::int64_t> pads = node.integers("pads", {0, 0, 0, 0});
  if (pads.size() != 4) node.fail("attribute 'pads' is " + to_string(pads) + ", expected four numbers");
  if (automatic == "NOTSET") {
    std::copy(pads.begin(), pads.end(), attributes.pads);
  } else if (automatic == "SAME_UPPER" || automatic == "SAME_LOWER") {
    const std::int64_t sizes[2] = {input.height, input.width};
    const std::int64_t strides[2] = {window.stride_height, window.stride_width};
    const std::int64_t extents[2] = {window.extent_height(), window.extent_width()};
    for (int i = 0; i < 2; ++i) {
      const std::int64_t outputs = (sizes[i] + strides[i] - 1) / strides[i];
      const std::int64_t total =
          std::max<std::int64_t>(0, (outputs - 1) * strides[i] + extents[i] - sizes[i]);
      const std::int64_t smaller = total / 2;
      attributes.pads[i] = automatic == "SAME_UPPER" ? smaller : total - smaller;
      attributes.pads[i + 2] = total - attributes.pads[i];
    }
  } else if (automatic != "VALID") {
    node.fail("attribute 'auto_pad' is '" + automatic +
              "', expected NOTSET, VALID, SAME_UPPER or SAME_LOWER");
  }
  const std::int64_t extents[2] = {window.extent_height(), window.extent_width()};
  for (int i = 0; i < 4; ++i)
    if (attributes.pads[i] < 0 || attributes.pads[i] >= extents[i % 2])
      node.fail("padding is " + to_string(std::vector<std::int64_t>(attributes.pads, attributes.pads + 4)) +
                ", expected 0 to less than the window's extent " + std::to_string(extents[0]) + "x" +
                std::to_string(extents[1]));
}

WindowAttributes read_window(OnnxNode& node, const Shape& input, std::vector<std::int64_t> default_kernel) {
  const auto kernel = pair(node, "kernel_shape", std::move(default_kernel), 1);
  const auto strides = pair(node, "strides", {1, 1}, 1);
  const auto dilations = pair(node, "dilations", {1, 1}, 1);
  const auto field = [](std::int64_t value) { return static_cast<std::uint32_t>(value); };
  WindowAttributes attributes;
  attributes.window = {.kernel_height = field(kernel[0]),
                       .kernel_width = field(kernel[1]),
                       .stride_height = field(strides[0]),
                       .stride_width = field(strides[1]),
                       .dilation_height = field(dilations[0]),
                       .dilation_width = field(dilations[1])};
  attributes.ceil_mode = node.integer("ceil_mode", 0) != 0;
  read_pads(node, input, attributes);
  attributes.window.pad_top = field(attributes.pads[0]);
  attributes.window.pad_left = field(attributes.pads[1]);
  return attributes;
}

Shape window_output(OnnxNode& node, const Shape& input, std::uint32_t channels, const WindowAttributes& a) {
  const std::int64_t height = output_size(input.height, a.window.extent_height(), a.window.stride_height,
                                          a.pads[0], a.pads[2], a.ceil_mode);
  const std::int64_t width = output_size(input.width, a.window.extent_width(), a.window.stride_width,
                                         a.pads[1], a.pads[3], a.ceil_mode);
  if (height < 1 || width < 1)
    node.fail("window " + std::to_string(a.window.extent_height()) + "x" +
              std::to_string(a.window.extent_width()) + " exceeds its padded input " + to_string(input) +
              ", expected it to fit");
  return {channels, static_cast<std::uint32_t>(height), static_cast<std::uint32_t>(width)};
}

void expect_rank(const OnnxNode& node, const OnnxValue& value, int rank) {
  if (value.rank != rank)
    node.fail("input has rank " + std::to_string(value.rank) + ", expected " + std::to_string(rank));
}

}  // namespace

void OnnxImporter::constant(OnnxNode& node) {
  const auto* tensor = node.tensor("value");
  if (!tensor) node.fail("has no attribute 'value', expected a tensor");
  alias(node, {.is_constant = true, .constant = read_constant(*tensor, node.where())});
}

void OnnxImporter::convolution(OnnxNode& node) {
  node.expect_inputs(2, 3);
  const OnnxValue& input = map(node, 0);
  expect_rank(node, input, 4);
  const Constant& weights = constant_input(node, 1);
  const std::int64_t groups = node.integer("group", 1);
  const std::int64_t channels = input.map.shape.channels;
  const bool weights_fit = weights.dims.size() == 4 && !weights.floats.empty() && groups >= 1 &&
                           channels % groups == 0 && weights.dims[1] * groups == channels &&
                           weights.dims[0] % groups == 0;
  if (!weights_fit)
    node.fail("weights have shape " + to_string(weights.dims) + " in " + std::to_string(groups) +
              " groups, expected [output channels, " + std::to_string(channels) +
              " / groups, kernel height, kernel width]");
  const WindowAttributes attributes = read_window(node, input.map.shape, {weights.dims[2], weights.dims[3]});
  if (attributes.window.kernel_height != weights.dims[2] || attributes.window.kernel_width != weights.dims[3])
    node.fail("attribute 'kernel_shape' differs from the weights' shape " + to_string(weights.dims) +
              ", expected the same kernel size");
  if (attributes.ceil_mode) node.fail("attribute 'ceil_mode' is set, expected it only on pooling");
  const auto output_channels = static_cast<std::uint32_t>(weights.dims[0]);
  Layer layer = new_layer(node, LayerKind::convolution);
  layer.inputs = {input.map};
  layer.window = attributes.window;
  layer.groups = static_cast<std::uint32_t>(groups);
  layer.weights = weights.floats;
  read_hidden(node, layer);
  layer.bias =
      node.has_input(2) ? vector_input(node, 2, output_channels) : std::vector<float>(output_channels);
  finish(node, std::move(layer), window_output(node, input.map.shape, output_channels, attributes), 4);
}

void OnnxImporter::gemm(OnnxNode& node) {
  node.expect_inputs(2, 3);
  const OnnxValue& input = map(node, 0);
  expect_rank(node, input, 2);
  if (node.integer("transA", 0) != 0) node.fail("attribute 'transA' is set, expected 0");
  const bool transposed = node.integer("transB", 0) != 0;
  const float alpha = node.number("alpha", 1);
  const float beta = node.number("beta", 1);
  const Constant& weights = constant_input(node, 1);
  const std::size_t features = input.map.shape.elements();
  if (weights.dims.size() != 2 || weights.floats.empty() ||
      weights.dims[transposed ? 1 : 0] != static_cast<std::int64_t>(features))
    node.fail("weights have shape " + to_string(weights.dims) + (transposed ? " transposed" : "") +
              ", expected " + std::to_string(features) + " input features");
  const auto outputs = static_cast<std::size_t>(weights.dims[transposed ? 0 : 1]);
  Layer layer = new_layer(node, LayerKind::fully_connected);
  layer.inputs = {input.map};
  layer.weights.resize(outputs * features);
  for (std::size_t o = 0; o < outputs; ++o)
    for (std::size_t i = 0; i < features; ++i)
      layer.weights[o * features + i] =
          alpha * weights.floats[transposed ? o * features + i : i * outputs + o];
  read_hidden(node, layer);
  layer.bias.assign(outputs, 0);
  if (node.has_input(2)) {
    const Constant& bias = constant_input(node, 2);
    if (bias.floats.empty() || (bias.floats.size() != outputs && bias.floats.size() != 1))
      node.fail("bias has shape " + to_string(bias.dims) + ", expected [" + std::to_string(outputs) + "]");
    for (std::size_t o = 0; o < outputs; ++o)
      layer.bias[o] = beta * bias.floats[bias.floats.size() == 1 ? 0 : o];
  }
  finish(node, std::move(layer), {static_cast<std::uint32_t>(outputs), 1, 1}, 2);
}

void OnnxImporter::matmul(OnnxNode& node) {
  node.expect_inputs(2, 2);
  const OnnxValue& input = map(node, 0);
  expect_rank(node, input, 2);
  const Constant& weights = constant_input(node, 1);
  const std::size_t features = input.map.shape.elements();
  if (weights.dims.size() != 2 || weights.floats.empty() ||
      weights.dims[0] != static_cast<std::int64_t>(features))
    node.fail("weights have shape " + to_string(weights.dims) + ", expected [" + std::to_string(features) +
              ", output features]");
  const auto outputs = static_cast<std::size_t>(weights.dims[1]);
  Layer layer = new_layer(node, LayerKind::fully_connected);
  layer.inputs = {input.map};
  layer.bias.assign(outputs, 0);
  layer.weights.resize(outputs * features);
  for (std::size_t o = 0; o < outputs; ++o)
    for (std::size_t i = 0; i < features; ++i)
      layer.weights[o * features + i] = weights.floats[i * outputs + o];
  read_hidden(node, layer);
  finish(node, std::move(layer), {static_cast<std::uint32_t>(outputs), 1, 1}, 2);
}

void OnnxImporter::pool(OnnxNode& node) {
  node.expect_inputs(1, 1);
  const OnnxValue& input = map(node, 0);
  expect_rank(node, input, 4);
  const bool average = node.op() == "AveragePool";
  const WindowAttributes attributes = read_window(node, input.map.shape, {});
  const Window& window = attributes.window;
  if (window.dilation_height != 1 || window.dilation_width != 1)
    node.fail("attribute 'dilations' is not 1, expected pooling without dilation");
  Layer layer = new_layer(node, average ? LayerKind::average_pool : LayerKind::max_pool);
  layer.inputs = {input.map};
  layer.window = window;
  layer.groups = input.map.shape.channels;
  const Shape output = window_output(node, input.map.shape, layer.groups, attributes);
  if (average) {
    if (std::uint64_t{window.kernel_height} * window.kernel_width > max_field)
      node.fail("averages windows of " + std::to_string(window.kernel_height) + "x" +
                std::to_string(window.kernel_width) + ", expected at most 65535 elements");
    layer.average_counts_padding = node.integer("count_include_pad", 0) != 0;
    const bool overhangs = (output.height - 1) * window.stride_height + window.kernel_height >
                               input.map.shape.height + attributes.pads[0] + attributes.pads[2] ||
                           (output.width - 1) * window.stride_width + window.kernel_width >
                               input.map.shape.width + attributes.pads[1] + attributes.pads[3];
    if (layer.average_counts_padding && overhangs)
      node.fail("counts padding and has windows beyond it, expected count_include_pad 0 with ceil_mode 1");
  } else if (node.integer("storage_order", 0) != 0) {
    node.fail("attribute 'storage_order' is set, expected 0");
  }
  finish(node, std::move(layer), output, 4);
}

void OnnxImporter::global_average_pool(OnnxNode& node) {
  node.expect_inputs(1, 1);
  const OnnxValue& input = map(node, 0);
  expect_rank(node, input, 4);
  Layer layer = new_layer(node, LayerKind::average_pool);
  layer.inputs = {input.map};
  const Shape& shape = input.map.shape;
  layer.window = {.kernel_height = shape.height, .kernel_width = shape.width};
  if (shape.height > max_field || shape.width > max_field)
    node.fail("input is " + to_string(shape) + ", expected at most 65535 rows and columns");
  layer.groups = shape.channels;
  finish(node, std::move(layer), {shape.channels, 1, 1}, 4);
}

void OnnxImporter::batch_normalization(OnnxNode& node) {
  node.expect_inputs(5, 5);
  const OnnxValue& input = map(node, 0);
  const std::uint32_t channels = input.map.shape.channels;
  const auto& scale = vector_input(node, 1, channels);
  const auto& shift = vector_input(node, 2, channels);
  const auto& mean = vector_input(node, 3, channels);
  const auto& variance = vector_input(node, 4, channels);
  const float epsilon = node.number("epsilon", 1e-5F);
  node.ignore("momentum");
  if (node.integer("training_mode", 0) != 0) node.fail("attribute 'training_mode' is set, expected 0");
  if (node.integer("spatial", 1) != 1) node.fail("attribute 'spatial' is 0, expected 1");
  Layer layer = new_layer(node, LayerKind::affine);
  layer.inputs = {input.map};
  for (std::uint32_t c = 0; c < channels; ++c) {
    if (!(variance[c] + epsilon > 0)) node.fail("variance is negative, expected variance + epsilon above 0");
    const float factor = scale[c] / std::sqrt(variance[c] + epsilon);
    layer.weights.push_back(factor);
    layer.bias.push_back(shift[c] - mean[c] * factor);
  }
  finish(node, std::move(layer), input.map.shape, input.rank);
}

void OnnxImporter::add(OnnxNode& node) {
  node.expect_inputs(2, 2);
  const int constant_index = value(node, 1).is_constant ? 1 : 0;
  if (!value(node, constant_index).is_constant) {
    const OnnxValue& a = map(node, 0);
    const OnnxValue& b = map(node, 1);
    if (!(a.map.shape == b.map.shape) || a.rank != b.rank)
      node.fail("operands have shapes " + to_string(a.map.shape) + " and " + to_string(b.map.shape) +
                ", expected equal shapes");
    Layer layer = new_layer(node, LayerKind::add);
    layer.inputs = {a.map, b.map};
    return finish(node, std::move(layer), a.map.shape, a.rank);
  }
  const OnnxValue& input = map(node, 1 - constant_index);
  const Constant& constant = constant_input(node, constant_index);
  const std::uint32_t channels = input.map.shape.channels;
  // Broadcasting aligns the last dimensions: channels are followed by height and width in rank 4, by none
  // in 2.
  std::vector<std::int64_t> dims = constant.dims;
  while (static_cast<int>(dims.size()) < input.rank) dims.insert(dims.begin(), 1);
  std::vector<std::int64_t> per_channel(static_cast<std::size_t>(input.rank), 1);
  per_channel[1] = channels;
  const bool scalar = constant.floats.size() == 1 && static_cast<int>(dims.size()) == input.rank;
  if (constant.floats.empty() || !(scalar || dims == per_channel))
    node.fail("constant operand has shape " + to_string(constant.dims) + ", expected one number a channel, " +
              to_string(per_channel));
  Layer layer = new_layer(node, LayerKind::affine);
  layer.inputs = {input.map};
  layer.weights.assign(channels, 1.0F);
  for (std::uint32_t c = 0; c < channels; ++c) layer.bias.push_back(constant.floats[scalar ? 0 : c]);
  finish(node, std::move(layer), input.map.shape, input.rank);
}

void OnnxImporter::relu(OnnxNode& node) {
  node.expect_inputs(1, 1);
  const OnnxValue& input = map(node, 0);
  Layer layer = new_layer(node, LayerKind::clamp);
  layer.inputs = {input.map};
  layer.low = 0;
  finish(node, std::move(layer), input.map.shape, input.rank);
}

void OnnxImporter::clip(OnnxNode& node) {
  node.expect_inputs(1, 3);
  const OnnxValue& input = map(node, 0);
  Layer layer = new_layer(node, LayerKind::clamp);
  layer.inputs = {input.map};
  const auto bound = [&](int index, std::string_view attribute, float& limit) {
    if (node.has_input(index)) {
      const Constant& constant = constant_input(node, index);
      if (constant.floats.size() != 1)
        node.fail("bound has shape " + to_string(constant.dims) + ", expected []");
      limit = constant.floats[0];
    } else if (node.has(attribute)) {
      limit = node.number(attribute, limit);
    }
  };
  bound(1, "min", layer.low);
  bound(2, "max", layer.high);
  if (!(layer.low <= layer.high)) node.fail("lower bound exceeds the upper one, expected min <= max");
  finish(node, std::move(layer), input.map.shape, input.rank);
}

void OnnxImporter::flatten(OnnxNode& node) {
  node.expect_inputs(1, 1);
  const OnnxValue& input = map(node, 0);
  const std::int64_t axis = node.integer("axis", 1);
  if (axis != 1 && axis != 1 - input.rank)
    node.fail("attribute 'axis' is " + std::to_string(axis) + ", expected 1");
  const Shape flat{static_cast<std::uint32_t>(input.map.shape.elements()), 1, 1};
  alias(node, {.map = {input.map.tensor, flat}, .rank = 2});
}

void OnnxImporter::reshape(OnnxNode& node) {
  node.expect_inputs(2, 2);
  const OnnxValue input = value(node, 0);
  const Constant& target = constant_input(node, 1);
  if (input.is_constant) {  // of weights, which keep their elements' order
    OnnxValue reshaped = input;
    reshaped.constant.dims = target.integers;
    std::int64_t known = 1;
    for (auto dim : target.integers) known *= dim == -1 ? 1 : dim;
    for (auto& dim : reshaped.constant.dims)
      if (dim == -1 && known > 0) dim = static_cast<std::int64_t>(input.constant.elements()) / known;
    std::int64_t total = 1;
    for (auto dim : reshaped.constant.dims) total *= dim;
    if (known <= 0 || total != static_cast<std::int64_t>(input.constant.elements()))
      node.fail("target shape is " + to_string(target.integers) + ", expected " +
                std::to_string(input.constant.elements()) + " elements");
    return alias(node, reshaped);
  }
  const Shape& shape = input.map.shape;
  const auto elements = static_cast<std::int64_t>(shape.elements());
  std::vector<std::int64_t> from = {1, shape.channels};
  if (input.rank == 4) from.insert(from.end(), {shape.height, shape.width});
  std::vector<std::int64_t> dims = target.integers;
  const bool zero_copies = node.integer("allowzero", 0) == 0;
  std::int64_t known = 1;
  for (std::size_t i = 0; i < dims.size(); ++i) {
    if (dims[i] == 0 && zero_copies && i < from.size()) dims[i] = from[i];
    if (dims[i] != -1) known = dims[i] > 0 && dims[i] <= elements ? known * dims[i] : 0;
    if (known > elements) known = 0;
  }
  if (std::count(dims.begin(), dims.end(), -1) == 1 && known > 0)
    *std::find(dims.begin(), dims.end(), -1) = elements / known;
  std::int64_t total = known > 0 ? 1 : 0;
  for (auto dim : dims) total *= dim;
  if ((dims.size() != 2 && dims.size() != 4) || dims[0] != 1 || total != elements)
    node.fail("target shape is " + to_string(target.integers) + ", expected batch 1 and " +
              std::to_string(elements) + " elements in rank 2 or 4");
  Shape view{static_cast<std::uint32_t>(dims[1]), 1, 1};
  if (dims.size() == 4)
    view = {view.channels, static_cast<std::uint32_t>(dims[2]), static_cast<std::uint32_t>(dims[3])};
  alias(node, {.map = {input.map.tensor, view}, .rank = static_cast<int>(dims.size())});
}

void OnnxImporter::pass_through(OnnxNode& node) {
  node.expect_inputs(1, 3);
  node.ignore("ratio");
  node.ignore("seed");
  if (node.has_input(2)) {
    const Constant& training = constant_input(node, 2);
    if (training.integers != std::vector<std::int64_t>{0})
      node.fail("is in training mode, expected inference");
  }
  const OnnxValue target = value(node, 0);
  alias(node, target);
}

void OnnxImporter::expect_vector_axis(OnnxNode& node, const OnnxValue& input, std::int64_t axis) const {
  const Shape& shape = input.map.shape;
  const std::int64_t positive = axis < 0 ? axis + input.rank : axis;
  if (positive != 1 || shape.height != 1 || shape.width != 1)
    node.fail("works along axis " + std::to_string(axis) + " of " + to_string(shape) +
              ", expected axis 1 of a vector");
}

void OnnxImporter::softmax(OnnxNode& node) {
  node.expect_inputs(1, 1);
  const OnnxValue& input = map(node, 0);
  expect_vector_axis(node, input, node.integer("axis", opset_ >= 13 ? -1 : 1));
  Layer layer = new_layer(node, LayerKind::softmax);
  layer.inputs = {input.map};
  finish(node, std::move(layer), input.map.shape, input.rank);
}

void OnnxImporter::argmax(OnnxNode& node) {
  node.expect_inputs(1, 1);
  const OnnxValue& input = map(node, 0);
  expect_vector_axis(node, input, node.integer("axis", 0));
  if (node.integer("select_last_index", 0) != 0)
    node.fail("attribute 'select_last_index' is set, expected 0");
  node.ignore("keepdims");
  Layer layer = new_layer(node, LayerKind::argmax);
  layer.inputs = {input.map};
  finish(node, std::move(layer), {1, 1, 1}, 2);
}

}  // namespace kasane::compiler
