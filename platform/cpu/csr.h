/// Control and status registers of a hart with machine mode only, and its trap logic.
#pragma once

#include <cstdint>
#include <optional>

namespace kasane::cpu {

namespace cause {
inline constexpr std::uint64_t fetch_access = 1;
inline constexpr std::uint64_t illegal_instruction = 2;
inline constexpr std::uint64_t breakpoint = 3;
inline constexpr std::uint64_t load_misaligned = 4;
inline constexpr std::uint64_t load_access = 5;
inline constexpr std::uint64_t store_misaligned = 6;
inline constexpr std::uint64_t store_access = 7;
inline constexpr std::uint64_t machine_call = 11;
inline constexpr std::uint64_t interrupt = std::uint64_t{1} << 63;
}  // namespace cause

/// Bits of mie and mip, which are also the causes of the interrupts.
enum class InterruptLine : std::uint8_t { software = 3, timer = 7, external = 11 };

namespace csr {
inline constexpr std::uint32_t mstatus = 0x300;
inline constexpr std::uint32_t misa = 0x301;
inline constexpr std::uint32_t mie = 0x304;
inline constexpr std::uint32_t mtvec = 0x305;
inline constexpr std::uint32_t mcountinhibit = 0x320;
inline constexpr std::uint32_t mhpmevent3 = 0x323;
inline constexpr std::uint32_t mhpmevent31 = 0x33F;
inline constexpr std::uint32_t mscratch = 0x340;
inline constexpr std::uint32_t mepc = 0x341;
inline constexpr std::uint32_t mcause = 0x342;
inline constexpr std::uint32_t mtval = 0x343;
inline constexpr std::uint32_t mip = 0x344;
inline constexpr std::uint32_t mcycle = 0xB00;
inline constexpr std::uint32_t minstret = 0xB02;
inline constexpr std::uint32_t mhpmcounter3 = 0xB03;
inline constexpr std::uint32_t mhpmcounter31 = 0xB1F;
inline constexpr std::uint32_t cycle = 0xC00;
inline constexpr std::uint32_t instret = 0xC02;
inline constexpr std::uint32_t mvendorid = 0xF11;
inline constexpr std::uint32_t marchid = 0xF12;
inline constexpr std::uint32_t mimpid = 0xF13;
inline constexpr std::uint32_t mhartid = 0xF14;
inline constexpr std::uint32_t mconfigptr = 0xF15;
}  // namespace csr

/// What the hart has done so far; mcycle and minstret run with it.
struct Progress {
  std::uint64_t cycles = 0;
  std::uint64_t instructions = 0;
};

/// A 64-bit counter that software may set and inhibit, running with a count kept elsewhere.
class Counter {
 public:
  std::uint64_t read(std::uint64_t running) const { return inhibited_ ? value_ : running + value_; }
  void write(std::uint64_t value, std::uint64_t running) { value_ = inhibited_ ? value : value - running; }
  void inhibit(bool on, std::uint64_t running);
  bool inhibited() const { return inhibited_; }

 private:
  std::uint64_t value_ = 0;  ///< the count itself while inhibited, else what to add to the running count
  bool inhibited_ = false;
};

class CsrFile {
 public:
  explicit CsrFile(std::uint64_t hart_id) : hart_id_(hart_id) {}

  /// Empty where no such register exists. `progress` without the reading instruction.
  std::optional<std::uint64_t> read(std::uint32_t number, const Progress& progress) const;
  /// Writes legal values only (WARL); false where there is no such register or it is read-only.
  /// `progress` including the writing instruction.
  bool write(std::uint32_t number, std::uint64_t value, const Progress& progress);

  /// Saves state for a trap at `pc`; the handler's address.
  std::uint64_t enter_trap(std::uint64_t cause, std::uint64_t value, std::uint64_t pc);
  /// MRET: restores state; the address to go on at.
  std::uint64_t leave_trap();

  void set_line(InterruptLine line, bool level);
  /// An enabled interrupt is pending, whether or not it will be taken: wakes a WFI.
  bool interrupt_pending() const { return (pending_ & enabled_) != 0; }
  /// Cause of the interrupt to take now, or 0.
  std::uint64_t interrupt_to_take() const;

 private:
  std::optional<std::uint64_t> read_counter(std::uint32_t number, const Progress& progress) const;

  std::uint64_t hart_id_;
  bool interrupts_on_ = false;           ///< mstatus.MIE
  bool previous_interrupts_on_ = false;  ///< mstatus.MPIE
  std::uint64_t enabled_ = 0;            ///< mie
  std::uint64_t pending_ = 0;            ///< mip
  std::uint64_t vector_ = 0;             ///< mtvec
  std::uint64_t scratch_ = 0;
  std::uint64_t exception_pc_ = 0;
  std::uint64_t cause_ = 0;
  std::uint64_t trap_value_ = 0;
  Counter cycles_;
  Counter instructions_;
};

}  // namespace kasane::cpu
