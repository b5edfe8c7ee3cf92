/// Executes a schedule's slots on host memory: bursts and datapath, without SystemC.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <vector>

#include "models/common/slot.h"

namespace kasane {

/// In the pipeline's order. Precondition: all bursts lie within the memories.
template <typename Slot>
void host_walk(SlotSource<Slot>& schedule, SlotDatapath<Slot>& datapath, std::vector<std::uint8_t>& fmm,
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
  std::array<Slot, 3> slots;
  const Slot* loading = nullptr;
  const Slot* computing = nullptr;
  for (std::size_t next = 0;; next = (next + 1) % slots.size()) {
    const Slot* draining = computing;
    computing = loading;
    loading = schedule.next(slots[next]) ? &slots[next] : nullptr;
    if (draining != nullptr && !draining->stores.empty()) {
      const Burst& last = draining->stores.back();
      std::vector<std::uint8_t> output(std::size_t{last.offset} + last.bytes);
      datapath.drain(*draining, output);
      for (const Burst& burst : draining->stores) {
        for (std::uint32_t byte = 0; byte < burst.bytes; ++byte) {
          fmm.at(std::size_t{burst.address} + byte) = output.at(burst.offset + byte);
        }
      }
    }
    if (computing != nullptr) datapath.compute(*computing);
    if (loading != nullptr) {
      if (loading->fresh_input) datapath.load_input(*loading, gather(fmm, loading->input_loads));
      if (loading->fresh_parameters && !datapath.load_parameters(gather(wm, {&loading->parameter_load, 1}))) {
        throw std::logic_error("parameters refused");
      }
      if (loading->fresh_weights &&
          datapath.load_weights(*loading, gather(wm, loading->weight_loads)) != KASANE_ERROR_NONE) {
        throw std::logic_error("weights refused");
      }
      if (!loading->sum_loads.empty()) datapath.load_sums(*loading, gather(sums, loading->sum_loads));
    }
    if (loading == nullptr && computing == nullptr && draining == nullptr) return;
  }
}

}  // namespace kasane
