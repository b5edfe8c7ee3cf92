/// Control and status registers of a hart with machine, supervisor and user mode (privileged architecture
/// 1.12), and its trap logic.
#pragma once

#include <cstdint>
#include <optional>

#include "platform/cpu/csr/counter.h"
#include "platform/cpu/csr/csr_numbers.h"
#include "platform/cpu/csr/status.h"
#include "platform/cpu/csr/trap_cause.h"
#include "platform/cpu/hart_config.h"
#include "platform/cpu/memory/pmp.h"

namespace kasane::cpu {

/// The floating-point control and status register.
struct FloatState {
  std::uint8_t flags = 0;     ///< bit 4 NV, 3 DZ, 2 OF, 1 UF, 0 NX
  std::uint8_t rounding = 0;  ///< frm
};

/// Where a trap is handled: registers of which there is a set for machine and one for supervisor mode.
struct TrapRegisters {
  std::uint64_t vector = 0;
  std::uint64_t scratch = 0;
  std::uint64_t exception_pc = 0;
  std::uint64_t cause = 0;
  std::uint64_t value = 0;
};

class CsrFile {
 public:
  explicit CsrFile(const HartConfig& config) : hart_id_(config.hart_id), protection(config.pmp_regions) {}

  /// Whether an instruction executed in `mode` may read, or read and write, this register, if there is one.
  bool may_access(std::uint32_t number, Privilege mode, bool writes) const;
  /// Empty where no such register exists. `progress` without the reading instruction. `time` is not known
  /// here.
  std::optional<std::uint64_t> read(std::uint32_t number, const Progress& progress) const;
  /// What set and clear operate on: of mip and sip without the interrupt lines.
  std::optional<std::uint64_t> read_to_modify(std::uint32_t number, const Progress& progress) const;
  /// Writes legal values only (WARL); false where there is no such register. `progress` including the
  /// writing instruction.
  bool write(std::uint32_t number, std::uint64_t value, const Progress& progress);

  /// Saves state for a trap at `pc` taken in `mode`, which becomes the mode that handles it; the handler's
  /// address.
  std::uint64_t enter_trap(Privilege& mode, std::uint64_t cause, std::uint64_t value, std::uint64_t pc);
  /// MRET and SRET: restore state and mode; the address to go on at.
  std::uint64_t leave_machine_trap(Privilege& mode);
  std::uint64_t leave_supervisor_trap(Privilege& mode);

  /// What devices assert: a sum of line().
  void set_lines(std::uint64_t lines) { lines_ = lines; }
  static std::uint64_t line(Interrupt interrupt, bool level) {
    return std::uint64_t{level} << static_cast<unsigned>(interrupt);
  }
  /// An enabled interrupt is pending, whether or not it will be taken: wakes a WFI.
  bool interrupt_pending() const { return (pending() & enabled_) != 0; }
  /// Cause of the interrupt to take in `mode` now, or 0.
  std::uint64_t interrupt_to_take(Privilege mode) const;

  std::uint64_t status() const { return status_; }
  std::uint64_t translation() const { return translation_; }  ///< satp
  bool has_status(std::uint64_t field) const { return (status_ & field) != 0; }
  bool float_enabled() const { return has_status(status::fs); }
  void mark_float_dirty() {
    // A branch always taken is free; a read-modify-write each instruction would be a chain through memory.
    if ((status_ & status::fs) != status::fs) [[unlikely]]
      status_ |= status::fs;
  }

 private:
  std::optional<std::uint64_t> read_machine(std::uint32_t number) const;
  std::optional<std::uint64_t> read_supervisor(std::uint32_t number) const;
  std::optional<std::uint64_t> read_counter(std::uint32_t number, const Progress& progress) const;
  std::optional<std::uint64_t> read_protection(std::uint32_t number) const;
  bool write_machine(std::uint32_t number, std::uint64_t value);
  bool write_supervisor(std::uint32_t number, std::uint64_t value);
  bool write_float(std::uint32_t number, std::uint64_t value);
  bool write_counter(std::uint32_t number, std::uint64_t value, const Progress& progress);
  bool write_protection(std::uint32_t number, std::uint64_t value);
  void write_status(std::uint64_t value, std::uint64_t fields);
  void write_translation(std::uint64_t value);

  std::uint64_t pending() const { return lines_ | software_pending_; }
  std::uint64_t read_status() const;
  static void set_vector(TrapRegisters& registers, std::uint64_t value);

  std::uint64_t hart_id_;
  std::uint64_t status_ = 0;  ///< the writable fields of mstatus
  std::uint64_t exceptions_delegated_ = 0;
  std::uint64_t interrupts_delegated_ = 0;
  std::uint64_t enabled_ = 0;           ///< mie
  std::uint64_t lines_ = 0;             ///< mip: what devices assert
  std::uint64_t software_pending_ = 0;  ///< mip: what software has written
  TrapRegisters machine_;
  TrapRegisters supervisor_;
  std::uint64_t translation_ = 0;
  std::uint32_t machine_counters_ = 0;     ///< mcounteren
  std::uint32_t supervisor_counters_ = 0;  ///< scounteren
  std::uint64_t machine_environment_ = 0;  ///< menvcfg
  std::uint64_t supervisor_environment_ = 0;
  Counter cycles_;
  Counter instructions_;

 public:
  FloatState float_state;
  PhysicalMemoryProtection protection;
};

/// Whether writing this register may change how addresses are translated or protected.
bool changes_translation(std::uint32_t number);

}  // namespace kasane::cpu
