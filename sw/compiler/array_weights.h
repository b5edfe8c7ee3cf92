/// Kept coordinates and weights of a layer in the order in which the Cartesian-product array reads them
/// (kasane/cartesian_array.h).
#pragma once

#include <cstdint>
#include <span>

#include "sw/compiler/graph.h"
#include "sw/compiler/tiled_weights.h"

namespace kasane::compiler {

/// Bitmaps of kept coordinates, and nibbles.
struct ArrayWeights : TiledWeights {
  std::uint32_t coordinates = 0;  ///< (tile, input channel, coordinate)
  std::uint32_t kept_coordinates = 0;
};

/// `weights` are the layer's, -8 ... 7, in its own order. A coordinate is kept if any output channel of the
/// tile has a weight other than zero there.
ArrayWeights array_weights(const Layer& layer, std::span<const std::int8_t> weights, std::uint32_t columns);

}  // namespace kasane::compiler
