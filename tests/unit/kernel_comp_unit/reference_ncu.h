/// An NCU that computes residuals with the reference, for tests of what surrounds it: it takes no account of
/// energy, and a random time for each command.
#pragma once

#include "models/common/engine.h"
#include "models/neural_comp_unit/config.h"
#include "models/technology/technology.h"
#include "tests/reference/random_kcu_layers.h"

namespace kasane {

class ReferenceNcu : public Engine {
 public:
  BurstPort fmm{"fmm"}, weights{"weights"}, sums{"sums"};

  ReferenceNcu(sc_core::sc_module_name name, const NcuConfig&, PowerDomain& domain, EnergyAccount& account,
               const Technology&)
      : Engine(name, {KASANE_ENGINE_ID_NCU, KASANE_ENGINE_VERSION_1_0},
               block_in(std::string(name), domain, account), domain, account) {}

  std::uint64_t memory_bytes = 256 * 1024;  ///< of each of the three

 protected:
  void execute(const CommandRecord& record) override {
    if (record.header().opcode != KASANE_NCU_RESIDUAL) throw CommandError{KASANE_ERROR_OPCODE};
    const auto command = record.as<kasane_ncu_residual>();
    const reference::Bytes before = contents(fmm);
    const reference::Bytes after = reference::residual(command, before, contents(weights), contents(sums));
    wait(domain().cycles(static_cast<std::uint64_t>(random_.between(1, 3000))));
    for (std::uint64_t byte = 0; byte < after.size(); ++byte)
      if (after[byte] != before[byte]) fmm.write(byte, {&after[byte], 1}, no_layer, sc_core::SC_ZERO_TIME);
  }
  std::string_view command_name(std::uint16_t) const override { return "residual"; }

 private:
  static BlockId block_in(std::string name, PowerDomain& domain, EnergyAccount& account) {
    const BlockId block = account.add_block(std::move(name), 0);
    domain.attach(block, {}, {});
    return block;
  }
  reference::Bytes contents(BurstPort& port) const {
    reference::Bytes bytes(memory_bytes);
    port.read(0, bytes, no_layer, sc_core::SC_ZERO_TIME);
    return bytes;
  }

  reference::Random random_{1};
};

}  // namespace kasane
