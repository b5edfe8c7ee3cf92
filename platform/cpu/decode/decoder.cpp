#include "platform/cpu/decode/decoder.h"

#include <array>
#include <vector>

#include "platform/cpu/core.h"
#include "platform/cpu/decode/operands.h"

namespace kasane::cpu {
namespace {

/// The rows of all tables, by major opcode (bits 2 to 6).
class Tables {
 public:
  explicit Tables(Misaligned misaligned) {
    for (const auto table :
         {integer_instructions(), multiply_instructions(), memory_instructions(misaligned),
          control_instructions(), atomic_instructions(), system_instructions(), float_instructions(),
          double_instructions(), float_memory_instructions(misaligned)}) {
      for (const Instruction& row : table) by_opcode_[row.match >> 2 & 31].push_back(&row);
    }
  }
  const Instruction* find(std::uint32_t bits) const {
    if ((bits & 3) != 3) return nullptr;
    for (const Instruction* row : by_opcode_[bits >> 2 & 31]) {
      if ((bits & row->mask) == row->match) return row;
    }
    return nullptr;
  }
  std::vector<const Instruction*> rows() const {
    std::vector<const Instruction*> all;
    for (const auto& some : by_opcode_) all.insert(all.end(), some.begin(), some.end());
    return all;
  }

 private:
  std::array<std::vector<const Instruction*>, 32> by_opcode_;
};

const Tables& tables(Misaligned misaligned) {
  static const Tables lenient(Misaligned::hardware);
  static const Tables strict(Misaligned::trap);
  return misaligned == Misaligned::trap ? strict : lenient;
}

/// Bits [low, low + count) moved to `to`.
std::int64_t move(std::uint32_t bits, std::uint32_t low, std::uint32_t count, std::uint32_t to) {
  return static_cast<std::int64_t>((bits >> low) & ((1u << count) - 1)) << to;
}
/// Minus 2^position where the sign bit is set.
std::int64_t sign(std::uint32_t bits, std::uint32_t position) {
  return (bits >> 31) != 0 ? -(std::int64_t{1} << position) : 0;
}

std::int64_t immediate_of(std::uint32_t bits, Format format, std::uint64_t pc) {
  const auto base = static_cast<std::int64_t>(pc);
  switch (format) {
    case Format::i:
    case Format::jalr:
      return move(bits, 20, 11, 0) + sign(bits, 11);
    case Format::shift:
      return move(bits, 20, 6, 0);
    case Format::s:
      return (move(bits, 25, 6, 5) | move(bits, 7, 5, 0)) + sign(bits, 11);
    case Format::b:
      return base + (move(bits, 25, 6, 5) | move(bits, 8, 4, 1) | move(bits, 7, 1, 11)) + sign(bits, 12);
    case Format::u:
      return move(bits, 12, 19, 12) + sign(bits, 31);
    case Format::auipc:
      return base + move(bits, 12, 19, 12) + sign(bits, 31);
    case Format::j:
      return base + (move(bits, 21, 10, 1) | move(bits, 20, 1, 11) | move(bits, 12, 8, 12)) + sign(bits, 20);
    default:
      return bits;  // atomics and CSR instructions read what they need of them
  }
}

std::uint32_t cycles_of(const Instruction& row, const CycleCosts& costs) {
  switch (row.kind) {
    case InstructionClass::alu:
      return costs.alu;
    case InstructionClass::load:
      return costs.load;
    case InstructionClass::store:
      return costs.store;
    case InstructionClass::branch:
      return costs.branch;
    case InstructionClass::jump:
      return costs.jump;
    case InstructionClass::multiply:
      return costs.multiply;
    case InstructionClass::divide:
      return costs.divide;
    case InstructionClass::csr:
      return costs.csr;
    case InstructionClass::atomic:
      return costs.atomic;
    case InstructionClass::float_add:
      return costs.float_add;
    case InstructionClass::float_multiply:
      return costs.float_multiply;
    case InstructionClass::float_fused:
      return costs.float_fused;
    case InstructionClass::float_divide:
      return costs.float_divide;
    default:
      return row.format == Format::fence ? costs.fence : costs.system;
  }
}

/// Register 0 of the other file is a register like any.
bool writes_integer_register(const Instruction& row) {
  return operand_files(row).rd == RegisterFile::integer;
}

}  // namespace

const Instruction* find_instruction(std::uint32_t bits) {
  return tables(Misaligned::hardware).find(bits);
}

std::vector<const Instruction*> all_instructions() {
  return tables(Misaligned::hardware).rows();
}

Decoded decode(std::uint32_t bits, std::uint32_t length, std::uint64_t pc, const HartConfig& config) {
  const std::uint32_t full = length == 2 ? expand(static_cast<std::uint16_t>(bits)) : bits;
  Op op{};
  op.pc = pc;
  op.length = static_cast<std::uint8_t>(length);
  const Instruction* row = tables(config.misaligned).find(full);
  if (row == nullptr) {
    op.handler = plain<illegal>;
    op.kind = InstructionClass::system;
    op.cycles = 1;
    return {op, Format::system};
  }
  op.handler = row->handler;
  op.immediate = immediate_of(full, row->format, pc);
  op.rd = static_cast<std::uint8_t>(full >> 7 & 31);
  if (op.rd == 0 && writes_integer_register(*row)) op.rd = sink;
  op.rs1 = static_cast<std::uint8_t>(full >> 15 & 31);
  op.rs2 = static_cast<std::uint8_t>(full >> 20 & 31);
  if (row->format == Format::r4) op.extra = static_cast<std::uint8_t>(full >> 27);
  op.kind = row->kind;
  op.cycles = static_cast<std::uint16_t>(cycles_of(*row, config.cycles));
  return {op, row->format};
}

const Op* illegal(const Op* op, Core& core) {
  core.raise_illegal(op);
  return nullptr;
}

}  // namespace kasane::cpu
