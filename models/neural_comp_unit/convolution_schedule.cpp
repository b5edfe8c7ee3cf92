#include "models/neural_comp_unit/convolution_schedule.h"

#include <algorithm>

#include "models/neural_comp_unit/validation.h"

namespace kasane::ncu {
namespace {

/// Input elements that `outputs` windows side by side span.
std::uint64_t span_of(std::uint64_t outputs, std::uint32_t stride, std::uint32_t kernel,
                      std::uint32_t dilation) {
  return (outputs - 1) * stride + std::uint64_t{kernel - 1u} * dilation + 1;
}

/// The part of [first, first + length) that lies in [0, size).
struct Clipped {
  std::uint32_t begin = 0;
  std::uint32_t length = 0;
  std::uint32_t before = 0;  ///< how much was cut off in front
};

Clipped clip(std::int64_t first, std::int64_t length, std::int64_t size) {
  const std::int64_t begin = std::clamp<std::int64_t>(first, 0, size);
  const std::int64_t end = std::clamp<std::int64_t>(first + length, 0, size);
  return {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end - begin),
          static_cast<std::uint32_t>(std::min(begin - first, length))};
}

}  // namespace

std::optional<ConvolutionTiling> ConvolutionTiling::of(const kasane_ncu_convolution& command,
                                                       const NcuConfig& config) {
  const std::uint32_t inputs = command.input_channels / command.groups;
  const std::uint32_t outputs = std::min(command.output_channels / command.groups, config.lanes_out);
  const std::uint64_t kernel = std::uint64_t{command.kernel_height} * command.kernel_width;
  const auto patch = [&](std::uint32_t rows, std::uint32_t columns) {
    return span_of(rows, command.stride_height, command.kernel_height, command.dilation_height) *
           span_of(columns, command.stride_width, command.kernel_width, command.dilation_width);
  };
  // Tiles are made for a full row of lanes; where even one pixel is too large for that, fewer lanes are used.
  for (const std::uint32_t channels : {std::min(inputs, config.lanes_in), 1u}) {
    const auto tile = choose_tile(command.output_height, command.output_width, config.accumulator_pixels,
                                  [&](std::uint32_t rows, std::uint32_t columns) {
                                    return patch(rows, columns) <= config.input_buffer_bytes / channels;
                                  });
    if (!tile) continue;
    std::uint64_t chunk =
        std::min({std::uint64_t{inputs}, config.input_buffer_bytes / patch(tile->rows, tile->columns),
                  config.weight_buffer_bytes / (kernel * outputs)});
    if (chunk == 0) return std::nullopt;
    if (chunk < inputs && chunk > config.lanes_in) chunk -= chunk % config.lanes_in;
    return ConvolutionTiling{*tile, static_cast<std::uint32_t>(chunk)};
  }
  return std::nullopt;
}

ConvolutionSchedule::ConvolutionSchedule(const kasane_ncu_convolution& command, const NcuConfig& config)
    : command_(command),
      config_(config),
      tiling_(ConvolutionTiling::of(command, config).value()),
      input_(input_planes(command)),
      output_(output_planes(command)),
      group_inputs_(command.input_channels / command.groups),
      group_outputs_(command.output_channels / command.groups) {}

bool ConvolutionSchedule::next(Slot& slot) {
  if (group_ == command_.groups) return false;
  place(slot);
  load_input(slot);
  load_weights(slot);
  load_parameters(slot);
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
  const std::uint64_t height =
      span_of(slot.output.rows, command_.stride_height, command_.kernel_height, command_.dilation_height);
  const std::uint64_t width =
      span_of(slot.output.columns, command_.stride_width, command_.kernel_width, command_.dilation_width);
  const Clipped rows = clip(std::int64_t{row_} * command_.stride_height - command_.pad_top,
                            static_cast<std::int64_t>(height), command_.input_height);
  const Clipped columns = clip(std::int64_t{column_} * command_.stride_width - command_.pad_left,
                               static_cast<std::int64_t>(width), command_.input_width);
  slot.patch = {static_cast<std::uint32_t>(height), static_cast<std::uint32_t>(width), rows.before,
                columns.before};
  slot.input = {.channel = group_ * group_inputs_ + channel_,
                .channels = std::min(tiling_.chunk_channels, group_inputs_ - channel_),
                .row = rows.begin,
                .rows = rows.length,
                .column = columns.begin,
                .columns = columns.length};
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

void ConvolutionSchedule::load_parameters(Slot& slot) {
  slot.fresh_parameters = parameters_ != slot.output.channel;
  parameters_ = slot.output.channel;
  slot.parameter_load = {};
  if (!slot.fresh_parameters) return;
  constexpr std::uint32_t record = sizeof(kasane_channel_parameters);
  slot.parameter_load = {command_.parameters_address + slot.output.channel * record, 0,
                         slot.output.channels * record};
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
