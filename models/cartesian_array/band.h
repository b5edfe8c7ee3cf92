/// How a command is cut: its pixels into bands, runs of pixel tiles whose inputs are in the buffer together,
/// and its input channels into chunks.
#pragma once

#include <cstdint>
#include <vector>

#include "models/cartesian_array/config.h"
#include "models/cartesian_array/kept_coordinates.h"
#include "models/common/planes.h"
#include "models/common/window_span.h"

namespace kasane::cartesian {

/// The rectangle of the output map that some pixels in raster order lie in, and what their windows cover.
struct BandArea {
  Box output;  ///< rows and columns only
  Box input;   ///< rows and columns only
  Patch patch;
};

BandArea band_area(const kasane_cartesian_convolution& command, std::uint32_t first_pixel,
                   std::uint32_t pixels);

/// A run of a group's input channels.
struct Chunk {
  std::uint32_t first = 0;  ///< within the group
  std::uint32_t channels = 0;
};

/// Either bands of one pixel tile or more with all channels at once, or bands of one tile with the channels
/// in chunks: there are accumulators for one tile only.
struct Cut {
  std::uint32_t band_pixels = 0;
  std::vector<Chunk> chunks;  ///< of a group, the same for all its output tiles
};

/// Precondition: fits().
Cut cut(const kasane_cartesian_convolution& command, const CartesianConfig& config,
        const KeptCoordinates& kept);

/// True if the input buffer holds one channel of any pixel tile.
bool fits(const kasane_cartesian_convolution& command, const CartesianConfig& config);

}  // namespace kasane::cartesian
