#include "models/cartesian_array/band.h"

#include <algorithm>
#include <numeric>

#include "models/common/convolution_maps.h"
#include "models/common/port_timing.h"

namespace kasane::cartesian {
namespace {

/// Bands a command is cut into where the buffers would hold more at once: loading the first one and draining
/// the last one overlap with no computing (choice: at most an eighth each).
constexpr std::uint64_t least_bands = 8;

/// Input elements of one channel, padding included, that the windows of `pixels` pixels in raster order cover
/// at most, wherever a band of that length begins.
std::uint64_t patch_elements(const kasane_cartesian_convolution& command, std::uint64_t pixels) {
  const std::uint64_t width = command.output_width;
  const std::uint64_t height = command.output_height;
  const bool within_row = width % pixels == 0;
  const std::uint64_t begun = pixels % width == 0 ? pixels / width : (pixels + width - 2) / width + 1;
  const std::uint64_t tall = rows_of(command).extent(within_row ? 1 : std::min(height, begun));
  const std::uint64_t wide = columns_of(command).extent(within_row ? pixels : width);
  constexpr std::uint64_t most = std::uint64_t{1} << 31;  // no buffer is that large, and the product fits
  return std::min(tall, most) * std::min(wide, most);
}

/// Channels of which the buffer holds what that many pixels need.
std::uint64_t channels_held(const kasane_cartesian_convolution& command, const CartesianConfig& config,
                            std::uint64_t pixels) {
  return std::uint64_t{2} * config.input_buffer_bytes / patch_elements(command, pixels);
}

/// Of each input channel of a group: steps of the output tile that has most of them.
std::vector<std::uint64_t> most_steps(const KeptCoordinates& kept) {
  std::vector<std::uint64_t> most(kept.group_inputs);
  for (std::size_t at = 0; at < kept.bitmaps.size();) {
    for (std::uint64_t& channel : most) {
      channel = std::max(channel, kept.steps_before[at + 1] - kept.steps_before[at]);
      ++at;
    }
  }
  return most;
}

/// Chunks of at most so many channels and steps each; a channel's steps never exceed them.
std::vector<Chunk> chunks_of(const std::vector<std::uint64_t>& steps, std::uint64_t channels,
                             std::uint64_t most) {
  std::vector<Chunk> chunks(1);
  std::uint64_t taken = 0;
  for (std::uint32_t channel = 0; channel < steps.size(); ++channel) {
    if (chunks.back().channels == channels || taken + steps[channel] > most) {
      chunks.push_back({.first = channel});
      taken = 0;
    }
    ++chunks.back().channels;
    taken += steps[channel];
  }
  return chunks;
}

/// As few chunks as the buffers allow, of steps as equal as they can be: while a short one computes, a long
/// one would not get its weights.
std::vector<Chunk> balanced_chunks(const std::vector<std::uint64_t>& steps, std::uint64_t channels,
                                   std::uint64_t most) {
  // Two channels share a byte of a packed map: even chunks load no plane twice.
  if (channels > 1 && channels < steps.size()) channels -= channels % 2;
  std::vector<Chunk> fewest = chunks_of(steps, channels, most);
  const std::uint64_t all = std::accumulate(steps.begin(), steps.end(), std::uint64_t{0});
  const std::uint64_t largest = *std::max_element(steps.begin(), steps.end());
  const std::uint64_t share = divide_up(all, fewest.size());
  for (std::uint64_t limit = std::max(share, largest); limit < most;
       limit += std::max<std::uint64_t>(largest, 1)) {
    std::vector<Chunk> chunks = chunks_of(steps, channels, limit);
    if (chunks.size() == fewest.size()) return chunks;
  }
  return fewest;
}

}  // namespace

BandArea band_area(const kasane_cartesian_convolution& command, std::uint32_t first_pixel,
                   std::uint32_t pixels) {
  const std::uint32_t width = command.output_width;
  const std::uint32_t row = first_pixel / width;
  const std::uint32_t rows = (first_pixel + pixels - 1) / width - row + 1;
  const std::uint32_t column = rows == 1 ? first_pixel % width : 0;
  const std::uint32_t columns = rows == 1 ? pixels : width;
  const Box output{.row = row, .rows = rows, .column = column, .columns = columns};
  const CoveredArea area = covered_area(command, output);
  return {.output = output, .input = area.input, .patch = area.patch};
}

bool fits(const kasane_cartesian_convolution& command, const CartesianConfig& config) {
  return channels_held(command, config, config.rows) > 0;
}

Cut cut(const kasane_cartesian_convolution& command, const CartesianConfig& config,
        const KeptCoordinates& kept) {
  const std::uint64_t words = config.weight_buffer_bytes / (config.columns / 2);
  const std::vector<std::uint64_t> steps = most_steps(kept);
  std::vector<Chunk> chunks = balanced_chunks(steps, channels_held(command, config, config.rows), words);
  if (chunks.size() > 1) return {config.rows, std::move(chunks)};
  const std::uint64_t pixels = std::uint64_t{command.output_height} * command.output_width;
  const std::uint64_t held = std::uint64_t{2} * config.input_buffer_bytes / config.rows;
  std::uint64_t tiles = std::min(divide_up(pixels, config.rows) / least_bands, held);
  while (tiles > 1 && channels_held(command, config, tiles * config.rows) < steps.size()) --tiles;
  return {static_cast<std::uint32_t>(std::max<std::uint64_t>(tiles, 1) * config.rows), std::move(chunks)};
}

}  // namespace kasane::cartesian
