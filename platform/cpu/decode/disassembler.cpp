#include "platform/cpu/decode/disassembler.h"

#include <array>
#include <cinttypes>
#include <cstdio>

#include "platform/cpu/csr/csr_names.h"
#include "platform/cpu/debug/register_names.h"
#include "platform/cpu/decode/decoder.h"

namespace kasane::cpu {
namespace {

constexpr std::array<const char*, 8> rounding_names = {"rne", "rtz",     "rdn",     "rup",
                                                       "rmm", "unknown", "unknown", "dyn"};
constexpr std::uint32_t dynamic_rounding = 7;

std::string hexadecimal(std::uint64_t value) {
  char text[24];
  std::snprintf(text, sizeof(text), "0x%" PRIx64, value);
  return text;
}

/// What is fenced: input, output, reads, writes.
std::string fence_set(std::uint32_t bits) {
  std::string text;
  for (std::uint32_t n = 0; n < 4; ++n) {
    if ((bits & 8 >> n) != 0) text += "iorw"[n];
  }
  return text.empty() ? "unknown" : text;
}

/// Writes the operands of one decoded instruction.
class Operands {
 public:
  Operands(const Instruction& row, std::uint32_t bits, const Op& op)
      : row_(row), bits_(bits), op_(op), files_(operand_files(row)) {}

  std::string all() const;
  std::string compressed(CompressedForm::Operands shown) const;
  std::optional<std::uint64_t> target() const {
    if (row_.format != Format::b && row_.format != Format::j) return std::nullopt;
    return static_cast<std::uint64_t>(op_.immediate);
  }

 private:
  std::string rd() const { return register_name(files_.rd, op_.rd == sink ? 0 : op_.rd); }
  std::string rs1() const { return register_name(files_.rs1, op_.rs1); }
  std::string rs2() const { return register_name(files_.rs2, op_.rs2); }
  std::string rs3() const { return register_name(files_.rs3, op_.extra); }
  std::string immediate() const { return std::to_string(op_.immediate); }
  std::string shift() const { return hexadecimal(static_cast<std::uint64_t>(op_.immediate)); }
  std::string upper() const { return hexadecimal(bits_ >> 12); }
  std::string memory() const { return immediate() + '(' + rs1() + ')'; }
  std::string target_text() const { return hexadecimal(static_cast<std::uint64_t>(op_.immediate)).substr(2); }
  std::string csr() const {
    const bool by_number = files_.rs1 == RegisterFile::none;
    return rd() + ',' + csr_name(bits_ >> 20) + ',' + (by_number ? std::to_string(op_.rs1) : rs1());
  }
  std::string fence() const { return fence_set(bits_ >> 24 & 15) + ',' + fence_set(bits_ >> 20 & 15); }
  std::string registers() const;

  const Instruction& row_;
  const std::uint32_t bits_;
  const Op& op_;
  const OperandFiles files_;
};

/// Registers alone: the destination, the sources, how to round.
std::string Operands::registers() const {
  std::string text;
  const auto add = [&text](const std::string& operand) { text += (text.empty() ? "" : ",") + operand; };
  constexpr auto none = RegisterFile::none;
  if (files_.rd != none) add(rd());
  if (opcode_of(row_) == Opcode::atomic) {
    if (files_.rs2 != none) add(rs2());
    add('(' + rs1() + ')');
    return text;
  }
  if (files_.rs1 != none) add(rs1());
  if (files_.rs2 != none) add(rs2());
  if (files_.rs3 != none) add(rs3());
  const std::uint32_t rounding = bits_ >> 12 & 7;
  if (has_rounding_mode(row_) && rounding != dynamic_rounding) add(rounding_names[rounding]);
  return text;
}

std::string Operands::all() const {
  switch (opcode_of(row_)) {
    case Opcode::load:
    case Opcode::load_float:
      return rd() + ',' + memory();
    case Opcode::store:
    case Opcode::store_float:
      return rs2() + ',' + memory();
    default:
      break;
  }
  switch (row_.format) {
    case Format::i:
      return rd() + ',' + rs1() + ',' + immediate();
    case Format::shift:
      return rd() + ',' + rs1() + ',' + shift();
    case Format::b:
      return rs1() + ',' + rs2() + ',' + target_text();
    case Format::u:
    case Format::auipc:
      return rd() + ',' + upper();
    case Format::j:
      return rd() + ',' + target_text();
    case Format::jalr:
      return rd() + ',' + memory();
    case Format::csr:
      return csr();
    case Format::fence:
      return fence();
    default:
      return registers();
  }
}

std::string Operands::compressed(CompressedForm::Operands shown) const {
  switch (shown) {
    case CompressedForm::Operands::none:
      return "";
    case CompressedForm::Operands::rd_rs1_immediate:
      return rd() + ',' + rs1() + ',' + immediate();
    case CompressedForm::Operands::rd_immediate:
      return rd() + ',' + immediate();
    case CompressedForm::Operands::rd_upper:
      return rd() + ',' + upper();
    case CompressedForm::Operands::rd_shift:
      return rd() + ',' + shift();
    case CompressedForm::Operands::rd:
      return rd();
    case CompressedForm::Operands::rd_rs2:
      return rd() + ',' + rs2();
    case CompressedForm::Operands::rd_memory:
      return rd() + ',' + memory();
    case CompressedForm::Operands::rs2_memory:
      return rs2() + ',' + memory();
    case CompressedForm::Operands::rs1:
      return rs1();
    case CompressedForm::Operands::rs1_target:
      return rs1() + ',' + target_text();
    case CompressedForm::Operands::target:
      return target_text();
  }
  return "";
}

/// The suffixes of an atomic's ordering bits.
std::string ordering(std::uint32_t bits) {
  const std::uint32_t both = bits >> 25 & 3;
  return both == 0 ? "" : std::array{"", ".rl", ".aq", ".aqrl"}[both];
}

Disassembly no_instruction(std::uint32_t bits, std::uint32_t length) {
  if (length == 2 && bits == 0) return {.mnemonic = "c.unimp", .operands = "", .target = {}, .valid = false};
  return {.mnemonic = length == 2 ? ".2byte" : ".4byte",
          .operands = hexadecimal(bits),
          .target = {},
          .valid = false};
}

}  // namespace

const char* register_name(RegisterFile file, std::uint32_t number) {
  return file == RegisterFile::floating ? float_register_names.at(number) : integer_register_names.at(number);
}

Disassembly disassemble(std::uint32_t bits, std::uint32_t length, std::uint64_t pc) {
  const auto half = static_cast<std::uint16_t>(bits);
  const std::uint32_t full = length == 2 ? expand(half) : bits;
  const Instruction* row = find_instruction(full);
  if (row == nullptr) return no_instruction(bits, length);
  const Op op = decode(bits, length, pc, HartConfig{}).op;
  const Operands operands(*row, full, op);
  if (length == 2) {
    const CompressedForm* form = compressed_form(half);
    if (form == nullptr) return no_instruction(bits, length);
    return {form->name, operands.compressed(form->operands), operands.target()};
  }
  std::string mnemonic = row->name;
  if (opcode_of(*row) == Opcode::atomic) mnemonic += ordering(bits);
  return {std::move(mnemonic), operands.all(), operands.target()};
}

}  // namespace kasane::cpu
