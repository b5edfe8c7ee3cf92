#include "models/cartesian_array/costs.h"

#include <algorithm>

namespace kasane::cartesian {
namespace {

constexpr std::uint32_t operand_bits = 4;
constexpr std::uint32_t sum_bits = KASANE_CARTESIAN_ACCUMULATOR_BITS;
constexpr std::uint32_t smallest_word_bits = 8;

/// Choice: command, address counters of the load and store units, step sequencer, state machines.
constexpr std::uint32_t control_bits = 2 * KASANE_COMMAND_BYTES * 8;

/// One half of a buffer whose word holds a step's operands of one side.
SramFigures buffer_macro(std::uint32_t bytes, std::uint32_t operands, const Technology& technology) {
  return technology.sram(bytes, std::max(operands * operand_bits, smallest_word_bits));
}

SramFigures input_macro(const CartesianConfig& config, const Technology& technology) {
  return buffer_macro(config.input_buffer_bytes, config.rows, technology);
}

SramFigures weight_macro(const CartesianConfig& config, const Technology& technology) {
  return buffer_macro(config.weight_buffer_bytes, config.columns, technology);
}

/// Shifters of 32 bits that shift a word of `rows` activations, the same distance for all.
double shifters(const CartesianConfig& config) {
  return config.rows * operand_bits / 32.0;
}

/// The aligner's pipeline registers.
double pipeline_bits(const CartesianConfig& config) {
  return double{operand_bits} * config.rows * config.pipeline_cycles;
}

}  // namespace

std::array<OperationCost, operation_count> operation_costs(const CartesianConfig& config,
                                                           const Technology& technology) {
  const SramFigures input = input_macro(config, technology);
  const SramFigures weight = weight_macro(config, technology);
  const Figure bit = register_joules(technology);
  const Figure align = shifters(config) * technology.joules("shifter_32") + pipeline_bits(config) * bit;
  return {{{"int4_multiply", technology.joules("int4_multiply")},
           {"int24_accumulate", technology.joules("int24_accumulate")},
           {"align_word", align},
           {"operand_register_nibble", operand_bits * bit},
           {"accumulator_read", sum_bits * bit},
           {"requantize", technology.joules("requantize")},
           {"input_buffer_read", input.read_joules},
           {"input_buffer_write", input.write_joules},
           {"weight_buffer_read", weight.read_joules},
           {"weight_buffer_write", weight.write_joules},
           {"parameter_register_byte", 8 * bit}}};
}

Structure structure_of(const CartesianConfig& config, const Technology& technology) {
  check(config);
  Structure sum;
  const double cells = double{1} * config.rows * config.columns;
  sum.add(technology, "int4_multiply", cells);
  sum.add_adders(technology, sum_bits, cells);
  sum.add(technology, "requantize", config.columns);
  sum.add(technology, "shifter_32", shifters(config));
  // Weights twice (in use and next); sums twice: in use, and the last tile's while they drain; channel
  // parameters three times: loading, in use, draining.
  const double operands = operand_bits * (2.0 * config.columns + config.rows);
  const double parameters = 3.0 * 8 * sizeof(kasane_channel_parameters) * config.columns;
  sum.add(technology, "register_bit",
          operands + pipeline_bits(config) + 2 * sum_bits * cells + parameters + control_bits);
  sum.add(input_macro(config, technology), 2);
  sum.add(weight_macro(config, technology), 2);
  // All but the control is clock-gated while idle: its clock is part of its operations.
  sum.clock_joules = control_bits * technology.joules("register_bit_clock");
  return sum;
}

}  // namespace kasane::cartesian
