/// How a command's masks lie in WM, as the tile table says.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "kasane/hiddenite.h"

namespace kasane::hiddenite {

/// One output tile's mask and the weights that become of it.
struct Expansion {
  std::uint32_t first_weight = 0;  ///< of the command's weights
  std::uint32_t weights = 0;
  std::uint32_t fields = 0;
  std::uint32_t bytes = 0;  ///< of the mask
};

struct MaskTiles {
  std::vector<Expansion> tiles;              ///< of all groups
  std::vector<std::uint64_t> bytes_through;  ///< mask bytes of this tile and all before it

  /// Nothing if a number of fields is impossible or the masks' bytes are not the command's. Precondition:
  /// check() accepts the command and `stored` is its tile table.
  static std::optional<MaskTiles> decode(const kasane_hiddenite_convolution& command,
                                         std::span<const std::uint8_t> stored);
};

/// Bytes that a mask of so many fields takes.
constexpr std::uint64_t mask_bytes(std::uint64_t fields, std::uint32_t field_bits) {
  return (fields * (field_bits == 0 ? 1 : field_bits) + 7) / 8;
}

}  // namespace kasane::hiddenite
