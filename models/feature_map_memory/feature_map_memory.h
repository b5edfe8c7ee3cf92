/// Feature Map Memory (FMM): a layer's input and output feature maps and partial sums, beside the engine.
#pragma once

#include "models/common/banked_sram.h"

namespace kasane {

struct FeatureMapMemoryConfig : BankedSramConfig {
  FeatureMapMemoryConfig() { bytes = 256 * 1024; }
};

class FeatureMapMemory : public BankedSram {
 public:
  FeatureMapMemory(sc_core::sc_module_name name, const FeatureMapMemoryConfig& config, PowerDomain& domain,
                   EnergyAccount& account, const Technology& technology);
};

}  // namespace kasane
