#include "models/exit_unit/costs.h"

namespace kasane::exit_unit {
namespace {

constexpr std::uint32_t logit_bits = 8;
constexpr std::uint32_t difference_bits = 9;
constexpr std::uint32_t step_bits = 32;
constexpr std::uint32_t factor_bits = 33;   // log2 e in Q32, and reciprocals that divide 30 bits exactly
constexpr std::uint32_t shifter_bits = 60;  // a product of 31 and 29 bits
constexpr std::uint32_t sum_bits = 57;      // 65536 exponentials in Q40
constexpr std::uint32_t remainder_bits = 42;
constexpr std::uint32_t result_bits = 64;  // the two registers

/// Of a logit under way: the distance x, the factor of Horner's rule, its sum, the halvings.
constexpr std::uint32_t under_way_bits = 29 + 30 + 31 + 6;

/// Choice: the command's fields, address and logit counters, the largest, the state machine.
constexpr std::uint32_t control_bits = 256;

/// Of a table's multiplier of 32 x 32 bits: an array multiplier grows with the product of its widths.
double multiplier_share(std::uint32_t width_a, std::uint32_t width_b) {
  return width_a * width_b / (32.0 * 32.0);
}

/// Of a table's shifter or comparator of 32 bits.
double word_share(std::uint32_t bits) {
  return bits / 32.0;
}

}  // namespace

std::array<OperationCost, operation_count> operation_costs(const Technology& technology) {
  const Figure bit = register_joules(technology);
  const Figure product = technology.joules("int32_multiply");
  return {{{"logit_register_byte", 8 * bit},
           {"compare", word_share(logit_bits) * technology.joules("comparator_32") + logit_bits * bit},
           {"scale",
            adder_joules(technology, difference_bits) + multiplier_share(logit_bits, step_bits) * product},
           {"multiply_33x33", multiplier_share(factor_bits, factor_bits) * product + factor_bits * bit},
           {"shift_60", word_share(shifter_bits) * technology.joules("shifter_32")},
           {"int32_add", technology.joules("int32_add")},
           {"int57_accumulate", adder_joules(technology, sum_bits) + sum_bits * bit},
           {"quotient_bit", adder_joules(technology, remainder_bits) + remainder_bits * bit}}};
}

Structure structure_of(const ExitUnitConfig& config, const Technology& technology) {
  check(config);
  Structure sum;
  sum.add(technology, "comparator_32", config.comparators * word_share(logit_bits));
  sum.add_adders(technology, difference_bits, 1);
  sum.add(technology, "int32_multiply",
          multiplier_share(logit_bits, step_bits) +
              config.multipliers * multiplier_share(factor_bits, factor_bits));
  sum.add_adders(technology, 32, config.multipliers);  // each product of Horner's rule meets an addition
  sum.add(technology, "shifter_32", word_share(shifter_bits));
  sum.add_adders(technology, sum_bits, 2);
  sum.add_adders(technology, remainder_bits, config.quotient_bits);
  // Each multiplier has a product's register, and at most one logit is under way for each.
  const double multiplier_bits = 1.0 * config.multipliers * (factor_bits + under_way_bits);
  sum.add(technology, "register_bit",
          multiplier_bits + 8.0 * config.buffer_bytes + 2 * sum_bits + remainder_bits + result_bits +
              control_bits);
  // All but the control is clock-gated while idle: its clock is part of its operations.
  sum.clock_joules = control_bits * technology.joules("register_bit_clock");
  return sum;
}

}  // namespace kasane::exit_unit
