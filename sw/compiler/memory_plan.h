/// Decides where every feature map and every weight lies while the network runs.
#pragma once

#include <cstdint>
#include <vector>

#include "sw/compiler/allocation.h"
#include "sw/compiler/graph.h"
#include "sw/compiler/quantize.h"
#include "sw/compiler/tiling.h"

namespace kasane::compiler {

/// The on-chip memories of the chip that the package is made for.
struct CompileTarget {
  std::uint32_t fmm_bytes = 0;
  std::uint32_t wm_bytes = 0;
  std::uint32_t sums_bytes = 0;   ///< partial sum memory of the Kernel Comp Units; 0 without units
  std::uint32_t table_bytes = 0;  ///< their correspondence table memory
};

struct Place {
  std::uint8_t space = 0;  ///< KASANE_SPACE_*
  std::uint32_t offset = 0;
};

/// How one layer runs.
struct LayerPlan {
  Gap buffers;                          ///< FMM left for tiles of maps that lie outside FMM
  TileProblem problem;                  ///< convolution and pooling
  Tiling tiling;                        ///< convolution and pooling
  std::uint32_t chunk = 0;              ///< add and clamp: elements a command
  std::uint32_t weight_address = 0;     ///< WM, of the layer's weights (or of one block's, if streamed)
  std::uint32_t parameter_address = 0;  ///< WM
  std::uint32_t kept_address = 0;       ///< WM, WeightSections::kept; at the weights without
  std::uint32_t table_address = 0;      ///< correspondence table memory; these layers only
  std::uint32_t band_rows = 0;          ///< output rows whose partial sums exist at once; these layers only
  std::uint32_t bands_in_flight = 0;    ///< bands that the partial sum memory holds; these layers only
  Place cpu_input;                      ///< where the CPU reads its operand, if not at the tensor's own place
};

struct MemoryPlan {
  std::vector<Place> tensors;  ///< indexed as graph.tensors
  std::vector<LayerPlan> layers;
  bool weights_resident = false;  ///< loaded once, by set-up steps
  std::uint32_t fmm_bytes = 0;
  std::uint32_t wm_bytes = 0;
  std::uint32_t scratch_bytes = 0;
  std::uint32_t sums_bytes = 0;
  std::uint32_t table_bytes = 0;
  bool tables_resident = false;  ///< correspondence tables are loaded once, by set-up steps

  bool in_fmm(const Operand& operand) const;
};

/// Maps stay in FMM while they fit; the largest ones of a crowded moment go to external memory, and the
/// layers that touch them run tile by tile. Throws CompileError naming the layer, what it needs and what
/// there is.
MemoryPlan plan_memory(const Graph& graph, const QuantizedNetwork& network, const CompileTarget& target);

}  // namespace kasane::compiler
