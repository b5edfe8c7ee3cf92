/// Executes a unit's command on host memory.
#pragma once

#include <cstdint>
#include <vector>

#include "models/neural_comp_unit/datapath.h"
#include "models/neural_comp_unit/schedule.h"
#include "tests/unit/host_walk.h"

namespace kasane::ncu {

inline void host_walk(SlotSource& schedule, Record record, std::vector<std::uint8_t>& fmm,
                      const std::vector<std::uint8_t>& wm, const std::vector<std::uint8_t>& sums) {
  PackedWeightsCache packed_weights;
  kasane::host_walk(schedule, *make_datapath(record, packed_weights), fmm, wm, sums);
}

/// Precondition: check() accepts the record, which is no residual, and all bursts lie within the memories.
inline void host_run(Record record, const NcuConfig& config, std::vector<std::uint8_t>& fmm,
                     const std::vector<std::uint8_t>& wm) {
  host_walk(*make_schedule(record, config), record, fmm, wm, {});
}

}  // namespace kasane::ncu
