#include "models/hiddenite/mask_tiles.h"

#include <cstring>

#include "models/common/output_tiles.h"

namespace kasane::hiddenite {

std::optional<MaskTiles> MaskTiles::decode(const kasane_hiddenite_convolution& command,
                                           std::span<const std::uint8_t> stored) {
  const OutputTiles tiles(command);
  const std::uint32_t an_output =
      tiles.group_inputs * std::uint32_t{command.kernel_height} * command.kernel_width;
  MaskTiles masks;
  masks.tiles.reserve(tiles.count);
  masks.bytes_through.reserve(tiles.count);
  std::uint64_t bytes = 0;
  for (std::uint32_t tile = 0; tile < tiles.count; ++tile) {
    Expansion expansion{.first_weight = tiles.first_output(tile) * an_output,
                        .weights = tiles.outputs(tile) * an_output};
    std::memcpy(&expansion.fields, stored.data() + std::size_t{tile} * sizeof(std::uint32_t),
                sizeof(std::uint32_t));
    const bool raw = command.field_bits == 0;
    // Each field covers a weight or more.
    if (expansion.fields == 0 || expansion.fields > expansion.weights) return std::nullopt;
    if (raw && expansion.fields != expansion.weights) return std::nullopt;
    expansion.bytes = static_cast<std::uint32_t>(mask_bytes(expansion.fields, command.field_bits));
    bytes += expansion.bytes;
    masks.tiles.push_back(expansion);
    masks.bytes_through.push_back(bytes);
  }
  if (bytes != command.mask_bytes) return std::nullopt;
  return masks;
}

}  // namespace kasane::hiddenite
