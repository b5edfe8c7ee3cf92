/// How a command is cut: its output tiles into blocks whose expanded weights are in the buffer together, its
/// pixels into bands whose inputs are, and its input channels into chunks.
#pragma once

#include <cstdint>

#include "kasane/hiddenite.h"
#include "models/common/planes.h"
#include "models/common/window_span.h"
#include "models/hiddenite/config.h"

namespace kasane::hiddenite {

/// Either bands of one pixel tile or more with all channels at once, or bands of one tile with the channels
/// in chunks: there are accumulators for one tile only. A band of part of a tile leaves lanes idle.
struct Cut {
  std::uint32_t places = 0;       ///< tiles' expanded weights that the weight buffer holds
  std::uint32_t block_tiles = 0;  ///< output tiles of a block; the last one of a group may have less
  std::uint32_t band_rows = 0;    ///< of the output map
  std::uint32_t band_columns = 0;
  std::uint32_t chunk_channels = 0;
  std::uint32_t chunks = 0;  ///< of a group; the last one may be smaller
};

/// Precondition: fits().
Cut cut(const kasane_hiddenite_convolution& command, const HiddeniteConfig& config);

/// True if the weight buffer holds two output tiles, and the input buffer would hold one channel of a pixel
/// tile with its padding and what lies between its elements.
bool fits(const kasane_hiddenite_convolution& command, const HiddeniteConfig& config);

/// Input elements, without padding, that the windows of so many rows × columns of output pixels cover at
/// most, wherever they lie.
std::uint64_t covered_elements(const kasane_hiddenite_convolution& command, std::uint32_t rows,
                               std::uint32_t columns);

}  // namespace kasane::hiddenite
