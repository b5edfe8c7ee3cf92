#include "models/hiddenite/band.h"

#include <algorithm>

#include "models/common/output_tiles.h"
#include "models/common/port_timing.h"
#include "models/hiddenite/pixel_tile.h"

namespace kasane::hiddenite {
namespace {

constexpr std::uint32_t weights_a_byte = 4;

std::uint64_t covered(const WindowAxis& axis, std::uint32_t outputs) {
  return std::min<std::uint64_t>(axis.extent(outputs), axis.size);
}

/// Bytes that a full output tile's expanded weights take.
std::uint64_t expanded_bytes(const kasane_hiddenite_convolution& command) {
  const OutputTiles tiles(command);
  const std::uint64_t kernel = std::uint64_t{command.kernel_height} * command.kernel_width;
  const std::uint64_t weights = std::min(tiles.full, tiles.group_outputs) * kernel * tiles.group_inputs;
  return divide_up(weights, weights_a_byte);
}

/// A patch's addresses reach this much further than the buffer has bytes: padding and what lies between two
/// elements takes no room, but is counted.
constexpr std::uint64_t patch_reach = 4;  // choice

/// Of one channel, padding and what lies between included.
std::uint64_t patch_elements(const kasane_hiddenite_convolution& command, std::uint32_t rows,
                             std::uint32_t columns) {
  return rows_of(command).extent(rows) * columns_of(command).extent(columns);
}

/// Channels of which the input buffer holds what that many pixels need.
std::uint64_t channels_held(const kasane_hiddenite_convolution& command, const HiddeniteConfig& config,
                            std::uint32_t rows, std::uint32_t columns) {
  return std::min(config.input_buffer_bytes / covered_elements(command, rows, columns),
                  patch_reach * config.input_buffer_bytes / patch_elements(command, rows, columns));
}

/// Of whole pixel tiles, if more than one is to lie side by side.
struct BandSize {
  std::uint32_t rows = 0;
  std::uint32_t columns = 0;
};

/// `tile`, or the widest band of whole full tiles with all channels.
BandSize widest_band(const kasane_hiddenite_convolution& command, const HiddeniteConfig& config,
                     BandSize tile, std::uint32_t channels) {
  if (tile.columns < config.columns) return tile;
  const std::uint64_t reach =
      patch_reach * config.input_buffer_bytes / rows_of(command).extent(tile.rows) / channels;
  const std::uint64_t most = std::min<std::uint64_t>(reach, command.output_width);
  for (std::uint64_t tiles = divide_up(most, config.columns); tiles > 1; --tiles) {
    const auto columns =
        static_cast<std::uint32_t>(std::min<std::uint64_t>(tiles * config.columns, command.output_width));
    if (channels_held(command, config, tile.rows, columns) >= channels) return {tile.rows, columns};
  }
  return tile;
}

/// About equal chunks of whole words of the buffer, where these fit.
std::uint32_t chunk_channels(std::uint32_t channels, std::uint32_t held, std::uint32_t lanes) {
  if (held >= channels) return channels;
  const std::uint32_t most = held > lanes ? held - held % lanes : held;
  const auto chunks = static_cast<std::uint32_t>(divide_up(channels, most));
  const auto equal = static_cast<std::uint32_t>(divide_up(channels, chunks));
  return most < lanes ? equal : static_cast<std::uint32_t>(divide_up(equal, lanes)) * lanes;
}

/// A band's rows and columns, and its input channels at a time.
struct InputCut {
  BandSize band;
  std::uint32_t chunk_channels = 0;
  std::uint32_t chunks = 0;
};

/// With pixel tiles of at most this size. Precondition: one channel of such a tile fits.
InputCut input_cut(const kasane_hiddenite_convolution& command, const HiddeniteConfig& config,
                   BandSize tile) {
  const std::uint32_t channels = OutputTiles(command).group_inputs;
  const auto held = static_cast<std::uint32_t>(
      std::min<std::uint64_t>(channels_held(command, config, tile.rows, tile.columns), channels));
  InputCut cut{.band = tile, .chunk_channels = chunk_channels(channels, held, config.input_channels)};
  cut.chunks = static_cast<std::uint32_t>(divide_up(channels, cut.chunk_channels));
  if (cut.chunks == 1) cut.band = widest_band(command, config, tile, channels);
  return cut;
}

/// Cycles that a band's inputs of all channels take on their way, those of a band that reaches no edge.
std::uint64_t load_cycles(const kasane_hiddenite_convolution& command, BandSize band) {
  constexpr PortTiming port{.bytes_per_cycle = 32};  // choice: taken for the port to FMM
  const std::uint64_t rows = covered(rows_of(command), band.rows);
  const std::uint64_t columns = covered(columns_of(command), band.columns);
  const std::uint64_t channels = OutputTiles(command).group_inputs;
  if (columns < command.input_row_pitch) return channels * rows * port.cycles(columns);
  if (rows * columns < command.input_channel_pitch) return channels * port.cycles(rows * columns);
  return port.cycles(channels * rows * columns);
}

/// Cycles that a block of so many output tiles takes about: all bands as the first one, each bound by its
/// steps or by its inputs.
std::uint64_t block_cycles(const kasane_hiddenite_convolution& command, const HiddeniteConfig& config,
                           const InputCut& cut, std::uint64_t output_tiles) {
  const std::uint64_t channels = OutputTiles(command).group_inputs;
  const std::uint64_t bands =
      divide_up(command.output_height, cut.band.rows) * divide_up(command.output_width, cut.band.columns);
  const std::uint32_t tile_columns = std::min(cut.band.columns, config.columns);
  const PixelTile tile = pixel_tile(command, config, cut.band.rows, tile_columns);
  const std::uint64_t compute = divide_up(cut.band.columns, tile_columns) *
                                divide_up(channels, config.input_channels) * tile.cycles_a_word;
  const std::uint64_t loads = cut.chunks == 1 ? 1 : output_tiles;
  return bands * std::max(output_tiles * compute, loads * load_cycles(command, cut.band));
}

/// With full pixel tiles, or with parts of them, halved in rows or columns: what takes the fewest cycles.
/// Parts leave lanes idle, but where the inputs of a full tile do not fit, all channels of a part's may, and
/// no output tile loads them again.
InputCut best_input_cut(const kasane_hiddenite_convolution& command, const HiddeniteConfig& config,
                        std::uint64_t output_tiles) {
  const BandSize full{std::min(config.rows, command.output_height),
                      std::min(config.columns, command.output_width)};
  InputCut best = input_cut(command, config, full);
  std::uint64_t fewest = block_cycles(command, config, best, output_tiles);
  for (std::uint32_t columns = full.columns; columns > 0; columns /= 2) {
    for (std::uint32_t rows = full.rows; rows > 0; rows /= 2) {
      const InputCut next = input_cut(command, config, {rows, columns});
      const std::uint64_t cycles = block_cycles(command, config, next, output_tiles);
      if (cycles >= fewest) continue;
      best = next;
      fewest = cycles;
    }
  }
  return best;
}

}  // namespace

std::uint64_t covered_elements(const kasane_hiddenite_convolution& command, std::uint32_t rows,
                               std::uint32_t columns) {
  return covered(rows_of(command), rows) * covered(columns_of(command), columns);
}

bool fits(const kasane_hiddenite_convolution& command, const HiddeniteConfig& config) {
  const std::uint32_t rows = std::min(config.rows, command.output_height);
  const std::uint32_t columns = std::min(config.columns, command.output_width);
  return 2 * expanded_bytes(command) <= config.weight_buffer_bytes &&
         patch_elements(command, rows, columns) <= config.input_buffer_bytes;
}

Cut cut(const kasane_hiddenite_convolution& command, const HiddeniteConfig& config) {
  const OutputTiles tiles(command);
  Cut cut;
  cut.places = static_cast<std::uint32_t>(
      std::min<std::uint64_t>(config.weight_buffer_bytes / expanded_bytes(command), tiles.count));
  // A block's last tile computes while the next block's first one is expanded: that one needs a place.
  cut.block_tiles = tiles.a_group <= cut.places ? tiles.a_group : cut.places - 1;
  const InputCut input = best_input_cut(command, config, cut.block_tiles);
  cut.band_rows = input.band.rows;
  cut.band_columns = input.band.columns;
  cut.chunk_channels = input.chunk_channels;
  cut.chunks = input.chunks;
  return cut;
}

}  // namespace kasane::hiddenite
