/// Layers that combine maps element by element.
#pragma once

#include "sw/compiler/program.h"
#include "sw/compiler/window_commands.h"

namespace kasane::compiler {

/// Add and clamp, in chunks where a map lies outside FMM.
void lower_elementwise(const PlannedNetwork& planned, std::size_t index, Program& program);

}  // namespace kasane::compiler
