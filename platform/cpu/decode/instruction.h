/// A decoded instruction, and how one leads to the next.
#pragma once

#include <cstdint>
#include <span>

#include "platform/cpu/hart_config.h"

namespace kasane::cpu {

struct Core;
struct Op;
struct Block;

/// Counts of one block or slice: classes alu to divide by their number, then code fetched in units of 8
/// bytes. One vector addition a block keeps them all.
using Lanes [[gnu::vector_size(16)]] = std::uint16_t;
inline constexpr std::uint32_t lane_classes = 7;
inline constexpr std::uint32_t fetch_lane = 7;

/// Executes one op and hands on to the next; returns null where the core must leave the decoded blocks, with
/// Core::pc then set to where it stands. Budget and lanes travel in registers, as a chain of additions
/// through memory would be the slowest part of a block; Core's own are valid only where a handler has kept
/// them.
using Handler = const Op* (*)(const Op*, Core&, std::int64_t budget, Lanes lanes);
/// The same for what is not worth that: uses Core::budget and Core::lanes, and returns what to execute next.
/// Becomes a Handler by plain<>.
using PlainHandler = const Op* (*)(const Op*, Core&);

/// What a trace is told of the instruction that follows.
struct TraceMark {
  std::uint32_t bits;
  std::uint32_t cycles_left;  ///< from its beginning to the end of its block
};

/// One pre-decoded instruction: half a cache line. Register numbers index Core::x; a destination of x0 is
/// decoded as `sink`, so that no handler tests for it.
struct Op {
  Handler handler;
  union {
    std::int64_t immediate;  ///< sign-extended; of jumps and AUIPC the resulting address
    const Op* target;        ///< of a link: the block entry it leads to, or itself while unresolved
    Block* block;            ///< of a block's entry
    TraceMark mark;          ///< of a call of instruction traces
  };
  std::uint64_t pc;
  std::uint8_t rd;
  std::uint8_t rs1;
  std::uint8_t rs2;
  InstructionClass kind;
  std::uint16_t cycles;  ///< charged at block entry
  std::uint8_t length;   ///< bytes: 2 or 4
  std::uint8_t extra;    ///< of Format::r4 rs3
};
static_assert(sizeof(Op) == 32);

inline constexpr std::uint8_t sink = 32;

/// Where an instruction keeps its operands.
enum class Format : std::uint8_t {
  r,       ///< rd, rs1, rs2
  r4,      ///< rd, rs1, rs2, rs3
  i,       ///< rd, rs1, 12-bit immediate
  shift,   ///< rd, rs1, 6-bit shift amount
  s,       ///< rs1, rs2, 12-bit immediate
  b,       ///< rs1, rs2, branch target; ends the block with two links
  u,       ///< rd, 20-bit immediate
  auipc,   ///< rd, address
  j,       ///< rd, jump target; ends the block with a link
  jalr,    ///< as i; ends the block
  csr,     ///< rd, rs1 or 5-bit immediate, CSR number; ends the block
  fence,   ///< no operands
  system,  ///< no operands; ends the block
};

/// One row of an instruction table.
struct Instruction {
  const char* name;
  std::uint32_t mask;
  std::uint32_t match;
  Format format;
  InstructionClass kind;
  Handler handler;
};

/// The tables, one per extension file.
std::span<const Instruction> integer_instructions();
std::span<const Instruction> multiply_instructions();
std::span<const Instruction> memory_instructions(Misaligned misaligned);
std::span<const Instruction> control_instructions();
std::span<const Instruction> atomic_instructions();
std::span<const Instruction> system_instructions();
std::span<const Instruction> float_instructions();   ///< the F extension without loads and stores
std::span<const Instruction> double_instructions();  ///< the D extension without loads and stores
std::span<const Instruction> float_memory_instructions(Misaligned misaligned);

}  // namespace kasane::cpu
