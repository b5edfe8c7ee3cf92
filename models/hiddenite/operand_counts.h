/// How many operands of the array are added and how many are gated: what only the data tell.
#pragma once

#include <cstdint>

#include "models/hiddenite/input_patch.h"
#include "models/hiddenite/tile_weights.h"

namespace kasane::hiddenite {

/// What became of a chunk's operands: pixels × weights.
struct OperandCounts {
  std::uint64_t added = 0;   ///< kept weight, operand other than 0
  std::uint64_t zero = 0;    ///< kept weight, operand 0
  std::uint64_t masked = 0;  ///< weight masked off
};

/// Of patch.operands().size() weights of each output, from weight `first` of an output on.
OperandCounts count_operands(const InputPatch& patch, const TileWeights& tile, std::uint32_t first);

}  // namespace kasane::hiddenite
