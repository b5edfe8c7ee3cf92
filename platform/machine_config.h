/// What every machine has, as one typed value.
#pragma once

#include <array>

#include "models/common/power_domain.h"
#include "platform/bus/bus.h"
#include "platform/cpu/hart_config.h"
#include "platform/memory_map.h"
#include "platform/peripherals/clint.h"
#include "platform/peripherals/dram.h"
#include "platform/peripherals/memory.h"
#include "platform/peripherals/uart.h"

namespace kasane {

struct MachineConfig {
  /// By DomainId; a machine need not have the last ones.
  std::array<PowerDomainConfig, domain_names.size()> domains;
  HartConfig hart;
  BusConfig bus;
  MemoryConfig boot_rom{.bytes = 4096};
  DramConfig dram;
  UartConfig uart;
  ClintConfig clint;
};

}  // namespace kasane
