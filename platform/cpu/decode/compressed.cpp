#include "platform/cpu/decode/decoder.h"

namespace kasane::cpu {
namespace {

// Major opcodes, with their lowest bits.
constexpr std::uint32_t op_load = 0x03;
constexpr std::uint32_t op_load_float = 0x07;
constexpr std::uint32_t op_imm = 0x13;
constexpr std::uint32_t op_imm_32 = 0x1B;
constexpr std::uint32_t op_store = 0x23;
constexpr std::uint32_t op_store_float = 0x27;
constexpr std::uint32_t op_op = 0x33;
constexpr std::uint32_t op_lui = 0x37;
constexpr std::uint32_t op_op_32 = 0x3B;
constexpr std::uint32_t op_branch = 0x63;
constexpr std::uint32_t op_jalr = 0x67;
constexpr std::uint32_t op_jal = 0x6F;
constexpr std::uint32_t ebreak = 0x00100073;

constexpr std::uint32_t zero = 0, ra = 1, sp = 2;

/// Bits [low, low + count) of c, moved to position `to`.
constexpr std::uint32_t move(std::uint32_t c, std::uint32_t low, std::uint32_t count, std::uint32_t to) {
  return ((c >> low) & ((1u << count) - 1)) << to;
}
constexpr std::uint32_t sign_extend(std::uint32_t value, std::uint32_t bits) {
  const std::uint32_t sign = 1u << (bits - 1);
  return (value ^ sign) - sign;
}

constexpr std::uint32_t r_type(std::uint32_t opcode, std::uint32_t funct3, std::uint32_t funct7,
                               std::uint32_t rd, std::uint32_t rs1, std::uint32_t rs2) {
  return funct7 << 25 | rs2 << 20 | rs1 << 15 | funct3 << 12 | rd << 7 | opcode;
}
constexpr std::uint32_t i_type(std::uint32_t opcode, std::uint32_t funct3, std::uint32_t rd,
                               std::uint32_t rs1, std::uint32_t immediate) {
  return (immediate & 0xFFF) << 20 | rs1 << 15 | funct3 << 12 | rd << 7 | opcode;
}
constexpr std::uint32_t s_type(std::uint32_t funct3, std::uint32_t rs1, std::uint32_t rs2,
                               std::uint32_t immediate, std::uint32_t opcode = op_store) {
  return move(immediate, 5, 7, 25) | rs2 << 20 | rs1 << 15 | funct3 << 12 | move(immediate, 0, 5, 7) | opcode;
}
constexpr std::uint32_t b_type(std::uint32_t funct3, std::uint32_t rs1, std::uint32_t offset) {
  return move(offset, 12, 1, 31) | move(offset, 5, 6, 25) | rs1 << 15 | funct3 << 12 | move(offset, 1, 4, 8) |
         move(offset, 11, 1, 7) | op_branch;
}
constexpr std::uint32_t j_type(std::uint32_t rd, std::uint32_t offset) {
  return move(offset, 20, 1, 31) | move(offset, 1, 10, 21) | move(offset, 11, 1, 20) |
         move(offset, 12, 8, 12) | rd << 7 | op_jal;
}

/// Quadrant 0: loads and stores on the registers x8 to x15.
std::uint32_t expand_quadrant_0(std::uint32_t c) {
  const std::uint32_t rd = 8 + move(c, 2, 3, 0);
  const std::uint32_t rs1 = 8 + move(c, 7, 3, 0);
  const std::uint32_t word_offset = move(c, 10, 3, 3) | move(c, 6, 1, 2) | move(c, 5, 1, 6);
  const std::uint32_t double_offset = move(c, 10, 3, 3) | move(c, 5, 2, 6);
  switch (c >> 13) {
    case 0: {  // c.addi4spn
      const std::uint32_t immediate =
          move(c, 11, 2, 4) | move(c, 7, 4, 6) | move(c, 6, 1, 2) | move(c, 5, 1, 3);
      return immediate == 0 ? 0 : i_type(op_imm, 0, rd, sp, immediate);
    }
    case 1:  // c.fld
      return i_type(op_load_float, 3, rd, rs1, double_offset);
    case 2:  // c.lw
      return i_type(op_load, 2, rd, rs1, word_offset);
    case 3:  // c.ld
      return i_type(op_load, 3, rd, rs1, double_offset);
    case 5:  // c.fsd
      return s_type(3, rs1, rd, double_offset, op_store_float);
    case 6:  // c.sw
      return s_type(2, rs1, rd, word_offset);
    case 7:  // c.sd
      return s_type(3, rs1, rd, double_offset);
    default:
      return 0;
  }
}

/// Quadrant 1, function 4: arithmetic on the registers x8 to x15.
std::uint32_t expand_arithmetic(std::uint32_t c) {
  const std::uint32_t rd = 8 + move(c, 7, 3, 0);
  const std::uint32_t rs2 = 8 + move(c, 2, 3, 0);
  const std::uint32_t immediate = move(c, 12, 1, 5) | move(c, 2, 5, 0);
  switch (move(c, 10, 2, 0)) {
    case 0:  // c.srli
      return i_type(op_imm, 5, rd, rd, immediate);
    case 1:  // c.srai
      return i_type(op_imm, 5, rd, rd, immediate | 0x400);
    case 2:  // c.andi
      return i_type(op_imm, 7, rd, rd, sign_extend(immediate, 6));
    default:
      break;
  }
  switch (move(c, 12, 1, 2) | move(c, 5, 2, 0)) {
    case 0:  // c.sub
      return r_type(op_op, 0, 0x20, rd, rd, rs2);
    case 1:  // c.xor
      return r_type(op_op, 4, 0, rd, rd, rs2);
    case 2:  // c.or
      return r_type(op_op, 6, 0, rd, rd, rs2);
    case 3:  // c.and
      return r_type(op_op, 7, 0, rd, rd, rs2);
    case 4:  // c.subw
      return r_type(op_op_32, 0, 0x20, rd, rd, rs2);
    case 5:  // c.addw
      return r_type(op_op_32, 0, 0, rd, rd, rs2);
    default:
      return 0;
  }
}

/// c.addi16sp, c.lui
std::uint32_t expand_upper(std::uint32_t c, std::uint32_t rd) {
  if (rd == sp) {
    const std::uint32_t immediate =
        move(c, 12, 1, 9) | move(c, 6, 1, 4) | move(c, 5, 1, 6) | move(c, 3, 2, 7) | move(c, 2, 1, 5);
    return immediate == 0 ? 0 : i_type(op_imm, 0, sp, sp, sign_extend(immediate, 10));
  }
  const std::uint32_t immediate = move(c, 12, 1, 5) | move(c, 2, 5, 0);
  return immediate == 0 ? 0 : sign_extend(immediate, 6) << 12 | rd << 7 | op_lui;
}

/// Quadrant 1: immediates, jumps and branches.
std::uint32_t expand_quadrant_1(std::uint32_t c) {
  const std::uint32_t rd = move(c, 7, 5, 0);
  const std::uint32_t immediate = sign_extend(move(c, 12, 1, 5) | move(c, 2, 5, 0), 6);
  const std::uint32_t branch_rs1 = 8 + move(c, 7, 3, 0);
  const std::uint32_t branch = sign_extend(
      move(c, 12, 1, 8) | move(c, 10, 2, 3) | move(c, 5, 2, 6) | move(c, 3, 2, 1) | move(c, 2, 1, 5), 9);
  switch (c >> 13) {
    case 0:  // c.addi, c.nop
      return i_type(op_imm, 0, rd, rd, immediate);
    case 1:  // c.addiw
      return rd == zero ? 0 : i_type(op_imm_32, 0, rd, rd, immediate);
    case 2:  // c.li
      return i_type(op_imm, 0, rd, zero, immediate);
    case 3:
      return expand_upper(c, rd);
    case 4:
      return expand_arithmetic(c);
    case 5:  // c.j
      return j_type(
          zero, sign_extend(move(c, 12, 1, 11) | move(c, 11, 1, 4) | move(c, 9, 2, 8) | move(c, 8, 1, 10) |
                                move(c, 7, 1, 6) | move(c, 6, 1, 7) | move(c, 3, 3, 1) | move(c, 2, 1, 5),
                            12));
    case 6:  // c.beqz
      return b_type(0, branch_rs1, branch);
    default:  // c.bnez
      return b_type(1, branch_rs1, branch);
  }
}

/// Quadrant 2: the stack, moves and indirect jumps.
std::uint32_t expand_quadrant_2(std::uint32_t c) {
  const std::uint32_t rd = move(c, 7, 5, 0);
  const std::uint32_t rs2 = move(c, 2, 5, 0);
  const bool high = move(c, 12, 1, 0) != 0;
  const std::uint32_t double_offset = move(c, 12, 1, 5) | move(c, 5, 2, 3) | move(c, 2, 3, 6);
  const std::uint32_t double_store_offset = move(c, 10, 3, 3) | move(c, 7, 3, 6);
  switch (c >> 13) {
    case 0:  // c.slli
      return i_type(op_imm, 1, rd, rd, move(c, 12, 1, 5) | rs2);
    case 1:  // c.fldsp
      return i_type(op_load_float, 3, rd, sp, double_offset);
    case 2:  // c.lwsp
      return rd == zero ? 0
                        : i_type(op_load, 2, rd, sp, move(c, 12, 1, 5) | move(c, 4, 3, 2) | move(c, 2, 2, 6));
    case 3:  // c.ldsp
      return rd == zero ? 0 : i_type(op_load, 3, rd, sp, double_offset);
    case 4:
      if (rs2 != zero) return r_type(op_op, 0, 0, rd, high ? rd : zero, rs2);  // c.add, c.mv
      if (rd == zero) return high ? ebreak : 0;
      return i_type(op_jalr, 0, high ? ra : zero, rd, 0);  // c.jalr, c.jr
    case 5:                                                // c.fsdsp
      return s_type(3, sp, rs2, double_store_offset, op_store_float);
    case 6:  // c.swsp
      return s_type(2, sp, rs2, move(c, 9, 4, 2) | move(c, 7, 2, 6));
    case 7:  // c.sdsp
      return s_type(3, sp, rs2, double_store_offset);
    default:
      return 0;
  }
}

}  // namespace

std::uint32_t expand(std::uint16_t compressed) {
  switch (compressed & 3) {
    case 0:
      return expand_quadrant_0(compressed);
    case 1:
      return expand_quadrant_1(compressed);
    default:
      return expand_quadrant_2(compressed);
  }
}

}  // namespace kasane::cpu
