/// What units and dispatcher cost, from their structure and the technology: see README.md, "Energy, area,
/// leakage".
#pragma once

#include <array>

#include "models/kernel_comp_unit/adder_network.h"
#include "models/kernel_comp_unit/config.h"
#include "models/kernel_comp_unit/schedule.h"
#include "models/technology/structure.h"

namespace kasane::kcu {

/// Of a unit with this kernel, in the order of the enumeration, at nominal voltage.
std::array<OperationCost, operation_count> operation_costs(const UnitKernel& unit, const KcuConfig& config,
                                                           const Technology& technology);

Structure unit_structure(const UnitKernel& unit, const KcuConfig& config, const Technology& technology);
Structure dispatcher_structure(const Technology& technology);

/// Energy of a byte of a job clocked into the dispatcher's registers.
Figure job_byte_joules(const Technology& technology);

}  // namespace kasane::kcu
