/// What the Cartesian-product array computes, element by element, from the definitions in
/// kasane/cartesian_array.h. It shares no code with the model and is written to be read, not to be fast.
#pragma once

#include <cstdint>
#include <vector>

#include "kasane/cartesian_array.h"
#include "tests/reference/ncu_reference.h"

namespace kasane::reference {

/// One kept coordinate of one input channel, for all output channels of a tile.
struct CartesianStep {
  uint32_t channel;  ///< input channel of all groups together
  uint32_t row;      ///< of the kernel
  uint32_t column;
  std::vector<int> weights;  ///< one an output channel of the tile
};

/// Output channels that share their kept coordinates.
struct CartesianTile {
  uint32_t first;    ///< output channel of all groups together
  uint32_t outputs;  ///< at most tile_outputs
  std::vector<CartesianStep> steps;
};

/// The low or high four bits as two's complement.
int low_nibble(int byte);
int high_nibble(int byte);

/// The tiles in the order of the lists. Throws std::invalid_argument if a bitmap has bits beyond the kernel
/// or the weights are not weight_bytes, std::out_of_range where the lists leave the memory.
std::vector<CartesianTile> decode_cartesian_tiles(const kasane_cartesian_convolution& command,
                                                  const Bytes& wm);

/// Returns FMM as it is after the command; all inputs are read before anything is written. Throws as above.
Bytes cartesian_convolution(const kasane_cartesian_convolution& command, Bytes fmm, const Bytes& wm);

}  // namespace kasane::reference
