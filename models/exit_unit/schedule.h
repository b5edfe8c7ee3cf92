/// How long the exit unit takes, and what it does meanwhile: see README.md, "Time".
#pragma once

#include <cstddef>
#include <cstdint>

#include "kasane/exit_unit.h"
#include "models/common/operation_counts.h"
#include "models/exit_unit/config.h"

namespace kasane::exit_unit {

enum class Operation : std::size_t {
  load_byte,     ///< into the logits' buffer
  compare,       ///< of a logit with the largest so far
  scale,         ///< its difference from the largest, times the step
  multiply,      ///< 33 x 33 bits, the product registered
  shift,         ///< of 60 bits
  add,           ///< 32 bits
  accumulate,    ///< 57 bits, registered
  quotient_bit,  ///< a subtraction and the remainder's register
};
constexpr std::size_t operation_count = 8;
using Operations = OperationCounts<Operation, operation_count>;

/// Cycles after which the next logit's exponential begins.
std::uint64_t interval(const ExitUnitConfig& config);

/// Cycles and operations of looking for the largest among `logits`, all in the buffer.
std::uint64_t compare_cycles(std::uint64_t logits, const ExitUnitConfig& config);
Operations compare_operations(std::uint64_t logits);

/// Of beginning the exponentials of `logits`, and their operations up to the sums. `nonzero`: how many of
/// them are within 32 nats of the largest.
std::uint64_t exponential_cycles(std::uint64_t logits, const ExitUnitConfig& config);
Operations exponential_operations(std::uint64_t logits, std::uint64_t nonzero);

/// From the last logit's begin to the entropy.
std::uint64_t finish_cycles(const ExitUnitConfig& config);
Operations finish_operations();

/// KASANE_ERROR_* of a command that cannot be executed; its addresses are the memory's to check.
std::uint32_t check(const kasane_exit_decide_command& command);

}  // namespace kasane::exit_unit
