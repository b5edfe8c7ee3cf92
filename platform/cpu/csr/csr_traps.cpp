/// How the control and status registers take a hart into a trap and out of it.
#include <array>

#include "platform/cpu/csr/csr.h"

namespace kasane::cpu {
namespace {

constexpr std::uint64_t vectored = 1;

/// From the highest priority on.
constexpr std::array priorities = {
    Interrupt::machine_external,    Interrupt::machine_software,    Interrupt::machine_timer,
    Interrupt::supervisor_external, Interrupt::supervisor_software, Interrupt::supervisor_timer,
};

std::uint64_t handler(std::uint64_t vector, std::uint64_t cause) {
  const std::uint64_t base = vector & ~std::uint64_t{3};
  const bool to_vector = (vector & vectored) != 0 && (cause & cause::interrupt) != 0;
  return to_vector ? base + 4 * (cause & ~cause::interrupt) : base;
}

/// `status` with one field as another was.
std::uint64_t moved(std::uint64_t status, std::uint64_t from, std::uint64_t to) {
  return (status & from) != 0 ? status | to : status & ~to;
}

}  // namespace

std::uint64_t CsrFile::enter_trap(Privilege& mode, std::uint64_t cause, std::uint64_t value,
                                  std::uint64_t pc) {
  const std::uint64_t delegated =
      (cause & cause::interrupt) != 0 ? interrupts_delegated_ : exceptions_delegated_;
  const bool to_supervisor = mode != Privilege::machine && (delegated >> (cause & 63) & 1) != 0;
  TrapRegisters& registers = to_supervisor ? supervisor_ : machine_;
  registers.exception_pc = pc;
  registers.cause = cause;
  registers.value = value;
  if (to_supervisor) {
    status_ = moved(status_, status::sie, status::spie) & ~(status::sie | status::spp);
    if (mode == Privilege::supervisor) status_ |= status::spp;
    mode = Privilege::supervisor;
  } else {
    status_ = moved(status_, status::mie, status::mpie) & ~(status::mie | status::mpp);
    status_ |= static_cast<std::uint64_t>(mode) << status::mpp_position;
    mode = Privilege::machine;
  }
  return handler(registers.vector, cause);
}

std::uint64_t CsrFile::leave_machine_trap(Privilege& mode) {
  mode = status::previous_mode(status_);
  status_ = (moved(status_, status::mpie, status::mie) | status::mpie) & ~status::mpp;
  if (mode != Privilege::machine) status_ &= ~status::mprv;
  return machine_.exception_pc;
}

std::uint64_t CsrFile::leave_supervisor_trap(Privilege& mode) {
  mode = has_status(status::spp) ? Privilege::supervisor : Privilege::user;
  status_ = (moved(status_, status::spie, status::sie) | status::spie) & ~(status::spp | status::mprv);
  return supervisor_.exception_pc;
}

std::uint64_t CsrFile::interrupt_to_take(Privilege mode) const {
  const std::uint64_t ready = pending() & enabled_;
  if (ready == 0) [[likely]]
    return 0;
  const bool machine_takes = mode != Privilege::machine || has_status(status::mie);
  const bool supervisor_takes =
      mode == Privilege::user || (mode == Privilege::supervisor && has_status(status::sie));
  const std::uint64_t candidates = (machine_takes ? ready & ~interrupts_delegated_ : 0) |
                                   (supervisor_takes ? ready & interrupts_delegated_ : 0);
  for (const Interrupt line : priorities) {
    const auto number = static_cast<std::uint64_t>(line);
    if ((candidates >> number & 1) != 0) return cause::interrupt | number;
  }
  return 0;
}

}  // namespace kasane::cpu
