/// Who carries out the segments of a network.
#pragma once

#include <cstdint>
#include <vector>

#include "sw/compiler/graph.h"

namespace kasane::compiler {

/// Of one segment. Kernel Comp Units, array and hidden-network engine take of its layers what they can; the
/// rest runs on the NCU.
enum class Placement : std::uint8_t {
  cpu,  ///< all layers, in software
  ncu,  ///< all layers, whatever else the chip has
  kcu,
  cartesian,
  hiddenite
};

/// Throws CompileError unless there is none or one a segment.
void check_placements(const Graph& graph, const std::vector<Placement>& placements);

bool names(const std::vector<Placement>& placements, Placement placement);

/// Whether layers may use an engine: some segment is placed there, or none is placed at all.
bool may_use(const std::vector<Placement>& placements, Placement placement);

/// Which layers lie in a segment of this placement, indexed as graph.layers; all without placements.
std::vector<bool> layers_on(const Graph& graph, const std::vector<Placement>& placements,
                            Placement placement);

}  // namespace kasane::compiler
