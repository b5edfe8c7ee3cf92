/// CSR instructions, fences, traps and WFI. All but FENCE end their block: they may change what comes next.
#include "platform/cpu/core.h"

namespace kasane::cpu {
namespace {

using u64 = std::uint64_t;

constexpr auto csr_kind = InstructionClass::csr;
constexpr auto system_kind = InstructionClass::system;

const Op* illegal_now(const Op* op, Core& core) {
  core.raise_illegal(op);
  return nullptr;
}

const Op* fence(const Op* op, Core& core) {
  core.count_one(system_kind);
  return next(op, core);
}

const Op* fence_i(const Op* op, Core& core) {
  core.count_one(system_kind);
  core.blocks.invalidate_all();
  return leave(core, op->pc + op->length);
}

/// In supervisor mode the virtual-memory instructions and registers may be reserved for machine mode.
const Op* sfence_vma(const Op* op, Core& core) {
  const bool is_trapped = core.mode == Privilege::supervisor && core.csr.has_status(status::tvm);
  if (core.mode == Privilege::user || is_trapped) return illegal_now(op, core);
  core.count_one(system_kind);
  core.mapping_changed();
  return leave(core, op->pc + op->length);
}

const Op* ecall(const Op* op, Core& core) {
  core.raise(op, cause::user_call + static_cast<u64>(core.mode), 0);
  return nullptr;
}

const Op* ebreak(const Op* op, Core& core) {
  core.raise(op, cause::breakpoint, op->pc);
  return nullptr;
}

const Op* mret(const Op* op, Core& core) {
  if (core.mode != Privilege::machine) return illegal_now(op, core);
  core.count_one(system_kind);
  core.pc = core.csr.leave_machine_trap(core.mode);
  core.trap_left(op->pc);
  return nullptr;
}

const Op* sret(const Op* op, Core& core) {
  const bool is_trapped = core.mode == Privilege::supervisor && core.csr.has_status(status::tsr);
  if (core.mode == Privilege::user || is_trapped) return illegal_now(op, core);
  core.count_one(system_kind);
  core.pc = core.csr.leave_supervisor_trap(core.mode);
  core.trap_left(op->pc);
  return nullptr;
}

const Op* wfi(const Op* op, Core& core) {
  const bool is_trapped = core.mode != Privilege::machine && core.csr.has_status(status::tw);
  if (core.mode == Privilege::user || is_trapped) return illegal_now(op, core);
  core.count_one(system_kind);
  core.asleep = true;
  return leave(core, op->pc + op->length);
}

/// rd = CSR; CSR = operation(CSR, source), where `source` is a register or, as uimm, its number.
/// Set and clear do not write for x0 or 0.
template <auto operation, bool is_immediate, bool always_writes>
const Op* csr_access(const Op* op, Core& core) {
  const auto number = static_cast<std::uint32_t>(op->immediate) >> 20;
  const bool writes = always_writes || op->rs1 != 0;
  if (!core.csr.may_access(number, core.mode, writes)) return illegal_now(op, core);
  const Progress after{core.progress().cycles, core.progress().instructions + 1};
  const Progress before{after.cycles - op->cycles, after.instructions - 1};
  const auto value = core.read_csr(number, before);
  if (!value) return illegal_now(op, core);
  if (writes) {
    const u64 source = is_immediate ? op->rs1 : core.x[op->rs1];
    const u64 modified = *core.csr.read_to_modify(number, before);
    if (!core.write_csr(number, operation(modified, source), after)) return illegal_now(op, core);
  }
  core.x[op->rd] = *value;
  core.count_one(csr_kind);
  return leave(core, op->pc + op->length);
}

constexpr auto replace = [](u64, u64 source) { return source; };
constexpr auto set = [](u64 value, u64 source) { return value | source; };
constexpr auto clear = [](u64 value, u64 source) { return value & ~source; };

// clang-format off
constexpr Instruction rows[] = {
    {"fence",      0x0000707F, 0x0000000F, Format::fence,  system_kind, plain<fence>},
    {"fence.i",    0x0000707F, 0x0000100F, Format::system, system_kind, plain<fence_i>},
    {"sfence.vma", 0xFE007FFF, 0x12000073, Format::system, system_kind, plain<sfence_vma>},
    {"ecall",      0xFFFFFFFF, 0x00000073, Format::system, system_kind, plain<ecall>},
    {"ebreak",     0xFFFFFFFF, 0x00100073, Format::system, system_kind, plain<ebreak>},
    {"sret",       0xFFFFFFFF, 0x10200073, Format::system, system_kind, plain<sret>},
    {"mret",       0xFFFFFFFF, 0x30200073, Format::system, system_kind, plain<mret>},
    {"wfi",        0xFFFFFFFF, 0x10500073, Format::system, system_kind, plain<wfi>},
    {"csrrw",      0x0000707F, 0x00001073, Format::csr,    csr_kind,    plain<csr_access<replace, false, true>>},
    {"csrrs",      0x0000707F, 0x00002073, Format::csr,    csr_kind,    plain<csr_access<set, false, false>>},
    {"csrrc",      0x0000707F, 0x00003073, Format::csr,    csr_kind,    plain<csr_access<clear, false, false>>},
    {"csrrwi",     0x0000707F, 0x00005073, Format::csr,    csr_kind,    plain<csr_access<replace, true, true>>},
    {"csrrsi",     0x0000707F, 0x00006073, Format::csr,    csr_kind,    plain<csr_access<set, true, false>>},
    {"csrrci",     0x0000707F, 0x00007073, Format::csr,    csr_kind,    plain<csr_access<clear, true, false>>},
};
// clang-format on

}  // namespace

std::span<const Instruction> system_instructions() {
  return rows;
}

}  // namespace kasane::cpu
