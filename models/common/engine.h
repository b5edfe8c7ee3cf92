/// The front that all engines share: registers, command fetch, interrupt, busy time. See kasane/engine.h.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <functional>
#include <string>

#include <systemc>
#include <tlm_utils/simple_target_socket.h>

#include "kasane/engine.h"
#include "models/common/burst_port.h"
#include "models/common/energy_account.h"
#include "models/common/job_watch.h"
#include "models/common/power_domain.h"
#include "models/common/register_bank.h"

namespace kasane {

/// Thrown by an engine that cannot execute a command; `code` is a KASANE_ERROR_*.
struct CommandError {
  std::uint32_t code;
};

/// One command as fetched.
struct CommandRecord {
  alignas(8) std::array<std::uint8_t, KASANE_COMMAND_BYTES> bytes{};
  std::uint64_t address = 0;  ///< on the bus, where it was fetched

  kasane_command_header header() const { return as<kasane_command_header>(); }
  template <typename Command>
  Command as() const {
    static_assert(sizeof(Command) <= KASANE_COMMAND_BYTES);
    Command command;
    std::memcpy(&command, bytes.data(), sizeof(command));
    return command;
  }
};

struct EngineIdentity {
  std::uint32_t id;       ///< KASANE_ENGINE_ID_*
  std::uint32_t version;  ///< major << 16 | minor
};

/// Registers answer while the domain is powered, also with its clock gated: they belong to the bus's clock.
/// A clock gated in mid-list stops the engine before its next command (or where the engine asks); a power cut
/// forgets the list and the registers' contents.
class Engine : public sc_core::sc_module {
 public:
  tlm_utils::simple_target_socket<Engine> registers{"registers"};
  sc_core::sc_out<bool> interrupt{"interrupt"};
  /// High while a list runs, whether or not its end interrupts anybody: for hardware that drives the engine.
  sc_core::sc_signal<bool> busy{"busy"};
  /// Command fetch, and whatever else the engine does on the bus.
  BurstPort bus{"bus"};

  const RegisterBank& register_bank() const { return bank_; }
  BlockId block() const { return block_; }

 protected:
  /// `block` must already be in the account and attached to `domain`.
  Engine(sc_core::sc_module_name name, EngineIdentity identity, BlockId block, PowerDomain& domain,
         EnergyAccount& account);

  /// Executes one command to its end, in the engine's thread: waits for the time it takes, books what it
  /// costs, and says where it waits for data instead of computing (EnergyAccount::set_activity). Throws
  /// CommandError or BurstError; the list then ends with that error.
  virtual void execute(const CommandRecord& record) = 0;

  /// Called once a list's last command has been executed, or one has failed, or the list was abandoned: an
  /// engine whose commands go on after execute() returns waits for them (or stops them) here. May throw as
  /// execute() does; the list's first error counts.
  virtual void end_list() {}

  /// Called when software resets the engine or its power is cut, whether or not a list runs: forget counters,
  /// stop what goes on beside execute(), wake whatever waits. Must not wait itself.
  virtual void on_reset() {}

  /// What the command is called in traces.
  virtual std::string_view command_name(std::uint16_t opcode) const = 0;

  /// Returns once the domain is clocked and awake, or the list has been abandoned. The front calls it before
  /// each command; an engine with long commands calls it wherever its datapath may stop.
  void wait_until_ready();

  /// Software reset the engine, or cut its power, while it was busy: execute() may return early.
  bool abandoned() const { return abandoned_; }

  /// For registers of its own, after the common ones.
  RegisterBank& bank() { return bank_; }
  PowerDomain& domain() { return domain_; }
  EnergyAccount& account() { return account_; }

 private:
  void transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  unsigned debug(tlm::tlm_generic_payload& payload) { return domain_.awake() ? bank_.debug(payload) : 0; }
  void show_queue(std::uint32_t depth);
  void add_registers(EngineIdentity identity);
  void write_control(std::uint32_t value);
  void reset();
  void domain_changed();
  void ring();
  void run();
  void run_list();
  std::uint32_t fetch(std::uint64_t address, CommandRecord& record);
  std::uint32_t run_command(const CommandRecord& record);
  static std::uint32_t error_of(const std::function<void()>& action);
  void finish(std::uint32_t error);
  void update_lines();
  void drive_lines();

  PowerDomain& domain_;
  EnergyAccount& account_;
  BlockId block_;
  RegisterBank bank_;
  sc_core::sc_event doorbell_;
  sc_core::sc_event lines_changed_;
  sc_core::sc_event domain_changed_;
  std::uint64_t busy_cycles_ = 0;
  std::uint32_t commands_done_ = 0;
  std::uint32_t error_ = KASANE_ERROR_NONE;
  bool busy_ = false;  ///< ahead of the signal by a delta cycle
  bool done_ = false;
  LevelId busy_level_;
  LevelId interrupt_level_;
  LevelId queue_level_;
  JobWatch jobs_;
  bool abandoned_ = false;  ///< reset or power loss while busy: the list ends with the present command
};

}  // namespace kasane
