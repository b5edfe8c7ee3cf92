/// RV64I arithmetic. Each row of the table is one instruction: its encoding and what it computes.
#include "platform/cpu/core.h"
#include "platform/cpu/execute/execute_registers.h"

namespace kasane::cpu {
namespace {

using u64 = std::uint64_t;
using i64 = std::int64_t;
using u32 = std::uint32_t;
using i32 = std::int32_t;

constexpr auto alu = InstructionClass::alu;

/// The low 32 bits, sign-extended: the result of every instruction on words.
constexpr u64 word(u64 value) {
  return static_cast<u64>(i64{static_cast<i32>(value)});
}

/// rd = operation(rs1, immediate)
template <auto operation>
const Op* immediate(const Op* op, Core& core, i64 budget, Lanes lanes) {
  core.x[op->rd] = operation(core.x[op->rs1], static_cast<u64>(op->immediate));
  return next(op, core, budget, lanes);
}

/// rd = what the decoder computed
const Op* constant(const Op* op, Core& core, i64 budget, Lanes lanes) {
  core.x[op->rd] = static_cast<u64>(op->immediate);
  return next(op, core, budget, lanes);
}

constexpr auto add = [](u64 a, u64 b) { return a + b; };
constexpr auto sub = [](u64 a, u64 b) { return a - b; };
constexpr auto and_ = [](u64 a, u64 b) { return a & b; };
constexpr auto or_ = [](u64 a, u64 b) { return a | b; };
constexpr auto xor_ = [](u64 a, u64 b) { return a ^ b; };
constexpr auto less = [](u64 a, u64 b) { return u64{static_cast<i64>(a) < static_cast<i64>(b)}; };
constexpr auto less_unsigned = [](u64 a, u64 b) { return u64{a < b}; };
constexpr auto shift_left = [](u64 a, u64 b) { return a << (b & 63); };
constexpr auto shift_right = [](u64 a, u64 b) { return a >> (b & 63); };
constexpr auto shift_right_signed = [](u64 a, u64 b) {
  return static_cast<u64>(static_cast<i64>(a) >> (b & 63));
};
constexpr auto add_word = [](u64 a, u64 b) { return word(a + b); };
constexpr auto sub_word = [](u64 a, u64 b) { return word(a - b); };
constexpr auto shift_left_word = [](u64 a, u64 b) { return word(a << (b & 31)); };
constexpr auto shift_right_word = [](u64 a, u64 b) { return word(static_cast<u32>(a) >> (b & 31)); };
constexpr auto shift_right_signed_word = [](u64 a, u64 b) {
  return static_cast<u64>(i64{static_cast<i32>(a) >> (b & 31)});
};

// clang-format off
constexpr Instruction rows[] = {
    {"lui",   0x0000007F, 0x00000037, Format::u,     alu, constant},
    {"auipc", 0x0000007F, 0x00000017, Format::auipc, alu, constant},

    {"addi",  0x0000707F, 0x00000013, Format::i,     alu, immediate<add>},
    {"slti",  0x0000707F, 0x00002013, Format::i,     alu, immediate<less>},
    {"sltiu", 0x0000707F, 0x00003013, Format::i,     alu, immediate<less_unsigned>},
    {"xori",  0x0000707F, 0x00004013, Format::i,     alu, immediate<xor_>},
    {"ori",   0x0000707F, 0x00006013, Format::i,     alu, immediate<or_>},
    {"andi",  0x0000707F, 0x00007013, Format::i,     alu, immediate<and_>},
    {"slli",  0xFC00707F, 0x00001013, Format::shift, alu, immediate<shift_left>},
    {"srli",  0xFC00707F, 0x00005013, Format::shift, alu, immediate<shift_right>},
    {"srai",  0xFC00707F, 0x40005013, Format::shift, alu, immediate<shift_right_signed>},
    {"addiw", 0x0000707F, 0x0000001B, Format::i,     alu, immediate<add_word>},
    {"slliw", 0xFE00707F, 0x0000101B, Format::shift, alu, immediate<shift_left_word>},
    {"srliw", 0xFE00707F, 0x0000501B, Format::shift, alu, immediate<shift_right_word>},
    {"sraiw", 0xFE00707F, 0x4000501B, Format::shift, alu, immediate<shift_right_signed_word>},

    {"add",   0xFE00707F, 0x00000033, Format::r,     alu, registers<add>},
    {"sub",   0xFE00707F, 0x40000033, Format::r,     alu, registers<sub>},
    {"sll",   0xFE00707F, 0x00001033, Format::r,     alu, registers<shift_left>},
    {"slt",   0xFE00707F, 0x00002033, Format::r,     alu, registers<less>},
    {"sltu",  0xFE00707F, 0x00003033, Format::r,     alu, registers<less_unsigned>},
    {"xor",   0xFE00707F, 0x00004033, Format::r,     alu, registers<xor_>},
    {"srl",   0xFE00707F, 0x00005033, Format::r,     alu, registers<shift_right>},
    {"sra",   0xFE00707F, 0x40005033, Format::r,     alu, registers<shift_right_signed>},
    {"or",    0xFE00707F, 0x00006033, Format::r,     alu, registers<or_>},
    {"and",   0xFE00707F, 0x00007033, Format::r,     alu, registers<and_>},
    {"addw",  0xFE00707F, 0x0000003B, Format::r,     alu, registers<add_word>},
    {"subw",  0xFE00707F, 0x4000003B, Format::r,     alu, registers<sub_word>},
    {"sllw",  0xFE00707F, 0x0000103B, Format::r,     alu, registers<shift_left_word>},
    {"srlw",  0xFE00707F, 0x0000503B, Format::r,     alu, registers<shift_right_word>},
    {"sraw",  0xFE00707F, 0x4000503B, Format::r,     alu, registers<shift_right_signed_word>},
};
// clang-format on

}  // namespace

std::span<const Instruction> integer_instructions() {
  return rows;
}

}  // namespace kasane::cpu
