/// What a command takes and moves when nobody else is in the way.
#pragma once

#include <algorithm>
#include <cstdint>

#include "models/common/port_timing.h"
#include "models/common/slot.h"

namespace kasane {

template <typename Operations>
struct SlotEstimate {
  std::uint64_t cycles = 0;
  std::uint64_t compute_cycles = 0;  ///< of all slots, whatever else their steps wait for
  std::uint64_t slots = 0;
  std::uint64_t fmm_bytes_read = 0;
  std::uint64_t fmm_bytes_written = 0;
  std::uint64_t wm_bytes_read = 0;
  std::uint64_t sums_bytes_read = 0;
  Operations operations;  ///< without those whose number only the data tell
};

/// What one slot asks of the ports and stages, in cycles.
struct SlotCycles {
  std::uint64_t fmm_load = 0;
  std::uint64_t wm_load = 0;
  std::uint64_t expand = 0;
  std::uint64_t sums_load = 0;
  std::uint64_t compute = 0;
  std::uint64_t drain = 0;
  std::uint64_t fmm_store = 0;
};

/// Also adds the slot's bytes and operations to `sum`.
template <typename Slot>
SlotCycles cycles_of(const Slot& slot, PortTiming fmm, PortTiming wm, PortTiming sums,
                     SlotEstimate<typename Slot::Operations>& sum) {
  SlotCycles cycles{.wm_load = wm.cycles(slot.parameter_load),
                    .expand = slot.expand_cycles,
                    .compute = slot.compute_cycles,
                    .drain = slot.drain_cycles};
  sum.wm_bytes_read += slot.parameter_load.bytes;
  for (const Burst& burst : slot.input_loads) {
    cycles.fmm_load += fmm.cycles(burst);
    sum.fmm_bytes_read += burst.bytes;
  }
  for (const Burst& burst : slot.weight_loads) {
    cycles.wm_load += wm.cycles(burst);
    sum.wm_bytes_read += burst.bytes;
  }
  for (const Burst& burst : slot.sum_loads) {
    cycles.sums_load += sums.cycles(burst);
    sum.sums_bytes_read += burst.bytes;
  }
  for (const Burst& burst : slot.stores) {
    cycles.fmm_store += fmm.cycles(burst);
    sum.fmm_bytes_written += burst.bytes;
  }
  sum.compute_cycles += slot.compute_cycles;
  sum.operations += slot.load_operations;
  sum.operations += slot.compute_operations;
  sum.operations += slot.drain_operations;
  return cycles;
}

/// Time and cost without contention. In step j slot j loads, slot j-1 computes and slot j-2 drains; a step
/// takes as long as the slowest of: computing, draining, the FMM port (stores, then loads), the WM port,
/// expanding weights, the partial sum memory's port. The preparation comes first.
template <typename Slot>
SlotEstimate<typename Slot::Operations> estimate(SlotSource<Slot>& schedule, PortTiming fmm, PortTiming wm,
                                                 PortTiming sums = {}) {
  SlotEstimate<typename Slot::Operations> sum;
  const Preparation first = schedule.preparation();
  for (std::uint32_t done = 0; done < first.bytes; done += first.burst(done).bytes) {
    sum.cycles += wm.cycles(first.burst(done));
  }
  sum.wm_bytes_read = first.bytes;
  Slot slot;
  SlotCycles loading;
  SlotCycles computing;
  SlotCycles draining;
  constexpr int stages_after_loading = 2;
  bool more = true;
  for (int emptying = 0; emptying < stages_after_loading; emptying += more ? 0 : 1) {
    draining = computing;
    computing = loading;
    more = more && schedule.next(slot);
    loading = more ? cycles_of(slot, fmm, wm, sums, sum) : SlotCycles{};
    if (more) ++sum.slots;
    const std::uint64_t step =
        std::max({loading.fmm_load + draining.fmm_store, loading.wm_load, loading.expand, loading.sums_load,
                  computing.compute, draining.drain});
    sum.cycles += step;
  }
  return sum;
}

}  // namespace kasane
