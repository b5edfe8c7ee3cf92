/// Executes a command on host memory: the schedule's bursts and the datapath, without SystemC.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <vector>

#include "models/neural_comp_unit/datapath.h"
#include "models/neural_comp_unit/schedule.h"

namespace kasane::ncu {

/// In the pipeline's order. Precondition: all bursts lie within the memories.
inline void host_walk(SlotSource& schedule, Record record, std::vector<std::uint8_t>& fmm,
                      const std::vector<std::uint8_t>& wm, const std::vector<std::uint8_t>& sums) {
  const auto gather = [](const std::vector<std::uint8_t>& memory, std::span<const Burst> bursts) {
    std::vector<std::uint8_t> staged;
    for (const Burst& burst : bursts) {
      if (burst.offset != staged.size()) throw std::logic_error("staging has gaps");
      for (std::uint32_t byte = 0; byte < burst.bytes; ++byte) {
        staged.push_back(memory.at(std::size_t{burst.address} + byte));
      }
    }
    return staged;
  };
  PackedWeightsCache packed_weights;
  const auto datapath = make_datapath(record, packed_weights);
  std::array<Slot, 3> slots;
  const Slot* loading = nullptr;
  const Slot* computing = nullptr;
  for (std::size_t next = 0;; next = (next + 1) % slots.size()) {
    const Slot* draining = computing;
    computing = loading;
    loading = schedule.next(slots[next]) ? &slots[next] : nullptr;
    if (draining != nullptr && !draining->stores.empty()) {
      std::vector<std::uint8_t> output(draining->output.elements());
      datapath->drain(*draining, output);
      for (const Burst& burst : draining->stores) {
        for (std::uint32_t byte = 0; byte < burst.bytes; ++byte) {
          fmm.at(std::size_t{burst.address} + byte) = output.at(burst.offset + byte);
        }
      }
    }
    if (computing != nullptr) datapath->compute(*computing);
    if (loading != nullptr) {
      if (loading->fresh_input) datapath->load_input(*loading, gather(fmm, loading->input_loads));
      if (loading->fresh_parameters &&
          !datapath->load_parameters(gather(wm, {&loading->parameter_load, 1}))) {
        throw std::logic_error("parameters refused");
      }
      if (loading->fresh_weights) datapath->load_weights(*loading, gather(wm, loading->weight_loads));
      if (!loading->sum_loads.empty()) datapath->load_sums(*loading, gather(sums, loading->sum_loads));
    }
    if (loading == nullptr && computing == nullptr && draining == nullptr) return;
  }
}

/// Precondition: check() accepts the record, which is no residual, and all bursts lie within the memories.
inline void host_run(Record record, const NcuConfig& config, std::vector<std::uint8_t>& fmm,
                     const std::vector<std::uint8_t>& wm) {
  host_walk(*make_schedule(record, config), record, fmm, wm, {});
}

}  // namespace kasane::ncu
