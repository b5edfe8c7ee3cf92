#include "platform/cpu/csr/csr.h"

namespace kasane::cpu {
namespace {

constexpr std::uint64_t bit(std::uint32_t position) {
  return std::uint64_t{1} << position;
}
constexpr std::uint64_t bit(Interrupt line) {
  return bit(static_cast<std::uint32_t>(line));
}
constexpr std::uint64_t extension(char letter) {
  return bit(static_cast<std::uint32_t>(letter - 'A'));
}

constexpr std::uint64_t inhibit_cycle = bit(0u);
constexpr std::uint64_t inhibit_instret = bit(2u);
constexpr std::uint64_t misa_value = std::uint64_t{2} << 62 | extension('I') | extension('M') |
                                     extension('A') | extension('F') | extension('D') | extension('C') |
                                     extension('S') | extension('U');
constexpr std::uint64_t supervisor_interrupts = bit(Interrupt::supervisor_software) |
                                                bit(Interrupt::supervisor_timer) |
                                                bit(Interrupt::supervisor_external);
constexpr std::uint64_t all_interrupts = supervisor_interrupts | bit(Interrupt::machine_software) |
                                         bit(Interrupt::machine_timer) | bit(Interrupt::machine_external);
/// Exceptions 0 to 9, 12, 13 and 15: all that a less privileged mode can raise.
constexpr std::uint64_t delegable_exceptions = 0xB3FF;
constexpr std::uint64_t fences_imply_memory = 1;  // FIOM, the one field of menvcfg and senvcfg there is
constexpr std::uint64_t mode_sv39 = std::uint64_t{8} << 60;
constexpr std::uint64_t mode_mask = std::uint64_t{15} << 60;
constexpr std::uint8_t float_flags = 31;
constexpr std::uint8_t rounding_mask = 7;

bool within(std::uint32_t number, std::uint32_t first, std::uint32_t last) {
  return number >= first && number <= last;
}

bool is_float(std::uint32_t number) {
  return within(number, csr::fflags, csr::fcsr);
}

bool is_protection(std::uint32_t number) {
  return within(number, csr::pmpcfg0, csr::pmpaddr63);
}

}  // namespace

bool changes_translation(std::uint32_t number) {
  return number == csr::satp || is_protection(number);
}

bool CsrFile::may_access(std::uint32_t number, Privilege mode, bool writes) const {
  const bool read_only = number >> 10 == 3;
  if (writes && read_only) return false;
  if ((number >> 8 & 3) > static_cast<std::uint32_t>(mode)) return false;
  if (is_float(number)) return float_enabled();
  if (number == csr::satp) return mode == Privilege::machine || !has_status(status::tvm);
  if (within(number, csr::cycle, csr::hpmcounter31)) {
    const auto counter = bit(number - csr::cycle);
    if (mode != Privilege::machine && (machine_counters_ & counter) == 0) return false;
    if (mode == Privilege::user && (supervisor_counters_ & counter) == 0) return false;
  }
  return true;
}

std::uint64_t CsrFile::read_status() const {
  return status_ | status::uxl_64 | status::sxl_64 | ((status_ & status::fs) == status::fs ? status::sd : 0);
}

std::optional<std::uint64_t> CsrFile::read(std::uint32_t number, const Progress& progress) const {
  switch (number) {
    case csr::fflags:
      return float_state.flags;
    case csr::frm:
      return float_state.rounding;
    case csr::fcsr:
      return float_state.rounding << 5 | float_state.flags;
    default:
      break;
  }
  if (is_protection(number)) return read_protection(number);
  if (const auto value = read_supervisor(number)) return value;
  if (const auto value = read_machine(number)) return value;
  return read_counter(number, progress);
}

std::optional<std::uint64_t> CsrFile::read_to_modify(std::uint32_t number, const Progress& progress) const {
  if (number == csr::mip) return software_pending_;
  if (number == csr::sip) return software_pending_ & interrupts_delegated_;
  return read(number, progress);
}

std::optional<std::uint64_t> CsrFile::read_supervisor(std::uint32_t number) const {
  switch (number) {
    case csr::sstatus:
      return read_status() & (status::supervisor_fields | status::uxl_64 | status::sd);
    case csr::sie:
      return enabled_ & interrupts_delegated_;
    case csr::sip:
      return pending() & interrupts_delegated_;
    case csr::stvec:
      return supervisor_.vector;
    case csr::scounteren:
      return supervisor_counters_;
    case csr::senvcfg:
      return supervisor_environment_;
    case csr::sscratch:
      return supervisor_.scratch;
    case csr::sepc:
      return supervisor_.exception_pc;
    case csr::scause:
      return supervisor_.cause;
    case csr::stval:
      return supervisor_.value;
    case csr::satp:
      return translation_;
    default:
      return std::nullopt;
  }
}

std::optional<std::uint64_t> CsrFile::read_machine(std::uint32_t number) const {
  switch (number) {
    case csr::mstatus:
      return read_status();
    case csr::misa:
      return misa_value;
    case csr::medeleg:
      return exceptions_delegated_;
    case csr::mideleg:
      return interrupts_delegated_;
    case csr::mie:
      return enabled_;
    case csr::mip:
      return pending();
    case csr::mtvec:
      return machine_.vector;
    case csr::mcounteren:
      return machine_counters_;
    case csr::menvcfg:
      return machine_environment_;
    case csr::mcountinhibit:
      return (cycles_.inhibited() ? inhibit_cycle : 0) | (instructions_.inhibited() ? inhibit_instret : 0);
    case csr::mscratch:
      return machine_.scratch;
    case csr::mepc:
      return machine_.exception_pc;
    case csr::mcause:
      return machine_.cause;
    case csr::mtval:
      return machine_.value;
    case csr::mhartid:
      return hart_id_;
    case csr::mvendorid:
    case csr::marchid:
    case csr::mimpid:
    case csr::mconfigptr:
      return 0;  // "not implemented"
    default:
      return std::nullopt;
  }
}

std::optional<std::uint64_t> CsrFile::read_counter(std::uint32_t number, const Progress& progress) const {
  switch (number) {
    case csr::cycle:
    case csr::mcycle:
      return cycles_.read(progress.cycles);
    case csr::instret:
    case csr::minstret:
      return instructions_.read(progress.instructions);
    case csr::time:  // the timer is outside
      return std::nullopt;
    default:  // event counters exist, and count nothing
      if (within(number, csr::mhpmcounter3, csr::mhpmcounter31)) return 0;
      if (within(number, csr::mhpmevent3, csr::mhpmevent31)) return 0;
      if (within(number, csr::instret + 1, csr::hpmcounter31)) return 0;
      return std::nullopt;
  }
}

std::optional<std::uint64_t> CsrFile::read_protection(std::uint32_t number) const {
  if (number >= csr::pmpaddr0) {
    const std::uint32_t entry = number - csr::pmpaddr0;
    return entry < PhysicalMemoryProtection::max_regions ? protection.read_address(entry) : 0;
  }
  const std::uint32_t pair = number - csr::pmpcfg0;
  if (pair % 2 != 0 || number > csr::pmpcfg14) return std::nullopt;  // odd numbers are of RV32
  return pair / 2 < PhysicalMemoryProtection::max_regions / 8 ? protection.read_configuration(pair / 2) : 0;
}

bool CsrFile::write(std::uint32_t number, std::uint64_t value, const Progress& progress) {
  return write_float(number, value) || write_supervisor(number, value) || write_machine(number, value) ||
         write_counter(number, value, progress) || write_protection(number, value);
}

bool CsrFile::write_float(std::uint32_t number, std::uint64_t value) {
  if (!is_float(number)) return false;
  if (number != csr::frm) float_state.flags = value & float_flags;
  if (number != csr::fflags) {
    float_state.rounding = (number == csr::frm ? value : value >> 5) & rounding_mask;
  }
  mark_float_dirty();
  return true;
}

void CsrFile::set_vector(TrapRegisters& registers, std::uint64_t value) {
  if ((value & 2) == 0) registers.vector = value;  // modes 2 and 3 are reserved
}

void CsrFile::write_status(std::uint64_t value, std::uint64_t fields) {
  constexpr std::uint64_t reserved_mode = std::uint64_t{2} << status::mpp_position;
  if ((value & status::mpp) == reserved_mode) fields &= ~status::mpp;
  status_ = (status_ & ~fields) | (value & fields);
}

void CsrFile::write_translation(std::uint64_t value) {
  const std::uint64_t mode = value & mode_mask;
  if (mode == 0 || mode == mode_sv39) translation_ = value;  // else the whole write has no effect
}

bool CsrFile::write_supervisor(std::uint32_t number, std::uint64_t value) {
  switch (number) {
    case csr::sstatus:
      write_status(value, status::supervisor_fields);
      return true;
    case csr::sie:
      enabled_ = (enabled_ & ~interrupts_delegated_) | (value & interrupts_delegated_);
      return true;
    case csr::sip: {
      const std::uint64_t writable = bit(Interrupt::supervisor_software) & interrupts_delegated_;
      software_pending_ = (software_pending_ & ~writable) | (value & writable);
      return true;
    }
    case csr::stvec:
      set_vector(supervisor_, value);
      return true;
    case csr::scounteren:
      supervisor_counters_ = static_cast<std::uint32_t>(value);
      return true;
    case csr::senvcfg:
      supervisor_environment_ = value & fences_imply_memory;
      return true;
    case csr::sscratch:
      supervisor_.scratch = value;
      return true;
    case csr::sepc:
      supervisor_.exception_pc = value & ~std::uint64_t{1};
      return true;
    case csr::scause:
      supervisor_.cause = value;
      return true;
    case csr::stval:
      supervisor_.value = value;
      return true;
    case csr::satp:
      write_translation(value);
      return true;
    default:
      return false;
  }
}

bool CsrFile::write_machine(std::uint32_t number, std::uint64_t value) {
  switch (number) {
    case csr::mstatus:
      write_status(value, status::machine_fields);
      return true;
    case csr::medeleg:
      exceptions_delegated_ = value & delegable_exceptions;
      return true;
    case csr::mideleg:
      interrupts_delegated_ = value & supervisor_interrupts;
      return true;
    case csr::mie:
      enabled_ = value & all_interrupts;
      return true;
    case csr::mip:  // the lines decide over the rest
      software_pending_ = value & supervisor_interrupts;
      return true;
    case csr::mtvec:
      set_vector(machine_, value);
      return true;
    case csr::mcounteren:
      machine_counters_ = static_cast<std::uint32_t>(value);
      return true;
    case csr::menvcfg:
      machine_environment_ = value & fences_imply_memory;
      return true;
    case csr::mscratch:
      machine_.scratch = value;
      return true;
    case csr::mepc:
      machine_.exception_pc = value & ~std::uint64_t{1};
      return true;
    case csr::mcause:
      machine_.cause = value;
      return true;
    case csr::mtval:
      machine_.value = value;
      return true;
    case csr::misa:  // fixed
      return true;
    default:
      return false;
  }
}

bool CsrFile::write_counter(std::uint32_t number, std::uint64_t value, const Progress& progress) {
  switch (number) {
    case csr::mcountinhibit:
      cycles_.inhibit((value & inhibit_cycle) != 0, progress.cycles);
      instructions_.inhibit((value & inhibit_instret) != 0, progress.instructions);
      return true;
    case csr::mcycle:
      cycles_.write(value, progress.cycles);
      return true;
    case csr::minstret:
      instructions_.write(value, progress.instructions);
      return true;
    default:
      return within(number, csr::mhpmcounter3, csr::mhpmcounter31) ||
             within(number, csr::mhpmevent3, csr::mhpmevent31);
  }
}

bool CsrFile::write_protection(std::uint32_t number, std::uint64_t value) {
  if (!is_protection(number) || !read_protection(number)) return false;
  if (number >= csr::pmpaddr0) {
    const std::uint32_t entry = number - csr::pmpaddr0;
    if (entry < PhysicalMemoryProtection::max_regions) protection.write_address(entry, value);
    return true;
  }
  const std::uint32_t half = (number - csr::pmpcfg0) / 2;
  if (half < PhysicalMemoryProtection::max_regions / 8) protection.write_configuration(half, value);
  return true;
}

}  // namespace kasane::cpu
