/// Lets software change operating points and gate clocks and supplies. See kasane/power_manager.h.
#pragma once

#include <cstdint>
#include <vector>

#include "platform/peripherals/register_block.h"

namespace kasane {

/// One register group per managed domain, in the order given. What software does to a busy engine is its own
/// responsibility; what a domain refuses changes nothing and sets that domain's FAULT.
class PowerManager : public RegisterBlock {
 public:
  /// `domain` is the one the power manager itself lives in; at most 60 domains are managed.
  PowerManager(sc_core::sc_module_name name, PowerDomain& domain, EnergyAccount& account,
               const Technology& technology, std::vector<PowerDomain*> managed);

 private:
  struct Group {
    PowerDomain* domain;
    bool fault = false;
  };
  void add_group(std::uint32_t index);
  std::uint32_t control(const Group& group) const;
  void write_control(Group& group, std::uint32_t value);
  std::uint32_t status(const Group& group) const;

  std::vector<Group> groups_;
};

}  // namespace kasane
