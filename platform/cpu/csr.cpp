#include "platform/cpu/csr.h"

#include <initializer_list>

namespace kasane::cpu {
namespace {

constexpr std::uint64_t bit(std::uint32_t position) {
  return std::uint64_t{1} << position;
}
constexpr std::uint64_t bit(InterruptLine line) {
  return bit(static_cast<std::uint32_t>(line));
}
constexpr std::uint64_t extension(char letter) {
  return bit(static_cast<std::uint32_t>(letter - 'A'));
}

constexpr std::uint64_t status_mie = bit(3u);
constexpr std::uint64_t status_mpie = bit(7u);
constexpr std::uint64_t status_mpp_machine = 3u << 11;  // the only mode there is
constexpr std::uint64_t inhibit_cycle = bit(0u);
constexpr std::uint64_t inhibit_instret = bit(2u);
constexpr std::uint64_t misa_value =
    std::uint64_t{2} << 62 | extension('I') | extension('M') | extension('A') | extension('C');
constexpr std::uint64_t interrupt_mask =
    bit(InterruptLine::software) | bit(InterruptLine::timer) | bit(InterruptLine::external);
constexpr std::uint64_t vectored = 1;

bool within(std::uint32_t number, std::uint32_t first, std::uint32_t last) {
  return number >= first && number <= last;
}

}  // namespace

void Counter::inhibit(bool on, std::uint64_t running) {
  if (on == inhibited_) return;
  value_ = on ? running + value_ : value_ - running;
  inhibited_ = on;
}

std::optional<std::uint64_t> CsrFile::read_counter(std::uint32_t number, const Progress& progress) const {
  switch (number) {
    case csr::cycle:
    case csr::mcycle:
      return cycles_.read(progress.cycles);
    case csr::instret:
    case csr::minstret:
      return instructions_.read(progress.instructions);
    default:  // event counters exist, and count nothing
      if (within(number, csr::mhpmcounter3, csr::mhpmcounter31)) return 0;
      if (within(number, csr::mhpmevent3, csr::mhpmevent31)) return 0;
      return std::nullopt;
  }
}

std::optional<std::uint64_t> CsrFile::read(std::uint32_t number, const Progress& progress) const {
  switch (number) {
    case csr::mstatus:
      return status_mpp_machine | (interrupts_on_ ? status_mie : 0) |
             (previous_interrupts_on_ ? status_mpie : 0);
    case csr::misa:
      return misa_value;
    case csr::mie:
      return enabled_;
    case csr::mip:
      return pending_;
    case csr::mtvec:
      return vector_;
    case csr::mcountinhibit:
      return (cycles_.inhibited() ? inhibit_cycle : 0) | (instructions_.inhibited() ? inhibit_instret : 0);
    case csr::mscratch:
      return scratch_;
    case csr::mepc:
      return exception_pc_;
    case csr::mcause:
      return cause_;
    case csr::mtval:
      return trap_value_;
    case csr::mhartid:
      return hart_id_;
    case csr::mvendorid:
    case csr::marchid:
    case csr::mimpid:
    case csr::mconfigptr:
      return 0;  // "not implemented"
    default:
      return read_counter(number, progress);
  }
}

bool CsrFile::write(std::uint32_t number, std::uint64_t value, const Progress& progress) {
  switch (number) {
    case csr::mstatus:
      interrupts_on_ = (value & status_mie) != 0;
      previous_interrupts_on_ = (value & status_mpie) != 0;
      return true;
    case csr::mie:
      enabled_ = value & interrupt_mask;
      return true;
    case csr::mtvec:
      vector_ = value & ~std::uint64_t{2};  // modes 2 and 3 are reserved
      return true;
    case csr::mcountinhibit:
      cycles_.inhibit((value & inhibit_cycle) != 0, progress.cycles);
      instructions_.inhibit((value & inhibit_instret) != 0, progress.instructions);
      return true;
    case csr::mscratch:
      scratch_ = value;
      return true;
    case csr::mepc:
      exception_pc_ = value & ~std::uint64_t{1};
      return true;
    case csr::mcause:
      cause_ = value;
      return true;
    case csr::mtval:
      trap_value_ = value;
      return true;
    case csr::mcycle:
      cycles_.write(value, progress.cycles);
      return true;
    case csr::minstret:
      instructions_.write(value, progress.instructions);
      return true;
    case csr::misa:  // fixed
    case csr::mip:   // the lines decide
      return true;
    default:
      return within(number, csr::mhpmcounter3, csr::mhpmcounter31) ||
             within(number, csr::mhpmevent3, csr::mhpmevent31);
  }
}

std::uint64_t CsrFile::enter_trap(std::uint64_t cause, std::uint64_t value, std::uint64_t pc) {
  exception_pc_ = pc;
  cause_ = cause;
  trap_value_ = value;
  previous_interrupts_on_ = interrupts_on_;
  interrupts_on_ = false;
  const std::uint64_t base = vector_ & ~std::uint64_t{3};
  const bool to_vector = (vector_ & vectored) != 0 && (cause & cause::interrupt) != 0;
  return to_vector ? base + 4 * (cause & ~cause::interrupt) : base;
}

std::uint64_t CsrFile::leave_trap() {
  interrupts_on_ = previous_interrupts_on_;
  previous_interrupts_on_ = true;
  return exception_pc_;
}

void CsrFile::set_line(InterruptLine line, bool level) {
  pending_ = level ? pending_ | bit(line) : pending_ & ~bit(line);
}

std::uint64_t CsrFile::interrupt_to_take() const {
  if (!interrupts_on_ || !interrupt_pending()) return 0;
  const std::uint64_t candidates = pending_ & enabled_;
  for (const InterruptLine line : {InterruptLine::external, InterruptLine::software, InterruptLine::timer}) {
    if ((candidates & bit(line)) != 0) return cause::interrupt | static_cast<std::uint64_t>(line);
  }
  return 0;
}

}  // namespace kasane::cpu
