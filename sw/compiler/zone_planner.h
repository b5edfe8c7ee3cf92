/// Places the maps of one zone in its memory and cuts the zone's layers so that they fit.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "sw/compiler/memory_plan.h"

namespace kasane::compiler {

/// Writes into the plan what concerns the zone. The plan knows zones and weights already.
class ZonePlanner {
 public:
  ZonePlanner(const Graph& graph, const QuantizedNetwork& network, const CompileTarget& target, MapZone zone,
              MemoryPlan& plan);

  /// Where all maps end if none needs to go outside.
  std::uint64_t peak_bytes() const;

  /// Into this part of the memory for maps. Throws CompileError for a layer whose smallest tile does not fit.
  void plan_maps(const Gap& memory);

  /// Gives every map outside that memory, and every operand of the CPU's own operators, its place; from
  /// `scratch_begin` in external memory on. Returns where that ends, 0 if none is needed.
  std::uint64_t place_outside(std::uint64_t scratch_begin);

 private:
  /// The zone's layer that writes the tensor; null if none does.
  const Layer* writer(std::size_t tensor) const;
  bool begins_in_memory(std::size_t tensor) const;
  bool place_maps();
  std::optional<std::size_t> crowding_map() const;
  bool plan_layer(std::size_t index);
  void plan_problem(std::size_t index);
  bool plan_windows(std::size_t index);
  bool plan_elementwise(const Layer& layer, LayerPlan& plan);
  void spill_beside(std::size_t index);
  Place outside(std::size_t tensor) const;
  void extend_maps(std::uint64_t end) { maps_end_ = std::max(maps_end_, end); }
  void extend_weights(std::uint64_t end) { wm_end_ = std::max(wm_end_, end); }

  bool runs(std::size_t layer) const { return plan_.layers[layer].zone == zone_; }
  bool resident(const Operand& operand) const { return resident_[operand.tensor]; }

  const Graph& graph_;
  const QuantizedNetwork& network_;
  const CompileTarget& target_;
  const MapZone zone_;
  MemoryPlan& plan_;
  const std::vector<Buffer>& lifetimes_;  ///< of all tensors; bytes 0 if not in the zone
  std::vector<bool> resident_;            ///< in the memory for maps
  std::vector<Buffer> buffers_;           ///< of all tensors; bytes 0 if not there
  Gap memory_;
  std::vector<std::uint64_t> offsets_;  ///< from memory_.offset
  std::uint64_t maps_end_ = 0;
  std::uint64_t wm_end_ = 0;
};

}  // namespace kasane::compiler
