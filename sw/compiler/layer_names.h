/// Layers that a mapping to an engine names.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "sw/compiler/graph.h"

namespace kasane::compiler {

/// Indices of convolutions and fully connected layers.
std::vector<std::size_t> layers_with_weights(const Graph& graph);

/// Which layers shall stay on the NCU, indexed as graph.layers. Throws CompileError for a name that no layer
/// with weights has.
std::vector<bool> staying_layers(const Graph& graph, const std::vector<std::string>& names);

}  // namespace kasane::compiler
