#include "models/neural_comp_unit/schedule.h"

#include <algorithm>
#include <cstring>

#include "models/neural_comp_unit/convolution_schedule.h"
#include "models/neural_comp_unit/elementwise_schedule.h"
#include "models/neural_comp_unit/pool_schedule.h"
#include "models/neural_comp_unit/residual_schedule.h"
#include "models/neural_comp_unit/validation.h"

namespace kasane::ncu {
namespace {

template <typename Command>
Command as(Record record) {
  Command command;
  static_assert(sizeof(command) == KASANE_COMMAND_BYTES);
  std::memcpy(&command, record.data(), sizeof(command));
  return command;
}

/// What one slot asks of the ports and stages when nobody else is in the way.
struct SlotCycles {
  std::uint64_t fmm_load = 0;
  std::uint64_t wm_load = 0;
  std::uint64_t sums_load = 0;
  std::uint64_t compute = 0;
  std::uint64_t drain = 0;
  std::uint64_t fmm_store = 0;
};

SlotCycles cycles_of(const Slot& slot, PortTiming fmm, PortTiming wm, PortTiming sums, Estimate& sum) {
  SlotCycles cycles{
      .wm_load = wm.cycles(slot.parameter_load), .compute = slot.compute_cycles, .drain = slot.drain_cycles};
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
  sum.operations += slot.load_operations;
  sum.operations += slot.compute_operations;
  sum.operations += slot.drain_operations;
  return cycles;
}

}  // namespace

std::uint32_t check(Record record, const NcuConfig& config) {
  const auto header = as<kasane_ncu_convolution>(record).header;
  if (header.reserved != 0) return KASANE_ERROR_PARAMETER;
  switch (header.opcode) {
    case KASANE_NCU_CONVOLUTION:
      return check_convolution(as<kasane_ncu_convolution>(record), config);
    case KASANE_NCU_FULLY_CONNECTED:
      return check_fully_connected(as<kasane_ncu_convolution>(record), config);
    case KASANE_NCU_RESIDUAL:
      if (!config.partial_sums) return KASANE_ERROR_OPCODE;
      return check_residual(as<kasane_ncu_residual>(record), config);
    case KASANE_NCU_MAX_POOL:
      return check_max_pool(as<kasane_ncu_pool>(record), config);
    case KASANE_NCU_AVERAGE_POOL:
      return check_average_pool(as<kasane_ncu_pool>(record), config);
    case KASANE_NCU_ADD:
      return check_add(as<kasane_ncu_elementwise>(record));
    case KASANE_NCU_REQUANTIZE:
      return check_requantize(as<kasane_ncu_elementwise>(record));
    default:
      return KASANE_ERROR_OPCODE;
  }
}

std::unique_ptr<SlotSource> make_schedule(Record record, const NcuConfig& config) {
  switch (as<kasane_ncu_convolution>(record).header.opcode) {
    case KASANE_NCU_MAX_POOL:
    case KASANE_NCU_AVERAGE_POOL:
      return std::make_unique<PoolSchedule>(as<kasane_ncu_pool>(record), config);
    case KASANE_NCU_ADD:
    case KASANE_NCU_REQUANTIZE:
      return std::make_unique<ElementwiseSchedule>(as<kasane_ncu_elementwise>(record), config);
    default:
      return std::make_unique<ConvolutionSchedule>(as<kasane_ncu_convolution>(record), config);
  }
}

std::unique_ptr<SlotSource> make_schedule(const kasane_ncu_residual& command, const NcuConfig& config,
                                          KeptKernels kept) {
  return std::make_unique<ResidualSchedule>(command, config, std::move(kept));
}

Preparation preparation_of(const kasane_ncu_residual& command, const NcuConfig& config) {
  return {command.kept_address, command.kept_bytes, config.weight_buffer_bytes};
}

Estimate estimate(SlotSource& schedule, PortTiming fmm, PortTiming wm, PortTiming sums) {
  Estimate sum;
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
    const std::uint64_t step = std::max({loading.fmm_load + draining.fmm_store, loading.wm_load,
                                         loading.sums_load, computing.compute, draining.drain});
    sum.cycles += step;
  }
  return sum;
}

}  // namespace kasane::ncu
