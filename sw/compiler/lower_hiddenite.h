/// Commands of the hidden-network engine (Hiddenite).
#pragma once

#include "sw/compiler/window_commands.h"

namespace kasane::compiler {

/// Of a tile of a layer that runs on the engine.
CommandBytes hiddenite_command(const PlannedNetwork& planned, std::size_t index, const Tile& tile,
                               const Planes& input, const Planes& output);

}  // namespace kasane::compiler
