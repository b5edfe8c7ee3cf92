/// Kept coordinates and weights of a layer in the order in which the Cartesian-product array reads them
/// (kasane/cartesian_array.h).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sw/compiler/graph.h"

namespace kasane::compiler {

/// The output channels of each group are cut into tiles of `columns`, the last one of a group with what is
/// left.
struct OutputTiles {
  std::uint32_t outputs = 0;  ///< of all groups
  std::uint32_t groups = 1;
  std::uint32_t columns = 0;

  std::uint32_t group_outputs() const { return outputs / groups; }
  std::uint32_t a_group() const { return (group_outputs() + columns - 1) / columns; }
  std::uint32_t count() const { return a_group() * groups; }
  std::uint32_t first_output(std::uint32_t tile) const;
  std::uint32_t size(std::uint32_t tile) const;
  std::uint32_t holding(std::uint32_t output) const;  ///< the tile of an output channel
};

/// The part of a section that a run of output channels needs.
struct SectionPart {
  std::uint32_t offset = 0;
  std::uint32_t bytes = 0;
};

struct ArrayWeights {
  OutputTiles tiles;
  std::vector<std::uint8_t> kept;             ///< bitmaps
  std::vector<std::uint8_t> weights;          ///< nibbles
  std::vector<std::uint32_t> weight_offsets;  ///< of each tile in `weights`; one more entry: all bytes
  std::uint32_t coordinates = 0;              ///< (tile, input channel, coordinate)
  std::uint32_t kept_coordinates = 0;

  /// Of the output channels [first, first + count), which begin and end with a tile.
  SectionPart kept_part(std::uint32_t first, std::uint32_t count) const;
  SectionPart weight_part(std::uint32_t first, std::uint32_t count) const;
};

/// `weights` are the layer's, -8 ... 7, in its own order. A coordinate is kept if any output channel of the
/// tile has a weight other than zero there.
ArrayWeights array_weights(const Layer& layer, std::span<const std::int8_t> weights, std::uint32_t columns);

}  // namespace kasane::compiler
