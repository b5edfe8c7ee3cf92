/// The multiplications of the Cartesian-product array on the CPU: four pixels times two output channels at a
/// time. For software_cartesian.c. In a file of its own, as the sums of each function fill a third of the
/// registers.
#ifndef KASANE_RUNTIME_SOFTWARE_CARTESIAN_SUMS_H
#define KASANE_RUNTIME_SOFTWARE_CARTESIAN_SUMS_H

#include <stddef.h>

#include "kasane/cartesian_array.h"

enum { CARTESIAN_PIXELS = 4, CARTESIAN_PAIRS = 4 };

/// One pair of output channels, whose weights share a byte, and what they read.
struct cartesian_pair {
  const struct kasane_cartesian_convolution* command;
  const uint8_t* input;  ///< the map's first byte
  uint32_t first_input;  ///< channel of the group
  uint32_t inputs;       ///< channels of the group
  const uint8_t* kept;   ///< bitmaps of the output tile
  uint32_t kept_bytes;   ///< of a bitmap
  const uint8_t* weight;
  uint32_t weight_bytes;  ///< of a step
};

/// Four neighbouring pixels of an output row, the windows' corner being (top, left) in the input.
struct cartesian_strip {
  int64_t top;
  int64_t left;
};

/// The sums of four pixels, of the pair's even and odd channel. Unsigned: they wrap at 32 bits, and hence are
/// right in the 24 that the array has.
struct cartesian_sums {
  uint32_t even0, even1, even2, even3;
  uint32_t odd0, odd1, odd2, odd3;
};

/// An input channel's bitmap of kept coordinates.
static inline uint64_t bitmap_of(const uint8_t* kept, uint32_t bytes) {
  uint64_t bitmap = 0;
  for (uint32_t i = 0; i < bytes; ++i) bitmap |= (uint64_t)kept[i] << 8 * i;
  return bitmap;
}

/// Where all windows lie inside the input.
struct cartesian_sums cartesian_sums_inside(const struct cartesian_pair* pair, struct cartesian_strip strip);

/// Where windows may reach into the padding.
struct cartesian_sums cartesian_sums_at_edge(const struct cartesian_pair* pair, struct cartesian_strip strip);

/// The one pixel of a fully connected layer, of four pairs in place of four pixels: an activation is loaded
/// once for eight output channels. The pairs' weights lie in neighbouring bytes.
struct cartesian_sums cartesian_sums_of_pixel(const struct cartesian_pair* first);

#endif
