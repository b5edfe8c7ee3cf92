/// A network with several outputs in segments: what leads from one exit to the next.
#pragma once

#include "sw/compiler/graph.h"

namespace kasane::compiler {

/// Throws CompileError unless there are 1 to KASANE_MAX_EXITS outputs, all of them logits if several:
/// vectors of at most 65536 elements that no softmax and no argmax writes.
void check_outputs(const Graph& graph);

/// Gives each layer to the segment of the first output that needs it, layers that none needs to the last one,
/// and sorts the layers by segment; their order within a segment stays. Throws CompileError for an output
/// that needs no layer of its own.
void divide_into_segments(Graph& graph);

/// The layers first ... end-1 of a segment.
struct LayerRange {
  std::size_t first = 0;
  std::size_t end = 0;
};

/// Of all segments. Expects layers sorted by segment.
std::vector<LayerRange> segment_ranges(const Graph& graph);

}  // namespace kasane::compiler
