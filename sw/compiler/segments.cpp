#include "sw/compiler/segments.h"

#include <algorithm>

#include "kasane/package.h"

namespace kasane::compiler {
namespace {

constexpr std::uint64_t max_logits = KASANE_MAX_LOGITS;

const Layer* writer_of(const Graph& graph, std::size_t tensor) {
  const auto found = std::find_if(graph.layers.begin(), graph.layers.end(),
                                  [&](const Layer& layer) { return layer.output.tensor == tensor; });
  return found == graph.layers.end() ? nullptr : &*found;
}

[[noreturn]] void fail(const Graph& graph, const GraphOutput& output, const std::string& what) {
  throw CompileError(graph.file + ": output '" + output.name + "' " + what);
}

/// Marks the layers that a tensor depends on and that are in no segment yet; false if there are none.
bool claim_layers(Graph& graph, std::size_t tensor, std::size_t segment, std::vector<bool>& claimed) {
  std::vector<bool> needed(graph.tensors.size());
  needed[tensor] = true;
  bool any = false;
  for (std::size_t i = graph.layers.size(); i-- > 0;) {
    Layer& layer = graph.layers[i];
    if (!needed[layer.output.tensor]) continue;
    for (const Operand& input : layer.inputs) needed[input.tensor] = true;
    if (claimed[i]) continue;
    claimed[i] = any = true;
    layer.segment = segment;
  }
  return any;
}

}  // namespace

void check_outputs(const Graph& graph) {
  const std::size_t count = graph.outputs.size();
  if (count < 1 || count > KASANE_MAX_EXITS)
    throw CompileError(graph.file + ": has " + std::to_string(count) + " outputs, expected 1 to " +
                       std::to_string(KASANE_MAX_EXITS));
  if (count == 1) return;
  for (const GraphOutput& output : graph.outputs) {
    const Layer* writer = writer_of(graph, output.map.tensor);
    if (writer != nullptr && writer->runs_on_cpu())
      fail(graph, output,
           "comes from node '" + writer->name + "' (" + writer->operators +
               "), expected logits of a network with several outputs");
    const Shape& shape = output.map.shape;
    if (shape.height != 1 || shape.width != 1 || shape.channels > max_logits)
      fail(graph, output,
           "has shape " + to_string(shape) + ", expected logits: a vector of at most " +
               std::to_string(max_logits));
  }
}

void divide_into_segments(Graph& graph) {
  std::vector<bool> claimed(graph.layers.size());
  for (Layer& layer : graph.layers) layer.segment = graph.outputs.size() - 1;
  for (std::size_t segment = 0; segment < graph.outputs.size(); ++segment) {
    if (claim_layers(graph, graph.outputs[segment].map.tensor, segment, claimed)) continue;
    fail(graph, graph.outputs[segment],
         "needs no layer that the outputs before it do not need, expected some");
  }
  std::stable_sort(graph.layers.begin(), graph.layers.end(),
                   [](const Layer& a, const Layer& b) { return a.segment < b.segment; });
}

std::vector<LayerRange> segment_ranges(const Graph& graph) {
  std::vector<LayerRange> ranges(graph.outputs.size());
  std::size_t next = 0;
  for (std::size_t segment = 0; segment < ranges.size(); ++segment) {
    ranges[segment].first = next;
    while (next < graph.layers.size() && graph.layers[next].segment == segment) ++next;
    ranges[segment].end = next;
  }
  return ranges;
}

}  // namespace kasane::compiler
