/// Jumps and branches. Direct ones follow links from block to block; indirect ones ask the jump cache.
#include "platform/cpu/core.h"
#include "platform/cpu/decode/decoder.h"

namespace kasane::cpu {
namespace {

using u64 = std::uint64_t;
using i64 = std::int64_t;

/// The links lie behind the branch: first where it falls through to, then where it leads when taken.
template <auto condition>
const Op* branch(const Op* op, Core& core, i64 budget, Lanes lanes) {
  if (condition(core.x[op->rs1], core.x[op->rs2])) {
    return follow(op + 2, core, budget - core.taken_extra, lanes);
  }
  return follow(op + 1, core, budget, lanes);
}

const Op* jal(const Op* op, Core& core, i64 budget, Lanes lanes) {
  core.x[op->rd] = op->pc + op->length;
  return follow(op + 1, core, budget, lanes);
}

const Op* jalr(const Op* op, Core& core, i64 budget, Lanes lanes) {
  const u64 target = (core.x[op->rs1] + static_cast<u64>(op->immediate)) & ~u64{1};
  core.x[op->rd] = op->pc + op->length;
  return jump(target, core, budget, lanes);
}

// With a profiler. Software calls by the link registers ra and t0, and returns by them.

bool is_link(std::uint8_t number) {
  return number == 1 || number == 5;
}

const Op* jal_call(const Op* op, Core& core, i64 budget, Lanes lanes) {
  core.profiling->on_call(core, op->pc + op->length);
  return jal(op, core, budget, lanes);
}

const Op* jalr_call(const Op* op, Core& core, i64 budget, Lanes lanes) {
  core.profiling->on_call(core, op->pc + op->length);
  return jalr(op, core, budget, lanes);
}

const Op* jalr_return(const Op* op, Core& core, i64 budget, Lanes lanes) {
  keep(core, budget, lanes);
  core.profiling->on_return(core, (core.x[op->rs1] + static_cast<u64>(op->immediate)) & ~u64{1});
  return jalr(op, core, budget, lanes);
}

constexpr auto equal = [](u64 a, u64 b) { return a == b; };
constexpr auto unequal = [](u64 a, u64 b) { return a != b; };
constexpr auto less = [](u64 a, u64 b) { return static_cast<i64>(a) < static_cast<i64>(b); };
constexpr auto not_less = [](u64 a, u64 b) { return static_cast<i64>(a) >= static_cast<i64>(b); };
constexpr auto less_unsigned = [](u64 a, u64 b) { return a < b; };
constexpr auto not_less_unsigned = [](u64 a, u64 b) { return a >= b; };

// clang-format off
constexpr Instruction rows[] = {
    {"beq",  0x0000707F, 0x00000063, Format::b,    InstructionClass::branch, branch<equal>},
    {"bne",  0x0000707F, 0x00001063, Format::b,    InstructionClass::branch, branch<unequal>},
    {"blt",  0x0000707F, 0x00004063, Format::b,    InstructionClass::branch, branch<less>},
    {"bge",  0x0000707F, 0x00005063, Format::b,    InstructionClass::branch, branch<not_less>},
    {"bltu", 0x0000707F, 0x00006063, Format::b,    InstructionClass::branch, branch<less_unsigned>},
    {"bgeu", 0x0000707F, 0x00007063, Format::b,    InstructionClass::branch, branch<not_less_unsigned>},
    {"jal",  0x0000007F, 0x0000006F, Format::j,    InstructionClass::jump,   jal},
    {"jalr", 0x0000707F, 0x00000067, Format::jalr, InstructionClass::jump,   jalr},
};
// clang-format on

}  // namespace

Handler profiled_handler(const Decoded& decoded) {
  const Op& op = decoded.op;
  if (decoded.format == Format::j && is_link(op.rd)) return jal_call;
  if (decoded.format == Format::jalr && is_link(op.rd)) return jalr_call;
  if (decoded.format == Format::jalr && op.rd == sink && is_link(op.rs1)) return jalr_return;
  return op.handler;
}

std::span<const Instruction> control_instructions() {
  return rows;
}

}  // namespace kasane::cpu
