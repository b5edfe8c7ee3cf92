/// The copies that bring weights, channel parameters and correspondence tables on chip.
#pragma once

#include <cstdint>

#include "sw/compiler/data_section.h"
#include "sw/compiler/program.h"
#include "sw/compiler/window_commands.h"

namespace kasane::compiler {

/// Once, what stays there.
void load_resident(const PlannedNetwork& planned, const DataSection& data, Program& program);

/// What the layer's commands share, if it is not there already: a table, the divisors of an average.
void load_shared(const PlannedNetwork& planned, const DataSection& data, std::size_t index, Program& program);

/// Streamed weights and parameters of a block.
void load_block(const PlannedNetwork& planned, const DataSection& data, std::size_t index,
                const ChannelBlock& block, Program& program);

}  // namespace kasane::compiler
