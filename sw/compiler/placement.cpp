#include "sw/compiler/placement.h"

#include <algorithm>

namespace kasane::compiler {

void check_placements(const Graph& graph, const std::vector<Placement>& placements) {
  if (placements.empty() || placements.size() == graph.outputs.size()) return;
  throw CompileError(graph.file + ": has " + std::to_string(graph.outputs.size()) +
                     " segments, one an output, but " + std::to_string(placements.size()) +
                     " places are given, expected one a segment");
}

bool names(const std::vector<Placement>& placements, Placement placement) {
  return std::find(placements.begin(), placements.end(), placement) != placements.end();
}

bool may_use(const std::vector<Placement>& placements, Placement placement) {
  return placements.empty() || names(placements, placement);
}

std::vector<bool> layers_on(const Graph& graph, const std::vector<Placement>& placements,
                            Placement placement) {
  std::vector<bool> layers;
  for (const Layer& layer : graph.layers)
    layers.push_back(placements.empty() || placements[layer.segment] == placement);
  return layers;
}

}  // namespace kasane::compiler
