/// A hart as a debugger handles it.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <tuple>
#include <vector>

#include "platform/cpu/debug/debug_port.h"
#include "platform/cpu/hart.h"
#include "platform/cpu/instrumentation.h"

namespace kasane {

/// While there is no breakpoint and no watchpoint the hart runs as without a debugger.
class HartDebugger : public DebugPort, private cpu::Instrumentation {
 public:
  /// The hart must outlive it. One debugger a hart.
  explicit HartDebugger(Hart& hart);
  ~HartDebugger() override;
  HartDebugger(const HartDebugger&) = delete;
  HartDebugger& operator=(const HartDebugger&) = delete;

  std::uint64_t pc() const override;
  void set_pc(std::uint64_t pc) override;
  std::uint64_t read_x(std::uint32_t number) const override;
  void write_x(std::uint32_t number, std::uint64_t value) override;
  std::optional<std::uint64_t> read_f(std::uint32_t number) const override;
  bool write_f(std::uint32_t number, std::uint64_t value) override;
  std::optional<std::uint64_t> read_csr(std::uint32_t number) const override;
  bool write_csr(std::uint32_t number, std::uint64_t value) override;
  Privilege privilege() const override;

  bool read_memory(std::uint64_t address, std::span<std::uint8_t> bytes) override;
  bool write_memory(std::uint64_t address, std::span<const std::uint8_t> bytes) override;

  void add_breakpoint(std::uint64_t address) override;
  void remove_breakpoint(std::uint64_t address) override;
  void add_watchpoint(std::uint64_t address, std::uint64_t bytes, WatchKind kind) override;
  void remove_watchpoint(std::uint64_t address, std::uint64_t bytes, WatchKind kind) override;

  void halt() override;
  void resume() override;
  void step() override;
  bool halted() const override { return halted_; }
  StopInfo stop_info() const override { return stop_; }
  void reset() override;

 private:
  struct Watch {
    std::uint64_t first = 0;
    std::uint64_t last = 0;  ///< inclusive
    WatchKind kind = WatchKind::write;
    bool operator==(const Watch&) const = default;
    bool operator<(const Watch& other) const {
      return std::tie(first, last, kind) < std::tie(other.first, other.last, other.kind);
    }
    bool overlaps(std::uint64_t from, std::uint64_t to) const { return first <= to && from <= last; }
  };
  struct Points {
    std::set<std::uint64_t> breakpoints;
    std::set<Watch> watches;
    bool operator==(const Points&) const = default;
  };

  bool wants(std::uint64_t pc) const override;
  bool watches(std::uint64_t first, std::uint64_t last) const override;
  void on_trap(cpu::Core& core, std::uint64_t cause, std::uint64_t value, std::uint64_t pc) override;
  void on_trap_return(cpu::Core& core, std::uint64_t pc) override;
  bool before_instruction(cpu::Core& core, const cpu::Op& op) override;
  void after_access(cpu::Core& core, std::uint64_t address, std::uint32_t bytes, cpu::Access access) override;

  void stopped();
  void go_on();
  std::optional<std::uint64_t> physical(std::uint64_t address) const;
  /// One debug access within a page; the bytes moved.
  unsigned transfer(tlm::tlm_command command, std::uint64_t address, std::uint8_t* data,
                    unsigned bytes) const;

  Hart& hart_;
  cpu::Core& core_;
  bool halted_ = false;
  StopInfo stop_;
  Points points_;   ///< as they are set now
  Points decoded_;  ///< as the core's blocks know them: debuggers take them all away at every stop
  // Why the core halts, until that is reported:
  bool step_wanted_ = false;
  bool breakpoint_hit_ = false;
  std::optional<StopInfo> watch_hit_;
  /// A breakpoint to pass by once, as the hart stood there when it was let go.
  std::optional<std::uint64_t> passed_;
  /// Where to go on stepping when the handler of an interrupt returns there.
  std::optional<std::uint64_t> returns_to_;
};

}  // namespace kasane
