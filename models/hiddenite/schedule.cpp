#include "models/hiddenite/schedule.h"

#include <algorithm>

#include "models/common/convolution_maps.h"
#include "models/common/port_timing.h"
#include "models/hiddenite/pixel_tile.h"

namespace kasane::hiddenite {

Preparation preparation_of(const kasane_hiddenite_convolution& command) {
  constexpr std::uint32_t burst_bytes = 256;  // choice
  const auto bytes = static_cast<std::uint32_t>(OutputTiles(command).count * sizeof(std::uint32_t));
  return {command.tiles_address, bytes, burst_bytes};
}

Schedule::Schedule(const kasane_hiddenite_convolution& command, const HiddeniteConfig& config,
                   MaskTiles masks)
    : command_(command),
      config_(config),
      masks_(std::move(masks)),
      tiles_(command),
      cut_(cut(command, config)),
      input_(input_planes_of(command)),
      output_(output_planes_of(command)),
      visit_(begin_block(0)),
      next_visit_(after(*visit_)) {}

bool Schedule::next(Slot& slot) {
  if (!visit_) return false;
  place(slot);
  load_input(slot);
  load_masks(slot);
  parameters_.request(command_.parameters_address, slot.output.channel, slot.output.channels, slot);
  slot.stores.clear();
  if (slot.last_chunk) bursts_of(output_, slot.output, slot.stores);
  count(slot);
  advance();
  return true;
}

Schedule::Visit Schedule::begin_block(std::uint32_t first_tile) const {
  const std::uint32_t group_end = (first_tile / tiles_.a_group + 1) * tiles_.a_group;
  return {.first_tile = first_tile, .tiles = std::min(cut_.block_tiles, group_end - first_tile)};
}

std::optional<Schedule::Visit> Schedule::after(const Visit& visit) const {
  const Box done = band(visit);
  Visit next = visit;
  next.column += done.columns;
  if (next.column < command_.output_width) return next;
  next.column = 0;
  next.row += done.rows;
  if (next.row < command_.output_height) return next;
  const std::uint32_t first_tile = visit.first_tile + visit.tiles;
  if (first_tile == tiles_.count) return std::nullopt;
  return begin_block(first_tile);
}

bool Schedule::same_input(const Visit& one, const Visit& other) const {
  return one.row == other.row && one.column == other.column &&
         one.first_tile / tiles_.a_group == other.first_tile / tiles_.a_group;
}

Box Schedule::band(const Visit& visit) const {
  return {.row = visit.row,
          .rows = std::min(cut_.band_rows, command_.output_height - visit.row),
          .column = visit.column,
          .columns = std::min(cut_.band_columns, command_.output_width - visit.column)};
}

void Schedule::place(Slot& slot) const {
  slot.tile = visit_->first_tile + tile_;
  slot.place = slot.tile % cut_.places;
  slot.output = band(*visit_);
  slot.output.channel = tiles_.first_output(slot.tile);
  slot.output.channels = tiles_.outputs(slot.tile);
  const CoveredArea area = covered_area(command_, slot.output);
  const std::uint32_t first = chunk_ * cut_.chunk_channels;
  slot.patch = area.patch;
  slot.input = area.input;
  slot.input.channel = tiles_.first_input(slot.tile) + first;
  slot.input.channels = std::min(cut_.chunk_channels, tiles_.group_inputs - first);
  slot.first_chunk = chunk_ == 0;
  slot.last_chunk = chunk_ + 1 == cut_.chunks;
}

void Schedule::load_input(Slot& slot) {
  slot.fresh_input = false;
  slot.input_loads.clear();
  const std::uint32_t channels = slot.input.channels;
  if (cut_.chunks > 1) {
    half_ = 1 - half_;
    load_channels(slot, *visit_, half_, 0, channels);
  } else if (tile_ == 0) {
    load_channels(slot, *visit_, half_, missing_, channels);
    missing_ = channels;
  } else if (next_visit_ && !same_input(*visit_, *next_visit_)) {
    // The other half is free since this visit's first slot computes. A share is left for the next one's own.
    const auto share = [&](std::uint32_t part) {
      return static_cast<std::uint32_t>(std::uint64_t{channels} * part / visit_->tiles);
    };
    missing_ = share(tile_);
    load_channels(slot, *next_visit_, 1 - half_, share(tile_ - 1), missing_);
  }
  slot.input_half = half_;
}

void Schedule::load_channels(Slot& slot, const Visit& visit, std::uint32_t half, std::uint32_t first,
                             std::uint32_t end) const {
  if (first == end) return;
  const CoveredArea area = covered_area(command_, band(visit));
  const std::uint32_t base = tiles_.first_input(visit.first_tile) + chunk_ * cut_.chunk_channels;
  slot.input_load = {.box = area.input,
                     .patch = area.patch,
                     .half = half,
                     .first_channel = first,
                     .channels = slot.input.channels};
  slot.input_load.box.channel = base + first;
  slot.input_load.box.channels = end - first;
  slot.fresh_input = true;
  bursts_of(input_, slot.input_load.box, slot.input_loads);
}

void Schedule::load_masks(Slot& slot) {
  slot.weight_loads.clear();
  slot.fresh_weights = slot.tile == expanded_;
  slot.expand_cycles = 0;
  if (!slot.fresh_weights) return;
  ++expanded_;
  slot.expansion = masks_.tiles[slot.tile];
  slot.expand_cycles = divide_up(slot.expansion.fields, config_.expander_fields);
  // The port keeps the FIFO full of what the next tiles need.
  const std::uint64_t wanted = std::min<std::uint64_t>(
      masks_.bytes_through[slot.tile] + config_.mask_fifo_bytes, masks_.bytes_through.back());
  if (wanted == fetched_bytes_) return;
  slot.weight_loads.push_back({static_cast<std::uint32_t>(command_.mask_address + fetched_bytes_), 0,
                               static_cast<std::uint32_t>(wanted - fetched_bytes_)});
  fetched_bytes_ = wanted;
}

void Schedule::count(Slot& slot) {
  const std::uint64_t outputs = slot.output.channels;
  const std::uint64_t channels = slot.input.channels;
  const std::uint64_t kernel = std::uint64_t{command_.kernel_height} * command_.kernel_width;
  const std::uint64_t words = divide_up(channels, config_.input_channels);

  Operations& load = slot.load_operations = {};
  if (slot.fresh_input) {
    const Box& box = slot.input_load.box;
    load[Operation::input_write] =
        divide_up(box.channels, config_.input_channels) * box.rows * divide_up(box.columns, config_.columns);
  }
  if (slot.fresh_weights) {
    load[Operation::decode_field] = slot.expansion.fields;
    load[Operation::mask_byte] = slot.expansion.bytes;
    load[Operation::weight_write] =
        divide_up(slot.expansion.weights, config_.input_channels * config_.output_channels);
    load[Operation::parameter_byte] = sizeof(std::uint32_t);  // the tile's entry in the table
  }
  load[Operation::parameter_byte] += slot.parameter_load.bytes;

  Operations& compute = slot.compute_operations = {};
  slot.compute_cycles = filled_ ? 0 : config_.pipeline_cycles;
  slot.drain_wait_cycles = 0;
  filled_ = true;
  std::uint64_t draining = 0;  // cycles that the pixel tile before needs to leave
  for (std::uint32_t column = 0; column < slot.output.columns; column += config_.columns) {
    const PixelTile tile = pixel_tile(command_, config_, slot.output.rows,
                                      std::min(config_.columns, slot.output.columns - column));
    const std::uint64_t cycles =
        words * tile.cycles_a_word + (slot.first_chunk ? config_.tile_bubble_cycles : 0);
    slot.compute_cycles += std::max(cycles, draining);
    slot.drain_wait_cycles += draining > cycles ? draining - cycles : 0;
    draining = slot.last_chunk ? divide_up(tile.pixels * outputs, config_.requantizers) : 0;
    compute[Operation::accumulate] += words * kernel * tile.pixels * outputs;
    compute[Operation::activation_register] += channels * kernel * tile.pixels;
    compute[Operation::weight_register] += channels * kernel * outputs;
    compute[Operation::input_read] += words * tile.words_read;
    compute[Operation::weight_read] += words * kernel;
  }
  slot.drain_cycles = draining;

  Operations& drain = slot.drain_operations = {};
  if (!slot.last_chunk) return;
  drain[Operation::accumulator_read] = std::uint64_t{slot.output.rows} * slot.output.columns * outputs;
  drain[Operation::requantize] = drain[Operation::accumulator_read];
}

void Schedule::advance() {
  if (++chunk_ < cut_.chunks) return;
  chunk_ = 0;
  if (++tile_ < visit_->tiles) return;
  tile_ = 0;
  if (next_visit_ && !same_input(*visit_, *next_visit_)) {
    half_ = 1 - half_;
    if (visit_->tiles == 1) missing_ = 0;  // nothing of it was loaded beside the one tile
  }
  visit_ = next_visit_;
  if (visit_) next_visit_ = after(*visit_);
}

}  // namespace kasane::hiddenite
