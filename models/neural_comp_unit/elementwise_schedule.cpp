#include "models/neural_comp_unit/elementwise_schedule.h"

#include <algorithm>

#include "models/neural_comp_unit/tiling.h"

namespace kasane::ncu {

ElementwiseSchedule::ElementwiseSchedule(const kasane_ncu_elementwise& command, const NcuConfig& config)
    : command_(command),
      config_(config),
      operands_(command.header.opcode == KASANE_NCU_ADD ? 2 : 1),
      slot_elements_(
          std::min(config.accumulator_pixels * config.lanes_out, config.input_buffer_bytes / operands_)) {}

bool ElementwiseSchedule::next(Slot& slot) {
  if (element_ == command_.count) return false;
  const std::uint32_t count = std::min(slot_elements_, command_.count - element_);
  const std::uint64_t bytes = std::uint64_t{count} * operands_;
  half_ = 1 - half_;
  slot = {};
  slot.input = slot.output = {.channels = 1, .rows = 1, .column = element_, .columns = count};
  slot.input_half = half_;
  slot.fresh_input = true;
  slot.input_loads.push_back({command_.a_address + element_, 0, count});
  if (operands_ == 2) slot.input_loads.push_back({command_.b_address + element_, count, count});
  slot.stores.push_back({command_.output_address + element_, 0, count});
  slot.compute_cycles = divide_up(count, config_.elementwise_lanes);
  slot.load_operations[Operation::input_write] = divide_up(bytes, config_.lanes_in);
  slot.compute_operations[Operation::input_read] = divide_up(bytes, config_.lanes_in);
  slot.compute_operations[Operation::operand_byte] = bytes;
  slot.compute_operations[Operation::requantize] = bytes;  // one multiplication for each operand
  slot.compute_operations[Operation::add] = operands_ == 2 ? count : 0;
  slot.compute_operations[Operation::accumulator_write] = count;
  slot.drain_operations[Operation::accumulator_read] = count;
  element_ += count;
  return true;
}

}  // namespace kasane::ncu
