/// What the engine's parts cost, from its structure and the technology: see README.md, "Energy, area,
/// leakage".
#pragma once

#include <array>

#include "models/hiddenite/config.h"
#include "models/hiddenite/schedule.h"
#include "models/technology/structure.h"

namespace kasane::hiddenite {

/// In the order of the enumeration, at nominal voltage.
std::array<OperationCost, operation_count> operation_costs(const HiddeniteConfig& config,
                                                           const Technology& technology);

/// Throws std::invalid_argument for impossible sizes.
Structure structure_of(const HiddeniteConfig& config, const Technology& technology);

}  // namespace kasane::hiddenite
