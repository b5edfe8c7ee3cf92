/// The pixels that the array computes at once.
#pragma once

#include <algorithm>
#include <cstdint>

#include "kasane/hiddenite.h"
#include "models/common/port_timing.h"
#include "models/common/window_span.h"
#include "models/hiddenite/config.h"

namespace kasane::hiddenite {

/// What a pixel tile asks of the input buffer for one word of input channels, and how long it takes.
struct PixelTile {
  std::uint64_t pixels = 0;
  std::uint64_t words_read = 0;
  std::uint64_t cycles_a_word = 0;
};

/// Of rows × columns output pixels. Input rows that no window touches are not read; of a row, the words of
/// `columns` activations that the windows span.
inline PixelTile pixel_tile(const kasane_hiddenite_convolution& command, const HiddeniteConfig& config,
                            std::uint32_t rows, std::uint32_t columns) {
  const std::uint64_t kernel = std::uint64_t{command.kernel_height} * command.kernel_width;
  const std::uint64_t read_rows =
      std::min<std::uint64_t>(std::uint64_t{rows} * command.kernel_height, rows_of(command).extent(rows));
  const std::uint64_t words = read_rows * divide_up(columns_of(command).extent(columns), config.columns);
  // The buffer has a bank for each row of the array.
  return {.pixels = std::uint64_t{rows} * columns,
          .words_read = words,
          .cycles_a_word = std::max(kernel, divide_up(words, config.rows))};
}

}  // namespace kasane::hiddenite
