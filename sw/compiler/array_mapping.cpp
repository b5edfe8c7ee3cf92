#include "sw/compiler/array_mapping.h"

#include <algorithm>

#include "kasane/cartesian_array.h"
#include "sw/compiler/layer_names.h"

namespace kasane::compiler {
namespace {

/// Who writes a tensor and who reads it.
class Neighbours {
 public:
  explicit Neighbours(const Graph& graph) : graph_(graph) {}

  const Layer* writer(std::size_t tensor) const {
    for (const Layer& layer : graph_.layers)
      if (layer.output.tensor == tensor) return &layer;
    return nullptr;
  }

  /// The tensor whose levels this one has: max pooling takes them over.
  std::size_t root(std::size_t tensor) const {
    for (const Layer* layer = writer(tensor); layer != nullptr && layer->kind == LayerKind::max_pool;
         layer = writer(tensor))
      tensor = layer->inputs[0].tensor;
    return tensor;
  }

  /// The network's input has 8 bits, and so has what the CPU writes.
  bool has_fixed_levels(std::size_t tensor) const {
    const Layer* layer = writer(root(tensor));
    return layer == nullptr || layer->runs_on_cpu();
  }

 private:
  const Graph& graph_;
};

void check_columns(const Graph& graph, std::uint32_t columns) {
  if (columns >= 2 && columns % 2 == 0 && columns <= 65534) return;
  throw CompileError(graph.file + ": Cartesian-product array has " + std::to_string(columns) +
                     " columns, expected an even number from 2 to 65534");
}

/// The layers that `mapping` leaves to the array.
std::vector<std::size_t> wanted_layers(const Graph& graph, const ArrayMapping& mapping,
                                       const std::vector<bool>& candidates) {
  const std::vector<std::size_t> all = layers_with_weights(graph);
  std::vector<bool> stays = staying_layers(graph, mapping.ncu_layers);
  if (mapping.first_and_last_on_ncu && !all.empty()) {
    stays[all.front()] = stays[all.back()] = true;
    for (std::size_t i = 1; i < all.size(); ++i)
      if (graph.layers[all[i]].segment != graph.layers[all[i - 1]].segment) stays[all[i - 1]] = true;
  }
  std::vector<std::size_t> wanted;
  std::copy_if(all.begin(), all.end(), std::back_inserter(wanted),
               [&](auto index) { return candidates[index] && !stays[index]; });
  return wanted;
}

bool fits_array(const Layer& layer, const Int4Weights& code) {
  const std::size_t size = code.weights.size() / code.scales.size();
  for (std::size_t channel = 0; channel < code.scales.size(); ++channel)
    if (!fits_accumulator(std::span(code.weights).subspan(channel * size, size))) return false;
  return layer.window.kernel_height * layer.window.kernel_width <= KASANE_CARTESIAN_MAX_KERNEL_ELEMENTS;
}

void set_levels(const Graph& graph, const Neighbours& neighbours, ArrayAssignment& assignment) {
  std::vector<bool> read_by_array(graph.tensors.size());
  for (std::size_t i = 0; i < graph.layers.size(); ++i)
    if (assignment.layers[i]) read_by_array[neighbours.root(graph.layers[i].inputs[0].tensor)] = true;
  for (const Layer& layer : graph.layers)
    if (read_by_array[neighbours.root(layer.output.tensor)]) assignment.formats[layer.output.tensor].bits = 4;
}

bool can_write_packed(const Layer& layer) {
  return layer.groups == 1 || layer.output.shape.channels / layer.groups % 2 == 0;
}

void set_packing(const Graph& graph, ArrayAssignment& assignment) {
  for (std::size_t i = 0; i < graph.layers.size(); ++i) {
    const Operand& output = graph.layers[i].output;
    if (!assignment.layers[i] || !can_write_packed(graph.layers[i])) continue;
    bool read = false;
    bool array_only = graph.output_of(output.tensor) == nullptr;
    for (std::size_t reader = 0; reader < graph.layers.size(); ++reader)
      for (const Operand& input : graph.layers[reader].inputs) {
        if (input.tensor != output.tensor) continue;
        read = true;
        // A reshaped map would pair other elements.
        array_only = array_only && assignment.layers[reader] && input.shape == output.shape;
      }
    assignment.formats[output.tensor].packed = read && array_only;
  }
}

}  // namespace

bool ArrayAssignment::uses_array() const {
  return std::any_of(layers.begin(), layers.end(), [](const auto& layer) { return layer.has_value(); });
}

ArrayAssignment assign_to_array(const Graph& graph, const ArrayMapping& mapping) {
  return assign_to_array(graph, mapping, std::vector<bool>(graph.layers.size(), true));
}

ArrayAssignment assign_to_array(const Graph& graph, const ArrayMapping& mapping,
                                const std::vector<bool>& candidates) {
  check_columns(graph, mapping.columns);
  const Neighbours neighbours(graph);
  ArrayAssignment assignment(graph);
  assignment.columns = mapping.columns;
  for (const std::size_t index : wanted_layers(graph, mapping, candidates)) {
    const Layer& layer = graph.layers[index];
    if (neighbours.has_fixed_levels(layer.inputs[0].tensor)) {
      if (mapping.first_and_last_on_ncu) continue;
      graph.fail(
          layer,
          "reads 8-bit levels of the network's input or a softmax, expected among the layers that stay "
          "on the NCU");
    }
    Int4Weights code = quantize_int4(layer.weights, layer.bias.size());
    if (fits_array(layer, code)) assignment.layers[index] = std::move(code);
  }
  set_levels(graph, neighbours, assignment);
  set_packing(graph, assignment);
  return assignment;
}

}  // namespace kasane::compiler
