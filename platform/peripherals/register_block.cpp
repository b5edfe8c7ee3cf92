#include "platform/peripherals/register_block.h"

#include <utility>

#include "models/common/transaction_tag.h"

namespace kasane {

RegisterCost::RegisterCost(const std::string& name, std::uint64_t bits, PowerDomain& domain,
                           EnergyAccount& account, const Technology& technology)
    : domain_(&domain),
      account_(&account),
      block_(account.add_block(name, static_cast<double>(bits) * technology.area_mm2("register_bit"))),
      register_bit_(account.add_operation(block_, "register_bit", technology.joules("register_bit"))) {
  const auto count = static_cast<double>(bits);
  domain.attach(block_, count * technology.leakage_watts("register_bit"),
                count * technology.joules("register_bit_clock"));
}

void RegisterCost::book(std::uint64_t bits, const Interval& when, LayerId layer) const {
  account_->book(register_bit_, bits, when, layer);
}

RegisterBlock::RegisterBlock(sc_core::sc_module_name name, std::uint32_t register_bytes,
                             std::optional<RegisterCost> cost)
    : sc_module(name), bank_(register_bytes), cost_(std::move(cost)) {
  registers.register_b_transport(this, &RegisterBlock::transport);
  registers.register_transport_dbg(this, &RegisterBlock::debug);
}

LevelId RegisterBlock::add_wire(const std::string& name) {
  return cost_.value().account().feed().add_level(cost_->block(), name, LevelKind::wire);
}

void RegisterBlock::transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  if (delay != sc_core::SC_ZERO_TIME) {  // registers act at the time of the access, not before
    wait(delay);
    delay = sc_core::SC_ZERO_TIME;
  }
  if (cost_ && !cost_->domain().awake()) {
    payload.set_response_status(tlm::TLM_GENERIC_ERROR_RESPONSE);
    return;
  }
  bank_.transport(payload);
  if (!cost_ || !payload.is_response_ok()) return;
  const sc_core::sc_time now = sc_core::sc_time_stamp();
  cost_->book(std::uint64_t{8} * payload.get_data_length(), {now, now}, layer_of(payload, cost_->account()));
}

unsigned RegisterBlock::debug(tlm::tlm_generic_payload& payload) {
  return !cost_ || cost_->domain().awake() ? bank_.debug(payload) : 0;
}

std::string base_name(const sc_core::sc_module_name& name) {
  return static_cast<const char*>(name);
}

}  // namespace kasane
