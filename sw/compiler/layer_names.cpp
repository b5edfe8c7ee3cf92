#include "sw/compiler/layer_names.h"

#include <algorithm>

namespace kasane::compiler {

std::vector<std::size_t> layers_with_weights(const Graph& graph) {
  std::vector<std::size_t> layers;
  for (std::size_t i = 0; i < graph.layers.size(); ++i) {
    const LayerKind kind = graph.layers[i].kind;
    if (kind == LayerKind::convolution || kind == LayerKind::fully_connected) layers.push_back(i);
  }
  return layers;
}

std::vector<bool> staying_layers(const Graph& graph, const std::vector<std::string>& names) {
  const std::vector<std::size_t> all = layers_with_weights(graph);
  std::vector<bool> stays(graph.layers.size());
  for (const std::string& name : names) {
    const auto named = std::find_if(all.begin(), all.end(),
                                    [&](std::size_t index) { return graph.layers[index].name == name; });
    if (named == all.end()) {
      throw CompileError(graph.file + ": '" + name +
                         "' shall stay on the NCU, expected the name of a layer with weights");
    }
    stays[*named] = true;
  }
  return stays;
}

}  // namespace kasane::compiler
