/// An NCU that looks at the partial sums instead of computing: they must stay what they are while it works.
#pragma once

#include <vector>

#include "models/common/engine.h"
#include "models/neural_comp_unit/config.h"
#include "models/technology/technology.h"

namespace kasane {

class ScriptedNcu : public Engine {
 public:
  /// What a command reads: sums from `address` on, twice, `nanoseconds` apart.
  struct Command {
    kasane_command_header header;
    std::uint32_t address;
    std::uint32_t sums;
    std::uint32_t nanoseconds;
    std::uint8_t reserved[KASANE_COMMAND_BYTES - 20];
  };
  static constexpr std::uint16_t opcode_look = 0x00A0;

  struct Look {
    sc_core::sc_time begin;
    sc_core::sc_time end;
    std::vector<std::uint8_t> before;
    std::vector<std::uint8_t> after;
  };
  std::vector<Look> looks;
  const PowerDomain* memories = nullptr;  ///< the partial sum memory's: looks only while that is clocked

  BurstPort fmm{"fmm"}, weights{"weights"}, sums{"sums"};

  ScriptedNcu(sc_core::sc_module_name name, const NcuConfig&, PowerDomain& domain, EnergyAccount& account,
              const Technology&)
      : Engine(name, {KASANE_ENGINE_ID_NCU, KASANE_ENGINE_VERSION_1_0},
               block_in(std::string(name), domain, account), domain, account) {}

  static Command look(std::uint32_t address, std::uint32_t sums, std::uint32_t nanoseconds) {
    Command command{};
    command.header.opcode = opcode_look;
    command.header.layer = 4;
    command.address = address;
    command.sums = sums;
    command.nanoseconds = nanoseconds;
    return command;
  }

 protected:
  void execute(const CommandRecord& record) override {
    if (record.header().opcode != opcode_look) throw CommandError{KASANE_ERROR_OPCODE};
    const auto command = record.as<Command>();
    wait_for_memories();
    Look look{.begin = sc_core::sc_time_stamp(), .end = {}, .before = contents(command), .after = {}};
    wait(sc_core::sc_time(command.nanoseconds, sc_core::SC_NS));
    wait_for_memories();
    if (abandoned()) return;
    look.after = contents(command);
    look.end = sc_core::sc_time_stamp();
    looks.push_back(look);
  }
  std::string_view command_name(std::uint16_t) const override { return "look"; }

 private:
  void wait_for_memories() {
    while (memories->powered() && !memories->ready()) wait(sc_core::sc_time(1, sc_core::SC_NS));
  }
  static BlockId block_in(std::string name, PowerDomain& domain, EnergyAccount& account) {
    const BlockId block = account.add_block(std::move(name), 0);
    domain.attach(block, {}, {});
    return block;
  }
  std::vector<std::uint8_t> contents(const Command& command) {
    std::vector<std::uint8_t> bytes(std::size_t{4} * command.sums);
    sums.read(command.address, bytes, no_layer, sc_core::SC_ZERO_TIME);
    return bytes;
  }
};

}  // namespace kasane
