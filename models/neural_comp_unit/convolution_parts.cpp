#include "models/neural_comp_unit/convolution_parts.h"

#include <algorithm>

#include "models/common/convolution_maps.h"

namespace kasane::ncu {

std::optional<ConvolutionTiling> ConvolutionTiling::of(const kasane_ncu_convolution& command,
                                                       const NcuConfig& config) {
  const std::uint32_t outputs = std::min(command.output_channels / command.groups, config.lanes_out);
  const std::uint64_t kernel = std::uint64_t{command.kernel_height} * command.kernel_width;
  return of(command, command.input_channels / command.groups, kernel * outputs, config);
}

std::optional<ConvolutionTiling> ConvolutionTiling::of(const kasane_ncu_convolution& command,
                                                       std::uint32_t inputs, std::uint64_t weight_bytes,
                                                       const NcuConfig& config) {
  const auto patch = [&](std::uint32_t rows, std::uint32_t columns) {
    return rows_of(command).extent(rows) * columns_of(command).extent(columns);
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
                  config.weight_buffer_bytes / weight_bytes});
    if (chunk == 0) return std::nullopt;
    if (chunk < inputs && chunk > config.lanes_in) chunk -= chunk % config.lanes_in;
    return ConvolutionTiling{*tile, static_cast<std::uint32_t>(chunk)};
  }
  return std::nullopt;
}

void place_patch(const kasane_ncu_convolution& command, Slot& slot) {
  const CoveredArea area = covered_area(command, slot.output);
  slot.patch = area.patch;
  slot.input.row = area.input.row;
  slot.input.rows = area.input.rows;
  slot.input.column = area.input.column;
  slot.input.columns = area.input.columns;
}

kasane_ncu_convolution dense_layer(const kasane_ncu_residual& command) {
  kasane_ncu_convolution layer{};
  layer.header = command.header;
  layer.input_address = command.input_address;
  layer.output_address = command.output_address;
  layer.parameters_address = command.parameters_address;
  layer.input_channels = command.input_channels;
  layer.input_height = command.input_height;
  layer.input_width = command.input_width;
  layer.output_channels = command.output_channels;
  layer.output_height = command.output_height;
  layer.output_width = command.output_width;
  layer.input_channel_pitch = command.input_channel_pitch;
  layer.input_row_pitch = command.input_row_pitch;
  layer.output_channel_pitch = command.output_channel_pitch;
  layer.output_row_pitch = command.output_row_pitch;
  layer.groups = 1;
  layer.kernel_height = command.kernel_height;
  layer.kernel_width = command.kernel_width;
  layer.stride_height = command.stride_height;
  layer.stride_width = command.stride_width;
  layer.dilation_height = layer.dilation_width = 1;
  layer.pad_top = command.pad_top;
  layer.pad_left = command.pad_left;
  layer.pad_value = command.pad_value;
  layer.output_zero_point = command.output_zero_point;
  layer.output_min = command.output_min;
  layer.output_max = command.output_max;
  return layer;
}

}  // namespace kasane::ncu
