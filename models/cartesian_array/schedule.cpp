#include "models/cartesian_array/schedule.h"

#include <algorithm>

#include "models/common/port_timing.h"

namespace kasane::cartesian {
namespace {

/// Channels that a plane of bytes holds.
std::uint32_t channels_a_plane(std::uint8_t bits) {
  return bits == 4 ? 2 : 1;
}

std::uint32_t planes_of(std::uint32_t channels, std::uint8_t bits) {
  return static_cast<std::uint32_t>(divide_up(channels, channels_a_plane(bits)));
}

/// Bursts that move a run of pixels in raster order, of each of some planes; dense (plane, pixel). Rows and
/// planes that follow each other in the memory share a burst.
void bursts_of_run(const Planes& map, std::uint32_t first_plane, std::uint32_t planes,
                   std::uint32_t first_pixel, std::uint32_t pixels, std::vector<Burst>& bursts) {
  bursts.clear();
  const std::uint32_t end = first_pixel + pixels;
  const bool rows_merge = map.row_pitch == map.width || pixels <= map.width - first_pixel % map.width;
  const bool planes_merge = rows_merge && map.channel_pitch == pixels;
  for (std::uint32_t plane = 0; plane < (planes_merge ? 1 : planes); ++plane) {
    const std::uint32_t address = map.address + (first_plane + plane) * map.channel_pitch;
    for (std::uint32_t pixel = first_pixel; pixel < end;) {
      const std::uint32_t column = pixel % map.width;
      const std::uint32_t run = rows_merge ? end - pixel : std::min(end - pixel, map.width - column);
      bursts.push_back({address + pixel / map.width * map.row_pitch + column,
                        plane * pixels + (pixel - first_pixel), planes_merge ? planes * run : run});
      pixel += run;
    }
  }
}

}  // namespace

std::uint32_t output_planes(const kasane_cartesian_convolution& command, std::uint32_t outputs) {
  return planes_of(outputs, command.output_bits);
}

Planes input_map(const kasane_cartesian_convolution& command) {
  return {command.input_address,     planes_of(command.input_channels, command.input_bits),
          command.input_height,      command.input_width,
          command.input_plane_pitch, command.input_row_pitch};
}

Planes output_map(const kasane_cartesian_convolution& command) {
  return {command.output_address,     output_planes(command, command.output_channels),
          command.output_height,      command.output_width,
          command.output_plane_pitch, command.output_row_pitch};
}

Preparation preparation_of(const kasane_cartesian_convolution& command, const CartesianConfig& config) {
  return {command.kept_address, static_cast<std::uint32_t>(kept_bytes(command)), config.weight_buffer_bytes};
}

Schedule::Schedule(const kasane_cartesian_convolution& command, const CartesianConfig& config,
                   KeptCoordinates kept)
    : command_(command),
      config_(config),
      kept_(std::move(kept)),
      tiles_(command),
      cut_(cut(command, config, kept_)),
      input_(input_map(command)),
      output_(output_map(command)),
      pixels_(command.output_height * command.output_width) {}

bool Schedule::next(Slot& slot) {
  if (group_ == command_.groups) return false;
  place(slot);
  load_input(slot);
  load_weights(slot);
  parameters_.request(command_.parameters_address, slot.first_output, slot.outputs, slot);
  slot.stores.clear();
  if (slot.last_chunk) {
    const std::uint32_t plane = slot.first_output / channels_a_plane(command_.output_bits);
    bursts_of_run(output_, plane, output_planes(command_, slot.outputs), slot.first_pixel, slot.pixels,
                  slot.stores);
  }
  count(slot);
  advance();
  return true;
}

void Schedule::place(Slot& slot) const {
  const Chunk& chunk = cut_.chunks[chunk_];
  const std::uint32_t tile = group_ * tiles_.a_group + tile_;
  slot.first_pixel = pixel_;
  slot.pixels = std::min(cut_.band_pixels, pixels_ - pixel_);
  const BandArea area = band_area(command_, slot.first_pixel, slot.pixels);
  slot.band = area.output;
  slot.patch = area.patch;
  slot.input = area.input;
  slot.input.channel = tiles_.first_input(tile) + chunk.first;
  slot.input.channels = chunk.channels;
  slot.first_output = tiles_.first_output(tile);
  slot.outputs = tiles_.outputs(tile);
  slot.kept = kept_.of_tile(tile).subspan(chunk.first, chunk.channels);
  slot.steps = kept_.steps(tile, chunk.first, chunk.channels);
  slot.first_chunk = chunk_ == 0;
  slot.last_chunk = chunk_ + 1 == cut_.chunks.size();
}

void Schedule::load_input(Slot& slot) {
  // A band's first pixel and a chunk's first channel name what the half holds.
  slot.fresh_input =
      input_buffer_.request(std::uint64_t{pixel_} * command_.input_channels + slot.input.channel);
  slot.input_half = input_buffer_.half();
  slot.input_loads.clear();
  if (!slot.fresh_input) return;
  const std::uint32_t a_plane = channels_a_plane(command_.input_bits);
  Box bytes = slot.input;
  bytes.channel = slot.input.channel / a_plane;
  bytes.channels = (slot.input.channel + slot.input.channels - 1) / a_plane - bytes.channel + 1;
  bursts_of(input_, bytes, slot.input_loads);
}

void Schedule::load_weights(Slot& slot) {
  const std::uint32_t tile = group_ * tiles_.a_group + tile_;
  slot.fresh_weights = weight_buffer_.request(std::uint64_t{tile} * cut_.chunks.size() + chunk_);
  slot.weight_half = weight_buffer_.half();
  slot.weight_loads.clear();
  if (!slot.fresh_weights || slot.steps == 0) return;
  const std::uint32_t a_step = (slot.outputs + 1) / 2;
  const std::uint64_t first =
      kept_.first_weight[tile] + kept_.steps(tile, 0, cut_.chunks[chunk_].first) * a_step;
  slot.weight_loads.push_back({static_cast<std::uint32_t>(command_.weight_address + first), 0,
                               static_cast<std::uint32_t>(slot.steps * a_step)});
}

void Schedule::count(Slot& slot) {
  const std::uint64_t rows = config_.rows;
  const std::uint64_t tiles = divide_up(slot.pixels, rows);
  const std::uint64_t outputs = slot.outputs;
  const std::uint64_t tile_cycles = slot.steps + (slot.first_chunk ? config_.tile_bubble_cycles : 0);
  // The accumulators of one tile drain while the next one is computed, a pixel a cycle.
  const std::uint64_t next_tile = std::max(tile_cycles, slot.last_chunk ? rows : 0);
  slot.compute_cycles = tile_cycles + (tiles - 1) * next_tile;
  slot.drain_wait_cycles = (tiles - 1) * (next_tile - tile_cycles);
  if (!filled_) slot.compute_cycles += config_.pipeline_cycles;
  filled_ = true;
  slot.drain_cycles = slot.last_chunk ? slot.pixels - (tiles - 1) * rows : 0;

  Operations& load = slot.load_operations = {};
  const std::uint64_t patch = std::uint64_t{slot.patch.height} * slot.patch.width;
  load[Operation::input_write] = slot.fresh_input ? divide_up(slot.input.channels * patch, rows) : 0;
  load[Operation::weight_write] = slot.fresh_weights ? slot.steps : 0;
  load[Operation::parameter_byte] = slot.parameter_load.bytes;

  Operations& compute = slot.compute_operations = {};
  compute[Operation::multiply] = slot.steps * slot.pixels * outputs;
  compute[Operation::accumulate] = compute[Operation::multiply];
  compute[Operation::align] = slot.steps * tiles;
  compute[Operation::operand_nibble] = slot.steps * (slot.pixels + tiles * outputs);
  compute[Operation::input_read] = slot.steps * tiles * command_.stride_width;
  compute[Operation::weight_read] = slot.steps * tiles;

  Operations& drain = slot.drain_operations = {};
  if (!slot.last_chunk) return;
  drain[Operation::accumulator_read] = slot.pixels * outputs;
  drain[Operation::requantize] = slot.pixels * outputs;
}

void Schedule::advance() {
  if (++chunk_ < cut_.chunks.size()) return;
  chunk_ = 0;
  if (++tile_ < tiles_.a_group) return;
  tile_ = 0;
  pixel_ += std::min(cut_.band_pixels, pixels_ - pixel_);
  if (pixel_ < pixels_) return;
  pixel_ = 0;
  ++group_;
}

}  // namespace kasane::cartesian
