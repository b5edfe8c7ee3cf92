/// `kasane describe`: the chip as text.
#pragma once

#include <string>

#include "platform/scenario/scenario.h"
#include "platform/soc.h"

namespace kasane {

/// Blocks with area and leakage, power domains with operating points, the memory map, every register.
std::string describe(const Scenario& scenario, const Soc& soc);

}  // namespace kasane
