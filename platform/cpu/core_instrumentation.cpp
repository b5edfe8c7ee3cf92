/// The core's side of debuggers, profilers and instruction traces.
#include <algorithm>
#include <utility>

#include "platform/cpu/core.h"

namespace kasane::cpu {

void Core::attach(Instrumentation& instrumentation) {
  instrumentations.push_back(&instrumentation);
  instrumentation_changed();
}

void Core::detach(Instrumentation& instrumentation) {
  std::erase(instrumentations, &instrumentation);
  instrumentation_changed();
}

void Core::instrumentation_changed() {
  blocks.invalidate_all();
  memory.forget_pages();
}

void Core::profile(Profiling* by) {
  if (profiling != nullptr) detach(*profiling);
  profiling = by;
  profiled = {};
  if (profiling != nullptr) attach(*profiling);
}

bool Core::wants_hook(std::uint64_t at) const {
  return std::any_of(instrumentations.begin(), instrumentations.end(),
                     [at](const Instrumentation* one) { return one->wants(at); });
}

bool Core::is_traced() const {
  return std::any_of(instrumentations.begin(), instrumentations.end(),
                     [](const Instrumentation* one) { return one->traces(); });
}

std::size_t Core::block_limit() const {
  const bool single = std::any_of(instrumentations.begin(), instrumentations.end(),
                                  [](const Instrumentation* one) { return one->single_instructions(); });
  return single ? 1 : Block::max_instructions;
}

bool Core::is_watched(std::uint64_t first, std::uint64_t last) const {
  return std::any_of(instrumentations.begin(), instrumentations.end(),
                     [=](const Instrumentation* one) { return one->watches(first, last); });
}

void Core::report_access(std::uint64_t address, std::uint32_t bytes, Access access) {
  for (Instrumentation* one : instrumentations) {
    if (one->watches(address, address + bytes - 1)) one->after_access(*this, address, bytes, access);
  }
}

void Core::halt_before(const Op* instruction) {
  charge(instruction, -1);
  std::uint64_t end = instruction->pc;
  for (const Op* op = instruction; op->kind != InstructionClass::none; ++op) end = op->pc + op->length;
  pc = instruction->pc;
  unfinished = {pc, end};
  halt();
}

void Core::finish_block() {
  if (blocks.is_full()) make_room();
  const Unfinished rest = *std::exchange(unfinished, std::nullopt);
  FetchFault fault;
  const Op* op = build_rest(*this, rest.pc, rest.end, stepping, fault);
  if (std::exchange(stepping, false)) halt();  // now: no block will start after the instruction
  if (op == nullptr) return enter_trap(fault.cause, fault.address, rest.pc);
  charge(op, +1);
  while (op != nullptr) op = op->handler(op, *this, budget, lanes);
}

void Core::step_into(const Op* op) {
  if (op == nullptr) {  // a trap instead
    stepping = false;
    return halt();
  }
  if (op->kind == InstructionClass::none) {  // the block's entry, of whatever sort
    charge_whole(*op->block);
    ++op;
  }
  halt_before(op);
  halted = false;
  finish_block();
}

const Op* halt_within_block(const Op* op, Core& core) {
  core.unfinished = {op->pc, static_cast<std::uint64_t>(op->immediate)};
  core.halt();
  return leave(core, op->pc);
}

const Op* call_instrumentation(const Op* op, Core& core) {
  const Op* instruction = op + 1;
  if (instruction->handler == plain<call_trace>) ++instruction;
  core.charge(instruction, -1);
  core.pc = op->pc;
  bool goes_on = true;
  for (Instrumentation* one : core.instrumentations) {
    if (one->wants(op->pc) && !one->before_instruction(core, *instruction)) goes_on = false;
  }
  core.charge(instruction, +1);
  if (!goes_on) {
    core.halt_before(instruction);
    return nullptr;
  }
  return next(op, core);
}

const Op* call_trace(const Op* op, Core& core) {
  const std::uint64_t cycles = core.progress().cycles - op->mark.cycles_left;
  for (Instrumentation* one : core.instrumentations) {
    if (one->traces()) one->trace(core, op[1], op->mark.bits, cycles);
  }
  return next(op, core);
}

}  // namespace kasane::cpu
