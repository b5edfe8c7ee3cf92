/// Weight Memory (WM): the kernels of the layer or tile that the engine works on.
#pragma once

#include "models/common/banked_sram.h"

namespace kasane {

struct WeightMemoryConfig : BankedSramConfig {
  WeightMemoryConfig() { bytes = 128 * 1024; }
};

class WeightMemory : public BankedSram {
 public:
  WeightMemory(sc_core::sc_module_name name, const WeightMemoryConfig& config, PowerDomain& domain,
               EnergyAccount& account, const Technology& technology);
};

}  // namespace kasane
