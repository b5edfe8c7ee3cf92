/// What the exit unit's parts cost, from its structure and the technology: see README.md, "Energy, area,
/// leakage".
#pragma once

#include <array>

#include "models/exit_unit/config.h"
#include "models/exit_unit/schedule.h"
#include "models/technology/structure.h"

namespace kasane::exit_unit {

/// In the order of the enumeration, at nominal voltage.
std::array<OperationCost, operation_count> operation_costs(const Technology& technology);

/// Throws std::invalid_argument for impossible sizes.
Structure structure_of(const ExitUnitConfig& config, const Technology& technology);

}  // namespace kasane::exit_unit
