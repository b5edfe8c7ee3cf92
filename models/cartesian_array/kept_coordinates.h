/// The bitmaps of kept kernel coordinates that stand in WM for a command.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "kasane/cartesian_array.h"
#include "models/common/output_tiles.h"

namespace kasane::cartesian {

/// Bytes of one input channel's bitmap.
std::uint32_t bitmap_bytes(const kasane_cartesian_convolution& command);

/// Bytes of all bitmaps; exceeds 32 bits only for maps that no memory holds.
std::uint64_t kept_bytes(const kasane_cartesian_convolution& command);

struct KeptCoordinates {
  std::uint32_t group_inputs = 0;
  std::vector<std::uint64_t> bitmaps;       ///< (tile, input channel of its group)
  std::vector<std::uint64_t> steps_before;  ///< in the same order: kept coordinates of all former bitmaps;
                                            ///< one more entry: of all
  std::vector<std::uint64_t> first_weight;  ///< of a tile: offset in bytes; one more entry: all bytes

  std::span<const std::uint64_t> of_tile(std::uint32_t tile) const {
    return std::span(bitmaps).subspan(std::size_t{tile} * group_inputs, group_inputs);
  }
  /// Steps that some of a tile's channels take for each pixel tile.
  std::uint64_t steps(std::uint32_t tile, std::uint32_t first_channel, std::uint32_t channels) const {
    const std::size_t first = std::size_t{tile} * group_inputs + first_channel;
    return steps_before[first + channels] - steps_before[first];
  }

  /// Nothing if a bit beyond the kernel is set, the weights' bytes are not the command's, or they leave the
  /// 32-bit address space. Precondition: check() accepts the command and `stored` has kept_bytes().
  static std::optional<KeptCoordinates> decode(const kasane_cartesian_convolution& command,
                                               std::span<const std::uint8_t> stored);
};

}  // namespace kasane::cartesian
