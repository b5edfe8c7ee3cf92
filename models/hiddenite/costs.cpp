#include "models/hiddenite/costs.h"

#include <algorithm>
#include <vector>

namespace kasane::hiddenite {
namespace {

constexpr std::uint32_t operand_bits = 9;  // int8 minus the input's zero point
constexpr std::uint32_t weight_bits = 2;
constexpr std::uint32_t sum_bits = KASANE_HIDDENITE_ACCUMULATOR_BITS;
constexpr std::uint32_t smallest_macro_bytes = 64;
constexpr std::uint32_t smallest_word_bits = 8;
constexpr double word_bits = 32;  // of the technology's shifters and gates

/// Choice: command, address counters of the load and store units, step sequencer, state machines.
constexpr std::uint32_t control_bits = 2 * KASANE_COMMAND_BYTES * 8;

/// Widths of the adders that sum one operand of each input channel lane, two by two.
std::vector<std::uint32_t> tree_adders(std::uint32_t lanes) {
  std::vector<std::uint32_t> adders;
  for (std::uint32_t width = operand_bits + 1; lanes > 1; ++width) {
    adders.insert(adders.end(), lanes / 2, width);
    lanes -= lanes / 2;
  }
  return adders;
}

/// One half of the input buffer, all banks together; a word is what one bank hands to a row of the array.
SramFigures input_macro(const HiddeniteConfig& config, const Technology& technology) {
  const std::uint32_t bank = std::max(config.input_buffer_bytes / config.rows, smallest_macro_bytes);
  return technology.sram(bank, config.input_channels * config.columns * 8);
}

SramFigures weight_macro(const HiddeniteConfig& config, const Technology& technology) {
  const std::uint32_t word = config.input_channels * config.output_channels * weight_bits;
  return technology.sram(config.weight_buffer_bytes, std::max(word, smallest_word_bits));
}

/// Where the generator stands at the next kept weight: the state before plus a multiple, by the field's
/// value, of an odd constant.
constexpr std::uint32_t state_multiplier_bits = KASANE_HIDDENITE_MAX_FIELD_BITS;
double state_multipliers() {
  return state_multiplier_bits / word_bits;  // a multiplier of 32 bits has so many rows
}

/// An operand that is gated or inverted.
double operand_gates() {
  return operand_bits / word_bits;
}

}  // namespace

std::array<OperationCost, operation_count> operation_costs(const HiddeniteConfig& config,
                                                           const Technology& technology) {
  const SramFigures input = input_macro(config, technology);
  const SramFigures weight = weight_macro(config, technology);
  const Figure bit = register_joules(technology);
  const Figure gates = operand_gates() * technology.joules("bitwise_32");
  const Figure adder = technology.joules("int32_add");
  const Figure exclusive_or = technology.joules("bitwise_32");
  const Figure multiply = technology.joules("int32_multiply");
  Figure tree;
  for (const std::uint32_t width : tree_adders(config.input_channels)) {
    tree += adder_joules(technology, width);
  }
  const Figure state = state_multipliers() * multiply + adder;
  // kasane_murmur_finalise and kasane_xorshift_mix (kasane/weight_generator.h); shifts are wires.
  const Figure murmur = state + 2 * multiply + 3 * exclusive_or;
  const Figure xorshift = state + 12 * exclusive_or + 4 * adder;
  // Aligned by a shifter; where its one stands among the cycle's fields, a sum of those before it.
  const Figure decode = technology.joules("shifter_32") + adder_joules(technology, 16);
  return {{{"ternary_add", tree / config.input_channels + 2 * gates},
           {"zero_operand", gates},
           {"masked_operand", gates},
           {"int24_accumulate", technology.joules("int24_accumulate")},
           {"activation_register", operand_bits * bit},
           {"weight_register", weight_bits * bit},
           {"decode_field", decode},
           {"generate_murmur", murmur},
           {"generate_xorshift", xorshift},
           {"accumulator_read", sum_bits * bit},
           {"requantize", technology.joules("requantize")},
           {"input_buffer_read", input.read_joules},
           {"input_buffer_write", input.write_joules},
           {"weight_buffer_read", weight.read_joules},
           {"weight_buffer_write", weight.write_joules},
           {"mask_fifo_byte", 8 * bit + 8 / word_bits * exclusive_or},
           {"parameter_register_byte", 8 * bit}}};
}

Structure structure_of(const HiddeniteConfig& config, const Technology& technology) {
  check(config);
  Structure sum;
  const double lanes = config.lanes();
  const double sums = lanes / config.input_channels;
  sum.add(technology, "bitwise_32", lanes * 2 * operand_gates());
  for (const std::uint32_t width : tree_adders(config.input_channels)) {
    sum.add_adders(technology, width, sums);
  }
  sum.add_adders(technology, sum_bits, sums);
  sum.add(technology, "requantize", config.requantizers);
  const double fields = config.expander_fields;
  sum.add(technology, "shifter_32", fields);
  sum.add_adders(technology, 16, fields);
  sum.add(technology, "int32_multiply", fields * (state_multipliers() + 2));
  sum.add_adders(technology, 32, fields * (1 + 4));
  sum.add(technology, "bitwise_32", fields * (3 + 12));
  // Weights twice (in use and next); sums twice: in use, and the last tile's while they drain; channel
  // parameters three times: loading, in use, draining.
  const double activations = 1.0 * operand_bits * config.input_channels * config.rows * config.columns;
  const double weights = 2.0 * weight_bits * config.input_channels * config.output_channels;
  const double parameters = 3.0 * 8 * sizeof(kasane_channel_parameters) * config.output_channels;
  const double expander = fields * 32;
  sum.add(technology, "register_bit",
          activations + weights + 2 * sum_bits * sums + parameters + expander + 8.0 * config.mask_fifo_bytes +
              control_bits);
  sum.add(input_macro(config, technology), 2.0 * config.rows);
  sum.add(weight_macro(config, technology), 1);
  // All but the control is clock-gated while idle: its clock is part of its operations.
  sum.clock_joules = control_bits * technology.joules("register_bit_clock");
  return sum;
}

}  // namespace kasane::hiddenite
