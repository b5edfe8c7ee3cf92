/// `kasane describe`: the chip as text.
#pragma once

#include <string>

#include "platform/machine.h"
#include "platform/scenario/scenario.h"

namespace kasane {

/// Blocks with area and leakage, power domains with operating points, the memory map, every register.
std::string describe(const Scenario& scenario, const Machine& machine);

}  // namespace kasane
