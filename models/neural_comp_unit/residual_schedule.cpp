#include "models/neural_comp_unit/residual_schedule.h"

#include <algorithm>
#include <bit>
#include <map>

#include "models/common/convolution_maps.h"
#include "models/neural_comp_unit/validation.h"

namespace kasane::ncu {
namespace {

constexpr std::uint32_t entry_bytes = sizeof(kasane_kept_channel);

std::uint32_t longest_list(const KeptKernels& kept) {
  std::uint32_t longest = 0;
  for (const KeptKernels::Block& block : kept.blocks) longest = std::max(longest, block.entries);
  return longest;
}

std::uint32_t kernel_elements(const kasane_ncu_residual& command) {
  return std::uint32_t{command.kernel_height} * command.kernel_width;
}

}  // namespace

std::optional<ConvolutionTiling> residual_tiling(const kasane_ncu_residual& command, std::uint32_t entries,
                                                 const NcuConfig& config) {
  const std::uint64_t entry = std::uint64_t{kernel_elements(command)} * block_outputs(command, 0);
  return ConvolutionTiling::of(dense_layer(command), std::max(entries, 1u), entry + entry_bytes, config);
}

ResidualSchedule::ResidualSchedule(const kasane_ncu_residual& command, const NcuConfig& config,
                                   KeptKernels kept)
    : command_(command),
      layer_(dense_layer(command)),
      config_(config),
      kept_(std::move(kept)),
      tiling_(residual_tiling(command, longest_list(kept_), config).value()),
      input_(input_planes_of(layer_)),
      output_(output_planes_of(layer_)),
      sums_(sum_planes(command)) {
  cut_chunks();
}

Preparation ResidualSchedule::preparation() const {
  return preparation_of(command_, config_);
}

void ResidualSchedule::cut_chunks() {
  std::map<std::vector<std::uint16_t>, std::uint32_t> sets;
  std::uint64_t kernel = 0;
  for (std::uint32_t block = 0; block < kept_.blocks.size(); ++block) {
    const KeptKernels::Block& list = kept_.blocks[block];
    std::uint32_t done = 0;
    do {
      Chunk chunk{.block = block,
                  .first_entry = list.first_entry + done,
                  .entries = std::min(tiling_.chunk_channels, list.entries - done),
                  .first_kernel = kernel,
                  .first = done == 0};
      measure(chunk);
      std::vector<std::uint16_t> channels;
      for (const kasane_kept_channel& entry : list_of(chunk)) channels.push_back(entry.channel);
      const auto next_set = static_cast<std::uint32_t>(sets.size());
      chunk.channel_set = sets.try_emplace(std::move(channels), next_set).first->second;
      kernel += chunk.kernels;
      done += chunk.entries;
      chunk.last = done == list.entries;
      chunks_.push_back(chunk);
    } while (done < list.entries);
  }
  channel_sets_ = static_cast<std::uint32_t>(sets.size());
}

void ResidualSchedule::measure(Chunk& chunk) const {
  const auto list = list_of(chunk);
  for (std::size_t first = 0; first < list.size(); first += config_.lanes_in) {
    std::uint32_t lanes = 0;
    for (const kasane_kept_channel& entry :
         list.subspan(first, std::min<std::size_t>(config_.lanes_in, list.size() - first))) {
      lanes |= entry.outputs;
      chunk.kernels += static_cast<std::uint32_t>(std::popcount(entry.outputs));
    }
    chunk.lane_passes += static_cast<std::uint64_t>(std::popcount(lanes));
  }
}

std::span<const kasane_kept_channel> ResidualSchedule::list_of(const Chunk& chunk) const {
  return std::span(kept_.entries).subspan(chunk.first_entry, chunk.entries);
}

bool ResidualSchedule::next(Slot& slot) {
  if (row_ == command_.output_height) return false;
  place(slot);
  load_input(slot);
  load_weights(slot);
  parameters_.request(command_.parameters_address, slot.output.channel, slot.output.channels, slot);
  load_sums(slot);
  if (slot.last_chunk) {
    bursts_of(output_, slot.output, slot.stores);
  } else {
    slot.stores.clear();
  }
  count(slot);
  advance();
  return true;
}

void ResidualSchedule::place(Slot& slot) const {
  const Chunk& chunk = chunks_[chunk_];
  slot.output = {.channel = chunk.block * command_.kept_block,
                 .channels = block_outputs(command_, chunk.block),
                 .row = row_,
                 .rows = std::min(tiling_.tile.rows, command_.output_height - row_),
                 .column = column_,
                 .columns = std::min(tiling_.tile.columns, command_.output_width - column_)};
  slot.kept = list_of(chunk);
  slot.input = {.channel = slot.kept.empty() ? 0u : slot.kept.front().channel, .channels = chunk.entries};
  place_patch(layer_, slot);
  slot.first_chunk = chunk.first;
  slot.last_chunk = chunk.last;
}

void ResidualSchedule::load_input(Slot& slot) {
  slot.input_loads.clear();
  slot.fresh_input = false;
  if (slot.kept.empty()) return;
  // The output map and the lists each fit the address space, hence 64 bits suffice.
  const std::uint64_t pixel = std::uint64_t{row_} * command_.output_width + column_;
  slot.fresh_input = input_buffer_.request(pixel * channel_sets_ + chunks_[chunk_].channel_set);
  slot.input_half = input_buffer_.half();
  if (!slot.fresh_input) return;
  std::uint32_t staged = 0;
  for (std::size_t entry = 0; entry < slot.kept.size();) {
    Box box = slot.input;
    box.channel = slot.kept[entry].channel;
    box.channels = 0;
    while (entry < slot.kept.size() && slot.kept[entry].channel == box.channel + box.channels) {
      ++box.channels;
      ++entry;
    }
    bursts_of(input_, box, run_);
    for (const Burst& burst : run_) {
      slot.input_loads.push_back({burst.address, staged + burst.offset, burst.bytes});
    }
    staged += static_cast<std::uint32_t>(box.elements());
  }
}

void ResidualSchedule::load_weights(Slot& slot) {
  slot.weight_loads.clear();
  slot.fresh_weights = false;
  if (slot.kept.empty()) return;
  slot.fresh_weights = weight_buffer_.request(chunk_);
  slot.weight_half = weight_buffer_.half();
  if (!slot.fresh_weights) return;
  const Chunk& chunk = chunks_[chunk_];
  const std::uint32_t kernel = kernel_elements(command_);
  const std::uint32_t counts = 4 * (chunk.block + 1);  // each list begins with its number of entries
  const std::uint32_t list_bytes = chunk.entries * entry_bytes;
  slot.weight_loads.push_back(
      {command_.kept_address + counts + chunk.first_entry * entry_bytes, 0, list_bytes});
  slot.weight_loads.push_back(
      {static_cast<std::uint32_t>(command_.weight_address + chunk.first_kernel * kernel), list_bytes,
       chunk.kernels * kernel});
}

void ResidualSchedule::load_sums(Slot& slot) const {
  slot.sum_loads.clear();
  if (!slot.first_chunk) return;
  Box bytes = slot.output;
  bytes.column *= 4;
  bytes.columns *= 4;
  bursts_of(sums_, bytes, slot.sum_loads);
}

void ResidualSchedule::count(Slot& slot) const {
  const Chunk& chunk = chunks_[chunk_];
  const std::uint64_t kernel = kernel_elements(command_);
  const std::uint64_t pixels = std::uint64_t{slot.output.rows} * slot.output.columns;
  const std::uint64_t passes = divide_up(chunk.entries, config_.lanes_in) * kernel;
  slot.compute_cycles = passes * pixels;
  slot.drain_cycles = slot.last_chunk ? pixels : 0;

  std::uint64_t weight_bytes = 0;
  for (const Burst& burst : slot.weight_loads) weight_bytes += burst.bytes;
  const std::uint64_t patch = std::uint64_t{slot.patch.height} * slot.patch.width;
  Operations& load = slot.load_operations = {};
  load[Operation::input_write] = slot.fresh_input ? divide_up(chunk.entries * patch, config_.lanes_in) : 0;
  load[Operation::weight_write] = divide_up(weight_bytes, config_.lanes_in);
  load[Operation::operand_byte] = slot.parameter_load.bytes;
  load[Operation::accumulator_write] = slot.first_chunk ? pixels * slot.output.channels : 0;

  Operations& compute = slot.compute_operations = {};
  compute[Operation::multiply] = chunk.kernels * kernel * pixels;
  compute[Operation::add] = compute[Operation::multiply];
  compute[Operation::operand_byte] = (chunk.entries * pixels + chunk.kernels) * kernel;
  compute[Operation::input_read] = passes * pixels;
  compute[Operation::weight_read] = chunk.lane_passes * kernel;
  compute[Operation::accumulator_write] = chunk.lane_passes * kernel * pixels;
  compute[Operation::accumulator_read] = compute[Operation::accumulator_write];

  Operations& drain = slot.drain_operations = {};
  if (!slot.last_chunk) return;
  drain[Operation::accumulator_read] = pixels * slot.output.channels;
  drain[Operation::requantize] = pixels * slot.output.channels;
}

void ResidualSchedule::advance() {
  if (++chunk_ < chunks_.size()) return;
  chunk_ = 0;
  column_ += std::min(tiling_.tile.columns, command_.output_width - column_);
  if (column_ < command_.output_width) return;
  column_ = 0;
  row_ += std::min(tiling_.tile.rows, command_.output_height - row_);
}

}  // namespace kasane::ncu
