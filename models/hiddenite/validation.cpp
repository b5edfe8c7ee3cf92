/// Which commands the engine refuses before it begins.
#include "models/common/command_fields.h"
#include "models/common/convolution_maps.h"
#include "models/common/port_timing.h"
#include "models/hiddenite/band.h"
#include "models/hiddenite/schedule.h"

namespace kasane::hiddenite {
namespace {

/// Of a command: their count within it has 32 bits.
constexpr std::uint64_t most_weights = std::uint64_t{1} << 32;

bool valid_fields(const kasane_hiddenite_convolution& command) {
  return command.header.reserved == 0 && all_zero(command.reserved) && command.kernel_height > 0 &&
         command.kernel_width > 0 && command.stride_height > 0 && command.stride_width > 0 &&
         command.dilation_height > 0 && command.dilation_width > 0 &&
         command.output_min <= command.output_max;
}

bool valid_weights(const kasane_hiddenite_convolution& command, const HiddeniteConfig& config) {
  const std::uint64_t kernel = std::uint64_t{command.kernel_height} * command.kernel_width;
  const std::uint64_t an_output = command.input_channels / command.groups * kernel;
  return command.generator < KASANE_GENERATORS && command.field_bits <= KASANE_HIDDENITE_MAX_FIELD_BITS &&
         command.tile_outputs > 0 && command.tile_outputs <= config.output_channels &&
         an_output <= KASANE_HIDDENITE_MAX_WEIGHTS_AN_OUTPUT &&
         an_output * command.output_channels <= most_weights;
}

/// Precondition: valid_weights().
bool valid_addresses(const kasane_hiddenite_convolution& command) {
  const std::uint64_t table = std::uint64_t{OutputTiles(command).count} * sizeof(std::uint32_t);
  return command.tiles_address % 4 == 0 && addressable(command.tiles_address, table) &&
         addressable(command.mask_address, command.mask_bytes) && command.parameters_address % 4 == 0 &&
         addressable(command.parameters_address,
                     std::uint64_t{command.output_channels} * sizeof(kasane_channel_parameters));
}

bool valid_convolution(const kasane_hiddenite_convolution& command, const HiddeniteConfig& config) {
  return valid_fields(command) && valid(input_planes_of(command)) && valid(output_planes_of(command)) &&
         groups_divide_channels(command) && valid_weights(command, config) && valid_addresses(command) &&
         fits(command, config);
}

}  // namespace

std::uint32_t check(const kasane_hiddenite_convolution& command, const HiddeniteConfig& config) {
  const std::uint16_t opcode = command.header.opcode;
  if (opcode != KASANE_HIDDENITE_CONVOLUTION && opcode != KASANE_HIDDENITE_FULLY_CONNECTED) {
    return KASANE_ERROR_OPCODE;
  }
  if (opcode == KASANE_HIDDENITE_FULLY_CONNECTED && !is_fully_connected(command)) {
    return KASANE_ERROR_PARAMETER;
  }
  return valid_convolution(command, config) ? KASANE_ERROR_NONE : KASANE_ERROR_PARAMETER;
}

}  // namespace kasane::hiddenite
