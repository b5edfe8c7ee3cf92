#include "models/neural_comp_unit/validation.h"

#include <algorithm>

#include "models/common/command_fields.h"
#include "models/common/convolution_maps.h"
#include "models/neural_comp_unit/convolution_schedule.h"
#include "models/neural_comp_unit/pool_schedule.h"
#include "models/neural_comp_unit/residual_schedule.h"

namespace kasane::ncu {
namespace {

constexpr std::uint64_t parameter_bytes = sizeof(kasane_channel_parameters);

std::uint32_t code(bool valid) {
  return valid ? KASANE_ERROR_NONE : KASANE_ERROR_PARAMETER;
}

bool valid_pool(const kasane_ncu_pool& command) {
  if (!all_zero(command.reserved) || command.output_min > command.output_max) return false;
  if (command.kernel_height == 0 || command.kernel_width == 0) return false;
  if (command.stride_height == 0 || command.stride_width == 0) return false;
  if (!valid(input_planes(command)) || !valid(output_planes(command))) return false;
  // Windows move monotonically: if the first and the last hold an element, all do, for then pad < kernel and
  // the last begins inside.
  const auto inside = [](std::uint32_t outputs, std::uint32_t stride, std::uint32_t pad, std::uint32_t kernel,
                         std::uint32_t size) {
    return pad < kernel && std::uint64_t{outputs - 1} * stride < std::uint64_t{size} + pad;
  };
  return inside(command.output_height, command.stride_height, command.pad_top, command.kernel_height,
                command.input_height) &&
         inside(command.output_width, command.stride_width, command.pad_left, command.kernel_width,
                command.input_width);
}

bool valid_elementwise(const kasane_ncu_elementwise& command) {
  return all_zero(command.reserved) && command.count > 0 && command.output_min <= command.output_max &&
         command.a_multiplier >= 0 && command.b_multiplier >= 0 && command.shift >= 1 &&
         command.shift <= 62 && addressable(command.a_address, command.count) &&
         addressable(command.output_address, command.count);
}

/// Kernel, strides, maps and parameters: all but the weights and what depends on them.
bool valid_layer(const kasane_ncu_convolution& command) {
  if (!all_zero(command.reserved) || command.output_min > command.output_max) return false;
  if (command.kernel_height == 0 || command.kernel_width == 0 || command.stride_height == 0 ||
      command.stride_width == 0 || command.dilation_height == 0 || command.dilation_width == 0) {
    return false;
  }
  if (!valid(input_planes_of(command)) || !valid(output_planes_of(command))) return false;
  return command.parameters_address % 4 == 0 &&
         addressable(command.parameters_address, parameter_bytes * command.output_channels);
}

bool valid_convolution(const kasane_ncu_convolution& command, const NcuConfig& config) {
  if (!valid_layer(command)) return false;
  if (!groups_divide_channels(command)) return false;
  const std::uint64_t inputs = command.input_channels / command.groups;
  const std::uint64_t kernels = inputs * command.output_channels;  // < 2^64
  const std::uint64_t kernel = std::uint64_t{command.kernel_height} * command.kernel_width;
  if (kernels > (std::uint64_t{1} << 32) / kernel) return false;
  if (!addressable(command.weight_address, kernels * kernel)) return false;
  return ConvolutionTiling::of(command, config).has_value();
}

bool valid_residual(const kasane_ncu_residual& command, const NcuConfig& config) {
  if (!all_zero(command.reserved) || !valid_layer(dense_layer(command))) return false;
  if (command.kept_block == 0 || command.kept_block > KASANE_NCU_MAX_KEPT_BLOCK ||
      command.kept_block > config.lanes_out) {
    return false;
  }
  const std::uint64_t blocks = divide_up(command.output_channels, command.kept_block);
  if (command.kept_address % 4 != 0 || command.kept_bytes % 4 != 0 || command.kept_bytes / 4 < blocks ||
      !addressable(command.kept_address, command.kept_bytes)) {
    return false;
  }
  if (command.sums_address % 4 != 0 || command.sums_channel_pitch % 4 != 0) return false;
  if (command.output_width > (1u << 30) || !valid(sum_planes(command))) return false;
  return residual_tiling(command, 1, config).has_value();
}

}  // namespace

std::uint32_t check_convolution(const kasane_ncu_convolution& command, const NcuConfig& config) {
  return code(valid_convolution(command, config));
}

std::uint32_t check_fully_connected(const kasane_ncu_convolution& command, const NcuConfig& config) {
  return code(is_fully_connected(command) && valid_convolution(command, config));
}

std::uint32_t check_residual(const kasane_ncu_residual& command, const NcuConfig& config) {
  return code(valid_residual(command, config));
}

std::uint32_t check_max_pool(const kasane_ncu_pool& command, const NcuConfig& config) {
  return code(command.parameter_count == 0 && valid_pool(command) && PoolTiling::of(command, config));
}

std::uint32_t check_average_pool(const kasane_ncu_pool& command, const NcuConfig& config) {
  const std::uint64_t window = std::uint64_t{command.kernel_height} * command.kernel_width;
  const std::uint64_t bytes = parameter_bytes * command.parameter_count;
  return code((command.parameter_count == 1 || command.parameter_count == window) &&
              bytes <= std::max<std::uint64_t>(config.weight_buffer_bytes, parameter_bytes) &&
              command.parameters_address % 4 == 0 && addressable(command.parameters_address, bytes) &&
              valid_pool(command) && PoolTiling::of(command, config));
}

std::uint32_t check_add(const kasane_ncu_elementwise& command) {
  return code(valid_elementwise(command) && addressable(command.b_address, command.count));
}

std::uint32_t check_requantize(const kasane_ncu_elementwise& command) {
  return code(valid_elementwise(command) && command.b_multiplier == 0);
}

Planes sum_planes(const kasane_ncu_residual& command) {
  const std::uint32_t row = command.output_width * 4;
  return {command.sums_address,       command.output_channels,
          command.output_height,      row,
          command.sums_channel_pitch, row};
}

Planes input_planes(const kasane_ncu_pool& command) {
  return {command.input_address,       command.channels,       command.input_height, command.input_width,
          command.input_channel_pitch, command.input_row_pitch};
}

Planes output_planes(const kasane_ncu_pool& command) {
  return {command.output_address,       command.channels,        command.output_height, command.output_width,
          command.output_channel_pitch, command.output_row_pitch};
}

}  // namespace kasane::ncu
