/// From instruction bits to an Op.
#pragma once

#include <cstdint>
#include <vector>

#include "platform/cpu/decode/instruction.h"

namespace kasane::cpu {

struct Decoded {
  Op op;
  Format format;
};

/// `bits` of an instruction of `length` bytes at `pc`. What is not an instruction decodes to one that traps.
Decoded decode(std::uint32_t bits, std::uint32_t length, std::uint64_t pc, const HartConfig& config);

/// The row that 32 bits (of a compressed instruction: what it stands for) are decoded by; null: none.
const Instruction* find_instruction(std::uint32_t bits);

/// Every row of every table.
std::vector<const Instruction*> all_instructions();

/// The 32-bit instruction that a compressed one stands for, or 0 (illegal) for reserved encodings.
std::uint32_t expand(std::uint16_t compressed);

/// What executes the instruction while a profiler listens: calls and returns tell it.
Handler profiled_handler(const Decoded& decoded);

/// Raises an illegal instruction.
const Op* illegal(const Op* op, Core& core);

}  // namespace kasane::cpu
