/// Which commands the array refuses before it begins.
#include "models/cartesian_array/band.h"
#include "models/cartesian_array/schedule.h"
#include "models/common/command_fields.h"
#include "models/common/port_timing.h"

namespace kasane::cartesian {
namespace {

constexpr std::int8_t least_level = -8;
constexpr std::int8_t largest_level = 7;

bool is_level(std::int8_t value) {
  return value >= least_level && value <= largest_level;
}

bool valid_fields(const kasane_cartesian_convolution& command) {
  return command.header.reserved == 0 && all_zero(command.reserved) && command.kernel_height > 0 &&
         command.kernel_width > 0 && command.stride_height > 0 && command.stride_width > 0 &&
         command.dilation_height > 0 && command.dilation_width > 0 &&
         std::uint32_t{command.kernel_height} * command.kernel_width <= KASANE_CARTESIAN_MAX_KERNEL_ELEMENTS;
}

bool valid_formats(const kasane_cartesian_convolution& command) {
  if (command.input_bits != 4 && command.input_bits != 8) return false;
  if (!is_level(command.pad_value) || command.output_min > command.output_max) return false;
  if (command.output_bits == 8) return true;
  // Two groups' channels in one byte would be two tiles' in one byte.
  const bool whole_bytes = command.groups == 1 || command.output_channels / command.groups % 2 == 0;
  return command.output_bits == 4 && is_level(command.output_min) && is_level(command.output_max) &&
         whole_bytes;
}

bool valid_lists(const kasane_cartesian_convolution& command) {
  const OutputTiles tiles(command);
  const std::uint64_t list = std::uint64_t{tiles.group_inputs} * bitmap_bytes(command);
  return tiles.count <= (std::uint64_t{1} << 32) / list &&
         addressable(command.kept_address, kept_bytes(command)) && command.parameters_address % 4 == 0 &&
         addressable(command.parameters_address,
                     std::uint64_t{command.output_channels} * sizeof(kasane_channel_parameters));
}

bool valid_convolution(const kasane_cartesian_convolution& command, const CartesianConfig& config) {
  return valid_fields(command) && valid(input_map(command)) && valid(output_map(command)) &&
         groups_divide_channels(command) && valid_formats(command) &&
         command.tile_outputs == config.columns && valid_lists(command) && fits(command, config);
}

}  // namespace

std::uint32_t check(const kasane_cartesian_convolution& command, const CartesianConfig& config) {
  const std::uint16_t opcode = command.header.opcode;
  if (opcode != KASANE_CARTESIAN_CONVOLUTION && opcode != KASANE_CARTESIAN_FULLY_CONNECTED) {
    return KASANE_ERROR_OPCODE;
  }
  if (opcode == KASANE_CARTESIAN_FULLY_CONNECTED && !is_fully_connected(command)) {
    return KASANE_ERROR_PARAMETER;
  }
  return valid_convolution(command, config) ? KASANE_ERROR_NONE : KASANE_ERROR_PARAMETER;
}

}  // namespace kasane::cartesian
