/// Masks of a layer in the order in which the hidden-network engine reads them (kasane/hiddenite.h).
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "sw/compiler/graph.h"
#include "sw/compiler/tiled_weights.h"

namespace kasane::compiler {

/// How a layer's masks are cut and coded.
struct MaskFormat {
  std::uint32_t tile_outputs = 1;           ///< output channels of a tile, at most
  std::optional<std::uint32_t> field_bits;  ///< none: the codec of fewest bytes
};

/// The table of tiles, and masks.
struct HiddenMasks : TiledWeights {
  std::uint32_t field_bits = 0;
  std::uint32_t hidden_weights = 0;  ///< masked off or not
  std::uint32_t kept_weights = 0;
};

/// Bytes of all masks, the table of tiles not counted. `weights` are the layer's, -1, 0 or 1, in its own
/// order.
std::uint64_t all_mask_bytes(const OutputTiles& tiles, std::span<const std::int8_t> weights,
                             std::uint32_t field_bits);

/// Of codecs with equally few bytes the one with the shortest fields.
HiddenMasks hidden_masks(const Layer& layer, std::span<const std::int8_t> weights, const MaskFormat& format);

}  // namespace kasane::compiler
