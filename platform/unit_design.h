/// The Kernel Comp Units of a scenario's chip: read from their file, or designed from networks.
#pragma once

#include <optional>

#include "platform/scenario/scenario.h"
#include "sw/compiler/compiler.h"
#include "sw/compiler/kernel_clustering/design.h"

namespace kasane {

struct UnitDesign {
  compiler::UnitSet units;
  std::optional<compiler::Design> design;  ///< absent: the units came from a file
};

/// Designs the chip's units or reads them from their file, and wires the chip with them; nothing for a chip
/// without units. Throws with one line if the networks or the file cannot be read, or there are fewer units
/// than asked for.
std::optional<UnitDesign> wire_units(ChipConfig& chip);

/// How the run's network is given to the units.
compiler::UnitMapping unit_mapping(const NetworkRun& run, const UnitDesign& design);

}  // namespace kasane
