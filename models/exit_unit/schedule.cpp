#include "models/exit_unit/schedule.h"

#include <algorithm>

#include "models/common/command_fields.h"
#include "models/common/port_timing.h"

namespace kasane::exit_unit {
namespace {

// Of kasane_exp_minus: to a power of two, its fraction back to e, ten steps of Horner's rule, of which
// six divide by what is not a power of two, by its reciprocal; then e times x.
constexpr std::uint32_t exponential_products = 1 + 1 + 10 + 6 + 1;
constexpr std::uint32_t exponential_additions = 10;
constexpr std::uint32_t scale_cycles = 1;

// Of kasane_logarithm_q30: t's square, four steps of Horner's rule, the result's product; doublings * ln 2.
constexpr std::uint32_t logarithm_products = 1 + 4 + 1 + 1;
// m - 1, m + 1, four steps, the doublings' share; then both parts of the entropy.
constexpr std::uint32_t final_additions = 2 + 4 + 1 + 1;
constexpr std::uint32_t normalise_cycles = 2;  // where the sum's leading one is; shift

// t < 1/3 in Q30, and a mean of at most ln(65536) < 16 in Q24.
constexpr std::uint32_t logarithm_quotient_bits = 29;
constexpr std::uint32_t mean_quotient_bits = 28;

}  // namespace

std::uint64_t interval(const ExitUnitConfig& config) {
  return divide_up(exponential_products, config.multipliers);
}

std::uint64_t compare_cycles(std::uint64_t logits, const ExitUnitConfig& config) {
  return divide_up(logits, config.comparators);
}

Operations compare_operations(std::uint64_t logits) {
  Operations operations;
  operations[Operation::compare] = logits;
  return operations;
}

std::uint64_t exponential_cycles(std::uint64_t logits, const ExitUnitConfig& config) {
  return logits * interval(config);
}

Operations exponential_operations(std::uint64_t logits, std::uint64_t nonzero) {
  Operations operations;
  operations[Operation::scale] = logits;
  operations[Operation::multiply] = nonzero * exponential_products;
  operations[Operation::shift] = nonzero * 2;
  operations[Operation::add] = nonzero * exponential_additions;
  operations[Operation::accumulate] = nonzero * 2;
  return operations;
}

std::uint64_t finish_cycles(const ExitUnitConfig& config) {
  const std::uint64_t last_logit = scale_cycles + exponential_products - interval(config);
  const std::uint64_t mean = divide_up(mean_quotient_bits, config.quotient_bits);
  return last_logit + normalise_cycles + divide_up(logarithm_quotient_bits, config.quotient_bits) +
         std::max<std::uint64_t>(mean, logarithm_products) + 1;
}

Operations finish_operations() {
  Operations operations;
  operations[Operation::multiply] = logarithm_products;
  operations[Operation::shift] = 1;
  operations[Operation::add] = final_additions;
  operations[Operation::quotient_bit] = logarithm_quotient_bits + mean_quotient_bits;
  return operations;
}

std::uint32_t check(const kasane_exit_decide_command& command) {
  const bool possible = command.count > 0 && command.count <= KASANE_MAX_LOGITS && all_zero(command.reserved);
  return possible ? KASANE_ERROR_NONE : KASANE_ERROR_PARAMETER;
}

}  // namespace kasane::exit_unit
