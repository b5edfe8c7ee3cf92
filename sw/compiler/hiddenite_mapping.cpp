#include "sw/compiler/hiddenite_mapping.h"

#include <algorithm>

#include "kasane/hiddenite.h"
#include "sw/compiler/layer_names.h"

namespace kasane::compiler {
namespace {

void check_mapping(const Graph& graph, const HiddeniteMapping& mapping) {
  const auto fail = [&](const std::string& what) {
    throw CompileError(graph.file + ": hidden-network engine " + what);
  };
  if (mapping.output_lanes < 1 || mapping.output_lanes > 65535)
    fail("has " + std::to_string(mapping.output_lanes) + " output lanes, expected 1 to 65535");
  if (mapping.rows < 1 || mapping.columns < 1) fail("has no lanes along rows or columns, expected some");
  if (mapping.field_bits && *mapping.field_bits > KASANE_HIDDENITE_MAX_FIELD_BITS) {
    fail("has masks of fields of " + std::to_string(*mapping.field_bits) + " bits, expected 0 to " +
         std::to_string(KASANE_HIDDENITE_MAX_FIELD_BITS));
  }
}

/// Elements along one axis that windows of `lanes` outputs span, padding included.
std::uint64_t span_of(std::uint32_t lanes, std::uint32_t outputs, std::uint32_t stride,
                      std::uint32_t extent) {
  return (std::uint64_t{std::min(lanes, outputs)} - 1) * stride + extent;
}

/// Whether the input buffer holds what a pixel tile needs of one channel.
bool fits_input_buffer(const Layer& layer, const HiddeniteMapping& mapping) {
  const Shape& out = layer.output.shape;
  const Window& window = layer.window;
  return span_of(mapping.rows, out.height, window.stride_height, window.extent_height()) *
             span_of(mapping.columns, out.width, window.stride_width, window.extent_width()) <=
         mapping.input_buffer_bytes;
}

/// The most output channels of which two tiles' expanded weights, four a byte, fit the weight buffer; 0 if
/// not even one's do.
std::uint32_t most_outputs(const Layer& layer, const HiddeniteMapping& mapping) {
  const std::uint64_t an_output = layer.weights.size() / layer.output.shape.channels;
  if (an_output > KASANE_HIDDENITE_MAX_WEIGHTS_AN_OUTPUT) return 0;
  const std::uint64_t weights_a_tile = mapping.weight_buffer_bytes / 2 * 4;
  const std::uint32_t group_outputs = layer.output.shape.channels / layer.groups;
  return static_cast<std::uint32_t>(
      std::min<std::uint64_t>({weights_a_tile / an_output, mapping.output_lanes, group_outputs}));
}

}  // namespace

bool HiddeniteAssignment::uses_engine() const {
  return std::any_of(layers.begin(), layers.end(), [](const auto& layer) { return layer.has_value(); });
}

HiddeniteAssignment assign_to_hiddenite(const Graph& graph, const HiddeniteMapping& mapping) {
  return assign_to_hiddenite(graph, mapping, std::vector<bool>(graph.layers.size(), true));
}

HiddeniteAssignment assign_to_hiddenite(const Graph& graph, const HiddeniteMapping& mapping,
                                        const std::vector<bool>& candidates) {
  check_mapping(graph, mapping);
  const std::vector<bool> stays = staying_layers(graph, mapping.ncu_layers);
  HiddeniteAssignment assignment(graph);
  assignment.output_lanes = mapping.output_lanes;
  for (const std::size_t index : layers_with_weights(graph)) {
    const Layer& layer = graph.layers[index];
    if (!candidates[index] || stays[index] || !layer.hidden || !fits_input_buffer(layer, mapping)) continue;
    if (const std::uint32_t outputs = most_outputs(layer, mapping); outputs > 0)
      assignment.layers[index] = MaskFormat{outputs, mapping.field_bits};
  }
  return assignment;
}

}  // namespace kasane::compiler
