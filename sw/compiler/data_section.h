/// The data section of a package: weights, channel parameters and correspondence tables of all layers.
#pragma once

#include <cstdint>
#include <vector>

#include "sw/compiler/graph.h"
#include "sw/compiler/quantize.h"

namespace kasane::compiler {

/// Offsets count from the section's first byte.
struct DataSection {
  /// One layer's. Kept kernels or what describes tiles, weights and channel parameters follow each other, as
  /// they will in WM.
  struct LayerOffsets {
    std::uint32_t kept = 0;  ///< WeightSections::kept; empty without
    std::uint32_t weights = 0;
    std::uint32_t parameters = 0;
    std::uint32_t parameters_end = 0;
    std::uint32_t table = 0;  ///< behind those of all layers
  };
  std::vector<std::uint8_t> bytes;
  std::vector<LayerOffsets> layers;
};

/// Throws CompileError from 4 GiB on.
DataSection data_section(const Graph& graph, const QuantizedNetwork& network);

}  // namespace kasane::compiler
