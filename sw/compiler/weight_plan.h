/// The part of the memory plan that concerns what engines read beside feature maps: weights in WM, and
/// correspondence tables and partial sums of the Kernel Comp Units.
#pragma once

#include <cstdint>

#include "sw/compiler/memory_plan.h"

namespace kasane::compiler {

/// A layer's sections in WM, in this order, each aligned.
struct WeightSections {
  std::uint64_t kept = 0;  ///< lists of kept kernels, bitmaps of kept coordinates or tables of masks
  std::uint64_t weights = 0;
  std::uint64_t parameters = 0;

  /// Up to the parameters.
  std::uint64_t before_parameters() const { return align_on_chip(kept) + weights; }
};

WeightSections weight_sections(const QuantizedLayer& layer);

/// Engines' weights stay in WM if all fit; else each layer brings its own. What the CPU carries out has its
/// weights in ordinary memory.
void place_weights(const QuantizedNetwork& network, const CompileTarget& target, MemoryPlan& plan);

/// Likewise the correspondence tables in their memory; cuts their layers into bands of partial sums. Throws
/// CompileError for a table or a row of sums that does not fit.
void place_tables(const Graph& graph, const QuantizedNetwork& network, const CompileTarget& target,
                  MemoryPlan& plan);

}  // namespace kasane::compiler
