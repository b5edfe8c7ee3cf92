/// What the hidden-network engine computes, element by element, from the definitions in kasane/hiddenite.h.
/// It shares no code with the model and is written to be read, not to be fast.
#pragma once

#include <cstdint>
#include <vector>

#include "kasane/hiddenite.h"
#include "tests/reference/hiddenite_mask.h"
#include "tests/reference/ncu_reference.h"

namespace kasane::reference {

/// Output channels whose mask is coded in one piece.
struct HiddenTile {
  uint32_t first;    ///< output channel of all groups together
  uint32_t outputs;  ///< at most tile_outputs
  MaskFields fields;
};

/// What becomes of the multiply-accumulates of a layer, those on padding included.
struct OperandCounts {
  uint64_t masked = 0;  ///< the weight is not kept
  uint64_t zero = 0;    ///< it is, but the input is its zero point or padding
  uint64_t added = 0;   ///< added or subtracted

  bool operator==(const OperandCounts&) const = default;
};

uint64_t weights_an_output(const kasane_hiddenite_convolution& command);

/// The tiles in their order. Throws std::invalid_argument if the mask has bits between its tiles or is not
/// mask_bytes long, std::out_of_range where it leaves the memory.
std::vector<HiddenTile> hidden_tiles(const kasane_hiddenite_convolution& command, const Bytes& wm);

/// All weights in the order of their indices: -1, 0 or 1. Throws as above, and std::invalid_argument if a
/// tile's fields do not cover it exactly.
std::vector<int> hidden_weights(const kasane_hiddenite_convolution& command, const Bytes& wm);

OperandCounts count_operands(const kasane_hiddenite_convolution& command, const Bytes& fmm, const Bytes& wm);

/// Returns FMM as it is after the command; all inputs are read before anything is written. Throws as above.
Bytes hiddenite_convolution(const kasane_hiddenite_convolution& command, Bytes fmm, const Bytes& wm);

}  // namespace kasane::reference
