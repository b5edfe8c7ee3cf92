/// What the array's parts cost, from its structure and the technology: see README.md, "Energy, area,
/// leakage".
#pragma once

#include <array>

#include "models/cartesian_array/config.h"
#include "models/cartesian_array/schedule.h"
#include "models/technology/structure.h"

namespace kasane::cartesian {

/// In the order of the enumeration, at nominal voltage.
std::array<OperationCost, operation_count> operation_costs(const CartesianConfig& config,
                                                           const Technology& technology);

/// Throws std::invalid_argument for impossible sizes.
Structure structure_of(const CartesianConfig& config, const Technology& technology);

}  // namespace kasane::cartesian
