/// Instructions as text, in the words of the hart's own tables and the manner of `objdump -M no-aliases`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "platform/cpu/decode/operands.h"

namespace kasane::cpu {

struct Disassembly {
  std::string mnemonic;                 ///< with suffixes: "c.addi", "amoadd.w.aq"
  std::string operands;                 ///< "a0,a1,-4"; may be empty
  std::optional<std::uint64_t> target;  ///< of a branch or direct jump; the operands end with it
  bool valid = true;                    ///< false: what is no instruction, as ".4byte 0xffffffff"

  std::string text() const { return operands.empty() ? mnemonic : mnemonic + ' ' + operands; }
};

/// `bits` of an instruction of `length` bytes (2 or 4) at `pc`.
Disassembly disassemble(std::uint32_t bits, std::uint32_t length, std::uint64_t pc);

/// The ABI's name of a register, "a0" or "fa0"; numbers below 32.
const char* register_name(RegisterFile file, std::uint32_t number);

/// Of a compressed encoding: "c.addi", and which operands of the instruction that it stands for are written.
struct CompressedForm {
  enum class Operands : std::uint8_t {
    none,
    rd_rs1_immediate,
    rd_immediate,
    rd_upper,
    rd_shift,
    rd,
    rd_rs2,
    rd_memory,
    rs2_memory,
    rs1,
    rs1_target,
    target,
  };
  const char* name;
  std::uint16_t mask;
  std::uint16_t match;
  Operands operands;
};

/// Null where there is none; reserved encodings of a form must be sorted out before, by expand().
const CompressedForm* compressed_form(std::uint16_t bits);

}  // namespace kasane::cpu
