/// A RISC-V hart, RV64GC with machine, supervisor and user mode, as a loosely timed SystemC module.
///
/// It runs ahead of the kernel by up to a quantum, reaches memory by DMI, and synchronises before every
/// access to a device, which so sees the right time. Interrupts are seen at each synchronisation, so at most
/// a quantum late, and taken between basic blocks. In WFI it waits for its interrupt inputs and costs the
/// host nothing; software's cycle counter (mcycle) counts on, as the clock does.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <utility>

#include <systemc>
#include <tlm>
#include <tlm_utils/simple_initiator_socket.h>

#include "models/common/energy_account.h"
#include "models/common/power_domain.h"
#include "models/technology/technology.h"
#include "platform/cpu/core.h"
#include "platform/cpu/hart_config.h"

namespace kasane {

class Hart : public sc_core::sc_module, private cpu::Outside {
 public:
  tlm_utils::simple_initiator_socket<Hart> bus{"bus"};
  sc_core::sc_in<bool> timer_interrupt{"timer_interrupt"};
  sc_core::sc_in<bool> software_interrupt{"software_interrupt"};
  sc_core::sc_in<bool> external_interrupt{"external_interrupt"};  ///< of machine mode
  sc_core::sc_in<bool> supervisor_external_interrupt{"supervisor_external_interrupt"};

  /// Throws std::invalid_argument for an impossible configuration.
  Hart(sc_core::sc_module_name name, const HartConfig& config, PowerDomain& domain, EnergyAccount& account,
       const Technology& technology);

  /// The timer that software reads as `time`. Without one, reading it is illegal.
  void set_time_source(std::function<std::uint64_t(const sc_core::sc_time& at)> source) {
    time_source_ = std::move(source);
  }

  // State as of the last synchronisation; to be written only while the simulation is paused.
  std::uint64_t pc() const { return core_.pc; }
  void set_pc(std::uint64_t pc);
  std::uint64_t read_register(std::uint32_t number) const;
  void write_register(std::uint32_t number, std::uint64_t value);  ///< x0 stays 0
  std::optional<std::uint64_t> read_csr(std::uint32_t number);
  bool write_csr(std::uint32_t number, std::uint64_t value);  ///< false: no such register, or read-only
  bool sleeping() const { return core_.asleep; }

  std::uint64_t instructions() const { return core_.drained.instructions; }  ///< retired
  std::uint64_t cycles() const { return core_.drained.cycles; }              ///< not asleep
  /// Retired instructions of one class.
  std::uint64_t instructions(InstructionClass kind) const {
    return account_.count(operations_.at(static_cast<std::size_t>(kind)));
  }

  /// Memory in [begin, end) was written by somebody else: forgets code decoded from it, breaks a reservation.
  void invalidate_code(std::uint64_t begin, std::uint64_t end);

  // For a debugger, between two slices of simulation.
  /// Stops at the next instruction boundary, pauses the simulation, and stays until go_on(). A hart that
  /// dozes has stopped already: the simulation only must not be continued.
  void stand_still() { standing_wanted_ = true; }
  /// Takes stand_still() back, or ends a halt of its core.
  void go_on();
  /// In WFI, or without power or clock.
  bool dozes() const { return dozing_; }
  /// Called, from within the simulation, when it has stopped.
  std::function<void()> on_standstill;
  /// To the state after reset.
  void reset() { core_.reset(); }

  sc_core::sc_time quantum() const { return config_.quantum; }
  void set_quantum(sc_core::sc_time quantum) { config_.quantum = quantum; }  ///< above 0

  /// Tells `by` what runs, from now on; null: nobody.
  void profile(cpu::Profiling* by) { core_.profile(by); }
  /// What an instruction is booked as.
  OperationId operation(InstructionClass kind) const {
    return operations_.at(static_cast<std::size_t>(kind));
  }

  /// Books the slice of activity that is still open; call before reading the account, after the simulation.
  void settle();

  /// When the core will have used `cycles`, as its Progress counts them.
  sc_core::sc_time time_at(std::uint64_t cycles) const {
    return sc_core::sc_time_stamp() + domain_.cycles(cycles - core_.slept_cycles - synchronised_cycles_);
  }
  /// For instrumentation, which is to be attached before the simulation starts or while it is paused.
  cpu::Core& core() { return core_; }

  const HartConfig& config() const { return config_; }
  BlockId block() const { return block_; }

 private:
  void run();
  void stand();
  void sleep();
  /// Waits for one of the events.
  template <typename... Events>
  void doze(const Events&... events) {
    dozing_ = true;
    wait(events...);
    dozing_ = false;
  }
  /// Waits until the domain is powered and clocked again; a hart that lost its supply starts from reset.
  void suspend();
  void begin_sleep();
  /// Cycles asleep in WFI since begin_sleep().
  std::uint64_t take_sleep();
  /// Books what was done since the last synchronisation, lets the kernel catch up, looks at the interrupts.
  void synchronise();
  void book(const Interval& when);
  void show_slice(std::string_view name, bool busy);
  void read_lines();
  /// Cycles the hart may run from its last synchronisation, which was now.
  std::int64_t horizon() const;
  std::int64_t unsynchronised() const {
    return static_cast<std::int64_t>(core_.drained.cycles - synchronised_cycles_);
  }
  void domain_changed();
  void update_stalls(cpu::DirectRegion& region) const;

  bool access(cpu::Direction direction, std::uint64_t address, std::uint8_t* data,
              std::uint32_t bytes) override;
  /// The transaction alone: its payload is gone before anything is waited for, as a run may end there.
  bool transport(cpu::Direction direction, std::uint64_t address, std::uint8_t* data, std::uint32_t bytes);
  cpu::DirectRegion* request_direct(std::uint64_t address, cpu::Direction direction) override;
  std::optional<std::uint64_t> timer(std::uint64_t cycles) override;
  void invalidate_direct(sc_dt::uint64 first, sc_dt::uint64 last);

  HartConfig config_;
  PowerDomain& domain_;
  EnergyAccount& account_;
  BlockId block_;
  std::array<OperationId, instruction_classes> operations_;
  std::function<std::uint64_t(const sc_core::sc_time& at)> time_source_;
  cpu::Core core_;
  std::uint64_t synchronised_cycles_ = 0;
  bool horizon_known_ = false;
  std::int64_t horizon_ = 0;
  sc_core::sc_time slice_begin_;
  bool power_lost_ = false;
  bool domain_is_ready_ = false;                  ///< as far as known
  std::optional<sc_core::sc_time> asleep_since_;  ///< in WFI
  sc_core::sc_event domain_event_;
  bool standing_wanted_ = false;
  bool dozing_ = false;
  sc_core::sc_event going_on_;
  /// Pages that last refused DMI, so that polling a device does not ask each time.
  std::array<std::uint64_t, 16> refused_;
};

}  // namespace kasane
