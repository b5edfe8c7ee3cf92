/// The core's side of debuggers, profilers and instruction traces.
#include <algorithm>

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

const Op* call_instrumentation(const Op* op, Core& core) {
  const Op* instruction = op + 1;
  if (instruction->handler == call_trace) ++instruction;
  core.charge(instruction, -1);
  core.pc = op->pc;
  bool goes_on = true;
  for (Instrumentation* one : core.instrumentations) {
    if (one->wants(op->pc) && !one->before_instruction(core, *instruction)) goes_on = false;
  }
  if (!goes_on) {
    core.halt();
    return nullptr;
  }
  core.charge(instruction, +1);
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
