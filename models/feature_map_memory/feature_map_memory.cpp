#include "models/feature_map_memory/feature_map_memory.h"

namespace kasane {

FeatureMapMemory::FeatureMapMemory(sc_core::sc_module_name name, const FeatureMapMemoryConfig& config,
                                   PowerDomain& domain, EnergyAccount& account, const Technology& technology)
    : BankedSram(name, config, domain, account, technology) {}

}  // namespace kasane
