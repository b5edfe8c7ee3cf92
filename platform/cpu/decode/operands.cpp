#include "platform/cpu/decode/operands.h"

namespace kasane::cpu {
namespace {

constexpr std::uint32_t rd_field = 31u << 7;
constexpr std::uint32_t rounding_field = 7u << 12;
constexpr std::uint32_t rs1_field = 31u << 15;
constexpr std::uint32_t rs2_field = 31u << 20;

// Operations of opcode `floating` (bits 27 to 31) that read or write an integer register.
constexpr std::uint32_t compare = 0x14;
constexpr std::uint32_t convert_to_integer = 0x18;
constexpr std::uint32_t convert_from_integer = 0x1A;
constexpr std::uint32_t move_to_integer = 0x1C;  // also FCLASS
constexpr std::uint32_t move_from_integer = 0x1E;

// Conversions that are exact, so that nobody writes how they round.
constexpr std::uint32_t fcvt_d_s = 0x42000053;
constexpr std::uint32_t fcvt_d_w = 0xD2000053;
constexpr std::uint32_t fcvt_d_wu = 0xD2100053;

bool multiplies_and_adds(Opcode opcode) {
  return opcode == Opcode::multiply_add || opcode == Opcode::multiply_subtract ||
         opcode == Opcode::negated_multiply_subtract || opcode == Opcode::negated_multiply_add;
}

/// Of the fields that the format has: integer registers, but for the F and D extensions.
OperandFiles files_of(const Instruction& row) {
  constexpr auto x = RegisterFile::integer;
  constexpr auto f = RegisterFile::floating;
  constexpr auto none = RegisterFile::none;
  switch (row.format) {
    case Format::u:
    case Format::auipc:
    case Format::j:
      return {.rd = x};
    case Format::csr:
      return {.rd = x, .rs1 = (row.match >> 14 & 1) == 0 ? x : none};
    case Format::fence:
      return {};
    case Format::system:
      return opcode_of(row) == Opcode::system ? OperandFiles{.rs1 = x, .rs2 = x} : OperandFiles{};
    default:
      break;
  }
  const Opcode opcode = opcode_of(row);
  if (multiplies_and_adds(opcode)) return {f, f, f, f};
  const std::uint32_t operation = row.match >> 27;
  switch (opcode) {
    case Opcode::load:
      return {.rd = x, .rs1 = x};
    case Opcode::load_float:
      return {.rd = f, .rs1 = x};
    case Opcode::store:
      return {.rs1 = x, .rs2 = x};
    case Opcode::store_float:
      return {.rs1 = x, .rs2 = f};
    case Opcode::floating:
      return {.rd = operation == compare || operation == convert_to_integer || operation == move_to_integer
                        ? x
                        : f,
              .rs1 = operation == convert_from_integer || operation == move_from_integer ? x : f,
              .rs2 = f};
    default:
      break;
  }
  if (row.format == Format::b) return {.rs1 = x, .rs2 = x};
  if (row.format == Format::i || row.format == Format::shift || row.format == Format::jalr)
    return {.rd = x, .rs1 = x};
  return {.rd = x, .rs1 = x, .rs2 = x};
}

}  // namespace

OperandFiles operand_files(const Instruction& row) {
  OperandFiles files = files_of(row);
  // A field that is part of the opcode is no operand.
  if ((row.mask & rd_field) != 0) files.rd = RegisterFile::none;
  if ((row.mask & rs1_field) != 0) files.rs1 = RegisterFile::none;
  if ((row.mask & rs2_field) != 0) files.rs2 = RegisterFile::none;
  return files;
}

bool has_rounding_mode(const Instruction& row) {
  const Opcode opcode = opcode_of(row);
  if (row.match == fcvt_d_s || row.match == fcvt_d_w || row.match == fcvt_d_wu) return false;
  return (opcode == Opcode::floating || multiplies_and_adds(opcode)) && (row.mask & rounding_field) == 0;
}

}  // namespace kasane::cpu
