/// What peripherals share: a register window that acts at the time of each access, and what registers cost.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <systemc>
#include <tlm>
#include <tlm_utils/simple_target_socket.h>

#include "models/common/energy_account.h"
#include "models/common/power_domain.h"
#include "models/common/register_bank.h"
#include "models/technology/technology.h"

namespace kasane {

/// A block that consists of flip-flops: area, leakage and clock energy follow their number, and each bit read
/// or written costs one "register_bit".
class RegisterCost {
 public:
  /// Adds the block to the account and attaches it to the domain.
  RegisterCost(const std::string& name, std::uint64_t bits, PowerDomain& domain, EnergyAccount& account,
               const Technology& technology);

  /// `bits` are read or written over `when`.
  void book(std::uint64_t bits, const Interval& when, LayerId layer) const;

  BlockId block() const { return block_; }
  const PowerDomain& domain() const { return *domain_; }
  EnergyAccount& account() const { return *account_; }

 private:
  PowerDomain* domain_;
  EnergyAccount* account_;
  BlockId block_;
  OperationId register_bit_;
};

class RegisterBlock : public sc_core::sc_module {
 public:
  tlm_utils::simple_target_socket<RegisterBlock> registers{"registers"};

  const RegisterBank& register_bank() const { return bank_; }

 protected:
  /// Registers of `register_bytes` each. Without `cost` the block is outside the chip: always accessible, and
  /// free.
  RegisterBlock(sc_core::sc_module_name name, std::uint32_t register_bytes, std::optional<RegisterCost> cost);

  RegisterBank& bank() { return bank_; }

  /// A wire of this block for the traces; only with cost, as is show().
  LevelId add_wire(const std::string& name);
  void show(LevelId wire, bool value) { cost_->account().feed().set_level(wire, value ? 1 : 0); }

 private:
  void transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  unsigned debug(tlm::tlm_generic_payload& payload);

  RegisterBank bank_;
  std::optional<RegisterCost> cost_;
};

/// The last part of a hierarchical module name, as blocks are called in the account.
std::string base_name(const sc_core::sc_module_name& name);

}  // namespace kasane
