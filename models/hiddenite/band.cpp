#include "models/hiddenite/band.h"

#include <algorithm>

#include "models/common/output_tiles.h"
#include "models/common/port_timing.h"

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

/// The widest band of whole pixel tiles with all channels; one tile if not even two fit.
std::uint32_t widest_band(const kasane_hiddenite_convolution& command, const HiddeniteConfig& config,
                          std::uint32_t rows, std::uint32_t channels) {
  const std::uint64_t reach =
      patch_reach * config.input_buffer_bytes / rows_of(command).extent(rows) / channels;
  const std::uint64_t most = std::min<std::uint64_t>(reach, command.output_width);
  for (std::uint64_t tiles = divide_up(most, config.columns); tiles > 1; --tiles) {
    const auto columns =
        static_cast<std::uint32_t>(std::min<std::uint64_t>(tiles * config.columns, command.output_width));
    if (channels_held(command, config, rows, columns) >= channels) return columns;
  }
  return std::min(config.columns, command.output_width);
}

/// About equal chunks of whole words of the buffer, where these fit.
std::uint32_t chunk_channels(std::uint32_t channels, std::uint32_t held, std::uint32_t lanes) {
  if (held >= channels) return channels;
  const std::uint32_t most = held > lanes ? held - held % lanes : held;
  const auto chunks = static_cast<std::uint32_t>(divide_up(channels, most));
  const auto equal = static_cast<std::uint32_t>(divide_up(channels, chunks));
  return most < lanes ? equal : static_cast<std::uint32_t>(divide_up(equal, lanes)) * lanes;
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
  cut.band_rows = std::min(config.rows, command.output_height);
  cut.band_columns = std::min(config.columns, command.output_width);
  const auto held = static_cast<std::uint32_t>(std::min<std::uint64_t>(
      channels_held(command, config, cut.band_rows, cut.band_columns), tiles.group_inputs));
  cut.chunk_channels = chunk_channels(tiles.group_inputs, held, config.input_channels);
  cut.chunks = static_cast<std::uint32_t>(divide_up(tiles.group_inputs, cut.chunk_channels));
  if (cut.chunks == 1) cut.band_columns = widest_band(command, config, cut.band_rows, tiles.group_inputs);
  return cut;
}

}  // namespace kasane::hiddenite
