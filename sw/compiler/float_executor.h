/// Executes a graph in floating point: for calibration, and as the measure of quantisation error.
#pragma once

#include <span>
#include <vector>

#include "sw/compiler/graph.h"

namespace kasane::compiler {

/// The values of every tensor for one input, indexed as graph.tensors; empty where folding left a tensor
/// unused. `input` holds graph.input.shape.elements() numbers. Expects a folded graph (no affine layers).
std::vector<std::vector<float>> execute_float(const Graph& graph, std::span<const float> input);

}  // namespace kasane::compiler
