/// Lowers a convolution that Kernel Comp Units share with the NCU.
#pragma once

#include "sw/compiler/program.h"
#include "sw/compiler/window_commands.h"

namespace kasane::compiler {

/// Cuts a tile into bands whose partial sums exist at once: for each, what the units do, then what the NCU
/// adds. Expects a layer with replaced kernels, its correspondence table and its weights already on chip.
void lower_bands(const PlannedNetwork& planned, std::size_t index, const Tile& tile, const Planes& input,
                 const Planes& output, Program& program);

}  // namespace kasane::compiler
