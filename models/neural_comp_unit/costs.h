/// What the unit's parts cost, from its structure and the technology: see README.md, "Energy, area, leakage".
#pragma once

#include <array>

#include "models/neural_comp_unit/config.h"
#include "models/neural_comp_unit/schedule.h"
#include "models/technology/technology.h"

namespace kasane::ncu {

struct OperationCost {
  const char* name;
  Figure joules;
};

/// In the order of the enumeration, at nominal voltage.
std::array<OperationCost, operation_count> operation_costs(const NcuConfig& config,
                                                           const Technology& technology);

struct Structure {
  double area_mm2 = 0;
  Figure leakage_watts;
  Figure clock_joules;  ///< of one cycle, of what is clocked whether it works or not
};
Structure structure_of(const NcuConfig& config, const Technology& technology);

}  // namespace kasane::ncu
