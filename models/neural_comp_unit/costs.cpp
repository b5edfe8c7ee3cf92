#include "models/neural_comp_unit/costs.h"

#include <algorithm>

namespace kasane::ncu {
namespace {

constexpr std::uint32_t smallest_macro_bytes = 64;

/// Choice: command, address counters of the load and store units, state machines.
constexpr std::uint32_t control_bits = 2 * KASANE_COMMAND_BYTES * 8;

struct Macro {
  SramFigures figures;
  std::uint32_t count;
};

/// One half of the input buffer: a word holds lanes_in channels of one element.
Macro input_macro(const NcuConfig& config, const Technology& technology) {
  return {technology.sram(config.input_buffer_bytes, config.lanes_in * 8), 2};
}

/// A bank a lane, so that all lanes can change their weights in one cycle.
Macro weight_macro(const NcuConfig& config, const Technology& technology) {
  const std::uint32_t bytes = std::max(config.weight_buffer_bytes / config.lanes_out, smallest_macro_bytes);
  return {technology.sram(bytes, config.lanes_in * 8), 2 * config.lanes_out};
}

/// A bank of 32-bit sums a lane and set. Partial sums need a third set: they come while the former tile is
/// computed and the one before drains.
Macro accumulator_macro(const NcuConfig& config, const Technology& technology) {
  const std::uint32_t bytes = std::max(config.accumulator_pixels * 4, smallest_macro_bytes);
  return {technology.sram(bytes, 32), (config.partial_sums ? 3 : 2) * config.lanes_out};
}

}  // namespace

std::array<OperationCost, operation_count> operation_costs(const NcuConfig& config,
                                                           const Technology& technology) {
  const SramFigures input = input_macro(config, technology).figures;
  const SramFigures weight = weight_macro(config, technology).figures;
  const SramFigures sums = accumulator_macro(config, technology).figures;
  const Figure byte = 8 * register_joules(technology);
  return {{{"int8_multiply", technology.joules("int8_multiply")},
           {"int32_add", technology.joules("int32_add")},
           {"comparator_32", technology.joules("comparator_32")},
           {"requantize", technology.joules("requantize")},
           {"operand_register_byte", byte},
           {"accumulator_read", sums.read_joules},
           {"accumulator_write", sums.write_joules},
           {"input_buffer_read", input.read_joules},
           {"input_buffer_write", input.write_joules},
           {"weight_buffer_read", weight.read_joules},
           {"weight_buffer_write", weight.write_joules}}};
}

Structure structure_of(const NcuConfig& config, const Technology& technology) {
  check(config);
  Structure sum;
  const double multipliers = double{1} * config.lanes_in * config.lanes_out;
  sum.add(technology, "int8_multiply", multipliers);
  sum.add(technology, "int32_add",
          multipliers + 2.0 * config.elementwise_lanes);  // trees with their accumulator's adder
  sum.add(technology, "comparator_32", config.pool_lanes);
  sum.add(technology, "requantize", double{1} * config.lanes_out + 2.0 * config.elementwise_lanes);
  // Weights twice (in use and next), inputs, and three sets of channel parameters: loading, in use, draining.
  const double parameter_bits = 3.0 * 8 * sizeof(kasane_channel_parameters) * config.lanes_out;
  const double operand_bits = 8 * (2 * multipliers + config.lanes_in);
  sum.add(technology, "register_bit", operand_bits + parameter_bits + control_bits);
  for (const Macro& macro : {input_macro(config, technology), weight_macro(config, technology),
                             accumulator_macro(config, technology)}) {
    sum.add(macro.figures, macro.count);
  }
  // Lanes and operand registers are clock-gated while idle: their clock is part of their operations.
  sum.clock_joules = control_bits * technology.joules("register_bit_clock");
  return sum;
}

}  // namespace kasane::ncu
