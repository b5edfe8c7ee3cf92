#include "models/weight_memory/weight_memory.h"

namespace kasane {

WeightMemory::WeightMemory(sc_core::sc_module_name name, const WeightMemoryConfig& config,
                           PowerDomain& domain, EnergyAccount& account, const Technology& technology)
    : BankedSram(name, config, domain, account, technology) {}

}  // namespace kasane
