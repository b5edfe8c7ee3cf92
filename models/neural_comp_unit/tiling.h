/// How a layer's output is cut into tiles of pixels.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "models/common/port_timing.h"

namespace kasane::ncu {

struct TileShape {
  std::uint32_t rows = 0;
  std::uint32_t columns = 0;
};

/// The largest tile of at most `pixels` pixels for which fits(rows, columns) holds: as many whole rows as
/// possible, else as much of one row as possible. Nothing if not even one pixel fits. `fits` must be
/// monotonic.
template <typename Fits>
std::optional<TileShape> choose_tile(std::uint32_t height, std::uint32_t width, std::uint32_t pixels,
                                     Fits fits) {
  if (width <= pixels) {
    for (std::uint32_t rows = std::min(height, pixels / width); rows > 0; --rows) {
      if (fits(rows, width)) return TileShape{rows, width};
    }
  }
  for (std::uint32_t columns = std::min(width, pixels); columns > 0; --columns) {
    if (fits(1, columns)) return TileShape{1, columns};
  }
  return std::nullopt;
}

}  // namespace kasane::ncu
