/// Decides where every feature map and every weight lies while the network runs.
#pragma once

#include <cstdint>
#include <vector>

#include "sw/compiler/allocation.h"
#include "sw/compiler/graph.h"
#include "sw/compiler/map_zones.h"
#include "sw/compiler/quantize.h"
#include "sw/compiler/tiling.h"

namespace kasane::compiler {

/// What the package must know of the chip that it is made for.
struct CompileTarget {
  std::uint32_t fmm_bytes = 0;
  std::uint32_t wm_bytes = 0;
  std::uint32_t sums_bytes = 0;   ///< partial sum memory of the Kernel Comp Units; 0 without units
  std::uint32_t table_bytes = 0;  ///< their correspondence table memory
  bool exit_unit = false;         ///< beside the NCU: computes the entropy of logits in FMM
};

struct Place {
  std::uint8_t space = 0;  ///< KASANE_SPACE_*
  std::uint32_t offset = 0;
};

/// How one layer runs.
struct LayerPlan {
  MapZone zone = MapZone::front;
  Gap buffers;                          ///< FMM left for tiles of maps that lie outside FMM
  TileProblem problem;                  ///< convolution and pooling
  Tiling tiling;                        ///< convolution and pooling
  std::uint32_t chunk = 0;              ///< add and clamp: elements a command
  bool weights_resident = false;        ///< loaded once, by set-up steps
  std::uint32_t weight_address = 0;     ///< of the layer's weights (or of one block's, if streamed)
  std::uint32_t parameter_address = 0;  ///< like the others in WM, or of a layer on the CPU in its memory
  std::uint32_t kept_address = 0;       ///< WeightSections::kept; at the weights without
  std::uint32_t table_address = 0;      ///< correspondence table memory; these layers only
  std::uint32_t band_rows = 0;          ///< output rows whose partial sums exist at once; these layers only
  std::uint32_t bands_in_flight = 0;    ///< bands that the partial sum memory holds; these layers only
  Place cpu_input;                      ///< where the CPU reads its operand, if not at the tensor's own place
};

struct MemoryPlan {
  /// [zone][tensor]: where layers of that zone find it.
  std::array<std::vector<Place>, map_zones> places;
  std::vector<std::uint32_t> outputs;  ///< offsets in KASANE_SPACE_OUTPUT, indexed as graph.outputs
  MapZones zones;
  std::vector<LayerPlan> layers;
  bool weights_resident = false;  ///< all that engines read
  std::uint32_t fmm_bytes = 0;
  std::uint32_t wm_bytes = 0;
  std::uint32_t scratch_bytes = 0;
  std::uint32_t outputs_bytes = 0;
  std::uint32_t cpu_maps_bytes = 0;
  std::uint32_t cpu_weights_bytes = 0;
  std::uint32_t sums_bytes = 0;
  std::uint32_t table_bytes = 0;
  bool tables_resident = false;  ///< correspondence tables are loaded once, by set-up steps

  bool on_cpu(std::size_t layer) const { return layers[layer].zone == MapZone::software; }
  const Place& place(MapZone zone, std::size_t tensor) const { return places[index_of(zone)][tensor]; }
  /// Of a layer's operand.
  const Place& place(std::size_t layer, const Operand& operand) const {
    return place(layers[layer].zone, operand.tensor);
  }
  /// Whether a layer's commands reach the operand where it is: in FMM, or on the CPU in its memory for maps.
  bool in_maps(std::size_t layer, const Operand& operand) const;
};

/// Where the maps are that commands of layers in this zone read and write.
std::uint8_t map_space(MapZone zone);

/// Maps of engines stay in FMM while they fit; the largest ones of a crowded moment go to external memory,
/// and the layers that touch them run tile by tile. Front and rear share FMM and external memory. Throws
/// CompileError naming the layer, what it needs and what there is.
MemoryPlan plan_memory(const Graph& graph, const QuantizedNetwork& network, const CompileTarget& target,
                       const std::vector<Placement>& placements = {});

}  // namespace kasane::compiler
