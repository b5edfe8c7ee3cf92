#include "models/cartesian_array/kept_coordinates.h"

#include <algorithm>
#include <bit>

#include "models/common/planes.h"
#include "models/common/port_timing.h"

namespace kasane::cartesian {
namespace {

std::uint32_t kernel_elements(const kasane_cartesian_convolution& command) {
  return std::uint32_t{command.kernel_height} * command.kernel_width;
}

}  // namespace

std::uint32_t bitmap_bytes(const kasane_cartesian_convolution& command) {
  return (kernel_elements(command) + 7) / 8;
}

std::uint64_t kept_bytes(const kasane_cartesian_convolution& command) {
  const OutputTiles tiles(command);
  return std::uint64_t{tiles.count} * tiles.group_inputs * bitmap_bytes(command);
}

std::optional<KeptCoordinates> KeptCoordinates::decode(const kasane_cartesian_convolution& command,
                                                       std::span<const std::uint8_t> stored) {
  const OutputTiles tiles(command);
  const std::uint32_t size = bitmap_bytes(command);
  const std::uint32_t bits = kernel_elements(command);
  KeptCoordinates kept{.group_inputs = tiles.group_inputs};
  kept.bitmaps.reserve(stored.size() / size);
  kept.steps_before.reserve(stored.size() / size + 1);
  kept.steps_before.push_back(0);
  for (auto from = stored.begin(); from != stored.end(); from += size) {
    std::uint64_t bitmap = 0;
    for (std::uint32_t byte = 0; byte < size; ++byte) bitmap |= std::uint64_t{from[byte]} << 8 * byte;
    if (bits < 64 && bitmap >> bits != 0) return std::nullopt;
    kept.bitmaps.push_back(bitmap);
    kept.steps_before.push_back(kept.steps_before.back() + static_cast<std::uint64_t>(std::popcount(bitmap)));
  }
  kept.first_weight.push_back(0);
  for (std::uint32_t tile = 0; tile < tiles.count; ++tile) {
    const std::uint64_t bytes = kept.steps(tile, 0, tiles.group_inputs) * ((tiles.outputs(tile) + 1) / 2);
    kept.first_weight.push_back(kept.first_weight.back() + bytes);
  }
  const std::uint64_t all = kept.first_weight.back();
  if (all != command.weight_bytes || !addressable(command.weight_address, all)) return std::nullopt;
  return kept;
}

}  // namespace kasane::cartesian
