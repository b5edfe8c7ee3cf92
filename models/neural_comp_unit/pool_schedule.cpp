#include "models/neural_comp_unit/pool_schedule.h"

#include <algorithm>

#include "models/neural_comp_unit/validation.h"

namespace kasane::ncu {

WindowRange window_range(std::uint32_t at, std::uint32_t stride, std::uint32_t pad, std::uint32_t kernel,
                         std::uint32_t size) {
  const std::int64_t first = std::int64_t{at} * stride - pad;
  return {static_cast<std::uint32_t>(std::clamp<std::int64_t>(first, 0, size)),
          static_cast<std::uint32_t>(std::clamp<std::int64_t>(first + kernel, 0, size))};
}

std::optional<PoolTiling> PoolTiling::of(const kasane_ncu_pool& command, const NcuConfig& config) {
  const auto span_of = [](std::uint64_t outputs, std::uint32_t stride, std::uint32_t kernel,
                          std::uint32_t size) {
    return std::min<std::uint64_t>((outputs - 1) * stride + kernel, size);
  };
  const auto patch = [&](std::uint32_t rows, std::uint32_t columns) {
    return span_of(rows, command.stride_height, command.kernel_height, command.input_height) *
           span_of(columns, command.stride_width, command.kernel_width, command.input_width);
  };
  const std::uint32_t lanes = std::min(command.channels, config.pool_lanes);
  for (const std::uint32_t channels : {lanes, 1u}) {
    const std::uint32_t pixels = config.accumulator_pixels * config.lanes_out / channels;
    const auto tile = choose_tile(command.output_height, command.output_width, pixels,
                                  [&](std::uint32_t rows, std::uint32_t columns) {
                                    return patch(rows, columns) <= config.input_buffer_bytes / channels;
                                  });
    if (!tile) continue;
    // Where all lanes did not fit, as many as do.
    const std::uint64_t fitting = config.input_buffer_bytes / patch(tile->rows, tile->columns);
    const std::uint64_t sums = std::uint64_t{config.accumulator_pixels} * config.lanes_out;
    const std::uint64_t used =
        std::min({std::uint64_t{lanes}, fitting, sums / (std::uint64_t{tile->rows} * tile->columns)});
    return PoolTiling{*tile, static_cast<std::uint32_t>(used)};
  }
  return std::nullopt;
}

PoolSchedule::PoolSchedule(const kasane_ncu_pool& command, const NcuConfig& config)
    : command_(command),
      config_(config),
      average_(command.header.opcode == KASANE_NCU_AVERAGE_POOL),
      tiling_(PoolTiling::of(command, config).value()),
      input_(input_planes(command)),
      output_(output_planes(command)) {}

bool PoolSchedule::next(Slot& slot) {
  if (row_ == command_.output_height) return false;
  place(slot);
  count(slot);
  advance();
  return true;
}

void PoolSchedule::place(Slot& slot) {
  slot.output = {.channel = channel_,
                 .channels = std::min(tiling_.channels, command_.channels - channel_),
                 .row = row_,
                 .rows = std::min(tiling_.tile.rows, command_.output_height - row_),
                 .column = column_,
                 .columns = std::min(tiling_.tile.columns, command_.output_width - column_)};
  const auto rows = [&](std::uint32_t at) {
    return window_range(at, command_.stride_height, command_.pad_top, command_.kernel_height,
                        command_.input_height);
  };
  const auto columns = [&](std::uint32_t at) {
    return window_range(at, command_.stride_width, command_.pad_left, command_.kernel_width,
                        command_.input_width);
  };
  const std::uint32_t first_row = rows(row_).begin;
  const std::uint32_t first_column = columns(column_).begin;
  slot.input = {.channel = channel_,
                .channels = slot.output.channels,
                .row = first_row,
                .rows = rows(row_ + slot.output.rows - 1).end - first_row,
                .column = first_column,
                .columns = columns(column_ + slot.output.columns - 1).end - first_column};
  half_ = 1 - half_;
  slot.input_half = half_;
  slot.fresh_input = true;
  bursts_of(input_, slot.input, slot.input_loads);
  bursts_of(output_, slot.output, slot.stores);
  slot.weight_loads.clear();
  slot.fresh_weights = false;
  slot.fresh_parameters = average_ && !parameters_loaded_;
  slot.parameter_load = {};
  if (slot.fresh_parameters) {
    constexpr std::uint32_t record = sizeof(kasane_channel_parameters);
    slot.parameter_load = {command_.parameters_address, 0, command_.parameter_count * record};
    parameters_loaded_ = true;
  }
}

void PoolSchedule::count(Slot& slot) const {
  std::uint64_t rows_inside = 0;
  for (std::uint32_t row = 0; row < slot.output.rows; ++row) {
    rows_inside += window_range(slot.output.row + row, command_.stride_height, command_.pad_top,
                                command_.kernel_height, command_.input_height)
                       .length();
  }
  std::uint64_t columns_inside = 0;
  for (std::uint32_t column = 0; column < slot.output.columns; ++column) {
    columns_inside += window_range(slot.output.column + column, command_.stride_width, command_.pad_left,
                                   command_.kernel_width, command_.input_width)
                          .length();
  }
  const std::uint64_t inside = rows_inside * columns_inside;  // windows are products of ranges
  const std::uint64_t channels = slot.output.channels;
  const std::uint64_t pixels = std::uint64_t{slot.output.rows} * slot.output.columns;
  slot.compute_cycles = inside;
  slot.drain_cycles = pixels * divide_up(channels, config_.lanes_out);

  Operations& load = slot.load_operations = {};
  load[Operation::input_write] = divide_up(slot.input.elements(), config_.lanes_in);
  load[Operation::operand_byte] = slot.parameter_load.bytes;
  Operations& compute = slot.compute_operations = {};
  compute[Operation::input_read] = inside * divide_up(channels, config_.lanes_in);
  compute[Operation::operand_byte] = inside * channels;
  compute[average_ ? Operation::add : Operation::compare] = inside * channels;
  compute[Operation::accumulator_write] = pixels * channels;
  Operations& drain = slot.drain_operations = {};
  drain[Operation::accumulator_read] = pixels * channels;
  drain[Operation::requantize] = average_ ? pixels * channels : 0;
}

void PoolSchedule::advance() {
  channel_ += std::min(tiling_.channels, command_.channels - channel_);
  if (channel_ < command_.channels) return;
  channel_ = 0;
  column_ += std::min(tiling_.tile.columns, command_.output_width - column_);
  if (column_ < command_.output_width) return;
  column_ = 0;
  row_ += std::min(tiling_.tile.rows, command_.output_height - row_);
}

}  // namespace kasane::ncu
