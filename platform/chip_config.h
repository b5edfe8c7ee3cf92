/// The whole chip as one typed value.
#pragma once

#include <array>

#include "models/common/power_domain.h"
#include "models/feature_map_memory/feature_map_memory.h"
#include "models/neural_comp_unit/config.h"
#include "models/weight_memory/weight_memory.h"
#include "platform/bus/bus.h"
#include "platform/cpu/hart_config.h"
#include "platform/memory_map.h"
#include "platform/peripherals/clint.h"
#include "platform/peripherals/dma.h"
#include "platform/peripherals/dram.h"
#include "platform/peripherals/memory.h"
#include "platform/peripherals/uart.h"

namespace kasane {

struct ChipConfig {
  std::array<PowerDomainConfig, domain_names.size()> domains;  ///< by DomainId
  HartConfig hart;
  BusConfig bus;
  MemoryConfig ram;
  DramConfig dram;
  DmaConfig dma;
  UartConfig uart;
  ClintConfig clint;
  FeatureMapMemoryConfig feature_map_memory;
  WeightMemoryConfig weight_memory;
  NcuConfig ncu;
};

}  // namespace kasane
