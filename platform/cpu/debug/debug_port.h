/// What a debugger needs of a hart.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>

#include "platform/cpu/csr/privilege.h"

namespace kasane {

/// Which accesses a watchpoint is for.
enum class WatchKind : std::uint8_t { write, read, access };

enum class StopReason : std::uint8_t { halt_request, breakpoint, watchpoint, step };

/// Why a hart stands.
struct StopInfo {
  StopReason reason = StopReason::halt_request;
  std::uint64_t address = 0;          ///< watchpoint: the first watched byte that was accessed
  WatchKind kind = WatchKind::write;  ///< watchpoint: as it was set
};

/// Stands between instructions while halted; nothing of the chip advances then. A halted hart that is let go
/// undisturbed does the same, at the same times, as one that was never halted. To be called between two
/// slices of simulation, not from within a process; registers and memory only while halted.
class DebugPort {
 public:
  virtual ~DebugPort() = default;

  virtual std::uint64_t pc() const = 0;
  virtual void set_pc(std::uint64_t pc) = 0;
  virtual std::uint64_t read_x(std::uint32_t number) const = 0;                 ///< 0-31
  virtual void write_x(std::uint32_t number, std::uint64_t value) = 0;          ///< 0-31; x0 stays 0
  virtual std::optional<std::uint64_t> read_f(std::uint32_t number) const = 0;  ///< 0-31, raw; empty: no FPU
  virtual bool write_f(std::uint32_t number, std::uint64_t value) = 0;
  /// Whatever the present mode may see of them; empty, or false, where there is no such register.
  virtual std::optional<std::uint64_t> read_csr(std::uint32_t number) const = 0;
  virtual bool write_csr(std::uint32_t number, std::uint64_t value) = 0;
  virtual Privilege privilege() const = 0;

  /// Memory and registers of devices by virtual address as the hart translates now, without effect on time
  /// or energy. False where nothing answers or nothing is mapped; what was moved before stays so.
  virtual bool read_memory(std::uint64_t address, std::span<std::uint8_t> bytes) = 0;
  virtual bool write_memory(std::uint64_t address, std::span<const std::uint8_t> bytes) = 0;

  /// The hart stops before it executes the instruction there. Adding twice is the same as once.
  virtual void add_breakpoint(std::uint64_t address) = 0;
  virtual void remove_breakpoint(std::uint64_t address) = 0;
  /// The hart stops after an access that touches the bytes.
  virtual void add_watchpoint(std::uint64_t address, std::uint64_t bytes, WatchKind kind) = 0;
  virtual void remove_watchpoint(std::uint64_t address, std::uint64_t bytes, WatchKind kind) = 0;

  /// Asks to stop: before the next instruction, at once where the hart sleeps or is switched off.
  virtual void halt() = 0;
  /// Goes on; an instruction with a breakpoint at the present pc is executed first.
  virtual void resume() = 0;
  /// Executes one instruction, asleep or not: time passes until the hart wakes up. An interrupt that is taken
  /// before is served first, from its handler's beginning to its return.
  virtual void step() = 0;
  virtual bool halted() const = 0;
  virtual StopInfo stop_info() const = 0;
  /// To the state after reset, at the reset vector. Only while halted.
  virtual void reset() = 0;

  /// Told, from within the simulation, that the hart has stopped and the simulation is about to pause.
  std::function<void(const StopInfo&)> on_stop;
};

}  // namespace kasane
