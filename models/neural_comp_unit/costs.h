/// What the unit's parts cost, from its structure and the technology: see README.md, "Energy, area, leakage".
#pragma once

#include <array>

#include "models/neural_comp_unit/config.h"
#include "models/neural_comp_unit/schedule.h"
#include "models/technology/structure.h"

namespace kasane::ncu {

/// In the order of the enumeration, at nominal voltage.
std::array<OperationCost, operation_count> operation_costs(const NcuConfig& config,
                                                           const Technology& technology);

/// Throws std::invalid_argument for impossible sizes.
Structure structure_of(const NcuConfig& config, const Technology& technology);

}  // namespace kasane::ncu
