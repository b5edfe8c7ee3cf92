#include "models/neural_comp_unit/convolution_schedule.h"

#include <algorithm>

#include "models/common/convolution_maps.h"
#include "models/neural_comp_unit/validation.h"

namespace kasane::ncu {

ConvolutionSchedule::ConvolutionSchedule(const kasane_ncu_convolution& command, const NcuConfig& config)
    : command_(command),
      config_(config),
      tiling_(ConvolutionTiling::of(command, config).value()),
      input_(input_planes_of(command)),
      output_(output_planes_of(command)),
      group_inputs_(command.input_channels / command.groups),
      group_outputs_(command.output_channels / command.groups) {}

bool ConvolutionSchedule::next(Slot& slot) {
  if (group_ == command_.groups) return false;
  place(slot);
  load_input(slot);
  load_weights(slot);
  parameters_.request(command_.parameters_address, slot.output.channel, slot.output.channels, slot);
  if (slot.last_chunk) {
    bursts_of(output_, slot.output, slot.stores);
  } else {
    slot.stores.clear();
  }
  count(slot);
  advance();
  return true;
}

void ConvolutionSchedule::place(Slot& slot) const {
  slot.output = {.channel = group_ * group_outputs_ + out_,
                 .channels = std::min(config_.lanes_out, group_outputs_ - out_),
                 .row = row_,
                 .rows = std::min(tiling_.tile.rows, command_.output_height - row_),
                 .column = column_,
                 .columns = std::min(tiling_.tile.columns, command_.output_width - column_)};
  slot.input = {.channel = group_ * group_inputs_ + channel_,
                .channels = std::min(tiling_.chunk_channels, group_inputs_ - channel_)};
  place_patch(command_, slot);
  slot.first_chunk = channel_ == 0;
  slot.last_chunk = channel_ + slot.input.channels == group_inputs_;
}

void ConvolutionSchedule::load_input(Slot& slot) {
  // A tile's first pixel and a chunk's first channel name what the half holds; their product fits 64 bits
  // because the output map and the channels of all groups each fit the address space.
  const std::uint64_t pixel = std::uint64_t{row_} * command_.output_width + column_;
  slot.fresh_input = input_buffer_.request(pixel * command_.input_channels + slot.input.channel);
  slot.input_half = input_buffer_.half();
  if (slot.fresh_input) {
    bursts_of(input_, slot.input, slot.input_loads);
  } else {
    slot.input_loads.clear();
  }
}

void ConvolutionSchedule::load_weights(Slot& slot) {
  slot.weight_loads.clear();
  const std::uint64_t first_weight = std::uint64_t{slot.output.channel} * group_inputs_ + channel_;
  slot.fresh_weights = weight_buffer_.request(first_weight);
  slot.weight_half = weight_buffer_.half();
  if (!slot.fresh_weights) return;
  const std::uint32_t kernel = std::uint32_t{command_.kernel_height} * command_.kernel_width;
  const bool contiguous = slot.input.channels == group_inputs_;
  const std::uint32_t run = slot.input.channels * kernel * (contiguous ? slot.output.channels : 1);
  for (std::uint32_t part = 0; part < (contiguous ? 1 : slot.output.channels); ++part) {
    const std::uint64_t weight = (first_weight + std::uint64_t{part} * group_inputs_) * kernel;
    slot.weight_loads.push_back(
        {static_cast<std::uint32_t>(command_.weight_address + weight), part * run, run});
  }
}

void ConvolutionSchedule::count(Slot& slot) const {
  const std::uint64_t kernel = std::uint64_t{command_.kernel_height} * command_.kernel_width;
  const std::uint64_t pixels = std::uint64_t{slot.output.rows} * slot.output.columns;
  const std::uint64_t channels = slot.input.channels;
  const std::uint64_t outputs = slot.output.channels;
  const std::uint64_t passes = divide_up(channels, config_.lanes_in) * kernel;
  slot.compute_cycles = passes * pixels;
  slot.drain_cycles = slot.last_chunk ? pixels : 0;

  std::uint64_t weight_bytes = 0;
  for (const Burst& burst : slot.weight_loads) weight_bytes += burst.bytes;
  Operations& load = slot.load_operations = {};
  load[Operation::input_write] =
      slot.fresh_input ? divide_up(channels * slot.patch.height * slot.patch.width, config_.lanes_in) : 0;
  load[Operation::weight_write] = divide_up(weight_bytes, config_.lanes_in);
  load[Operation::operand_byte] = slot.parameter_load.bytes;

  Operations& compute = slot.compute_operations = {};
  compute[Operation::multiply] = channels * kernel * pixels * outputs;
  compute[Operation::add] = compute[Operation::multiply];
  compute[Operation::operand_byte] = channels * kernel * (pixels + outputs);
  compute[Operation::input_read] = passes * pixels;
  compute[Operation::weight_read] = passes * outputs;
  compute[Operation::accumulator_write] = passes * pixels * outputs;
  compute[Operation::accumulator_read] = (passes - (slot.first_chunk ? 1 : 0)) * pixels * outputs;

  Operations& drain = slot.drain_operations = {};
  if (!slot.last_chunk) return;
  drain[Operation::accumulator_read] = pixels * outputs;
  drain[Operation::requantize] = pixels * outputs;
}

void ConvolutionSchedule::advance() {
  channel_ += std::min(tiling_.chunk_channels, group_inputs_ - channel_);
  if (channel_ < group_inputs_) return;
  channel_ = 0;
  out_ += std::min(config_.lanes_out, group_outputs_ - out_);
  if (out_ < group_outputs_) return;
  out_ = 0;
  column_ += std::min(tiling_.tile.columns, command_.output_width - column_);
  if (column_ < command_.output_width) return;
  column_ = 0;
  row_ += std::min(tiling_.tile.rows, command_.output_height - row_);
  if (row_ < command_.output_height) return;
  row_ = 0;
  ++group_;
}

}  // namespace kasane::ncu
