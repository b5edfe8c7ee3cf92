/// The Neural Comp Unit's commands, computed element by element from the definitions in
/// kasane/neural_comp_unit.h. It shares no code with the model, so that the two can check each other; it is
/// written to be read, not to be fast.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>

#include "kasane/neural_comp_unit.h"
#include "tests/reference/memory_access.h"

namespace kasane::reference {

using CommandRecord = std::array<uint8_t, KASANE_COMMAND_BYTES>;

template <typename Command>
CommandRecord record_of(const Command& command) {
  CommandRecord record;
  static_assert(sizeof record == sizeof command);
  std::memcpy(record.data(), &command, sizeof command);
  return record;
}

/// clamp(floor(value * multiplier / 2^shift + 1/2) + zero_point, minimum, maximum) in 128-bit arithmetic.
int8_t requantise(int64_t value, int32_t multiplier, int32_t shift, int zero_point, int minimum, int maximum);

/// Each of these returns FMM as it is after the command; all inputs are read before anything is written.
/// Throws std::out_of_range where a command leaves its memory.
///
/// The bias joins the accumulator in its 32-bit wrapping sum: requantize.h limits the value to |value| <=
/// 2^31.
Bytes convolution(const kasane_ncu_convolution& command, Bytes fmm, const Bytes& wm);
Bytes pool(const kasane_ncu_pool& command, Bytes fmm, const Bytes& wm);
Bytes elementwise(const kasane_ncu_elementwise& command, Bytes fmm);

/// Any command, by its opcode; throws std::invalid_argument for an unknown one.
Bytes execute(const CommandRecord& record, Bytes fmm, const Bytes& wm);

}  // namespace kasane::reference
