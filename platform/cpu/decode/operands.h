/// Which of an instruction's fields are operands, and in which register file they are, by its encoding.
#pragma once

#include <cstdint>

#include "platform/cpu/decode/instruction.h"

namespace kasane::cpu {

enum class RegisterFile : std::uint8_t { none, integer, floating };

struct OperandFiles {
  RegisterFile rd = RegisterFile::none;
  RegisterFile rs1 = RegisterFile::none;
  RegisterFile rs2 = RegisterFile::none;
  RegisterFile rs3 = RegisterFile::none;
};

OperandFiles operand_files(const Instruction& row);

/// Bits 12 to 14 choose a rounding mode, and it matters.
bool has_rounding_mode(const Instruction& row);

/// Major opcodes: bits 0 to 6.
enum class Opcode : std::uint8_t {
  load = 0x03,
  load_float = 0x07,
  store = 0x23,
  store_float = 0x27,
  atomic = 0x2F,
  multiply_add = 0x43,
  multiply_subtract = 0x47,
  negated_multiply_subtract = 0x4B,
  negated_multiply_add = 0x4F,
  floating = 0x53,
  system = 0x73,
};
inline Opcode opcode_of(const Instruction& row) {
  return static_cast<Opcode>(row.match & 0x7F);
}

}  // namespace kasane::cpu
