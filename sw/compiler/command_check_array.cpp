#include "sw/compiler/command_checker.h"

namespace kasane {

void CommandChecker::array() const {
  const auto c = as<kasane_cartesian_convolution>();
  expect(opcode() == KASANE_CARTESIAN_CONVOLUTION || opcode() == KASANE_CARTESIAN_FULLY_CONNECTED,
         "an opcode of the Cartesian-product array, found " + std::to_string(opcode()));
  reserved_zero(c);
  array_shape(c);
  array_formats(c);
  array_maps(c);
  array_weights(c);
}

void CommandChecker::array_shape(const kasane_cartesian_convolution& c) const {
  convolution_shape(c);
  const std::uint32_t elements = std::uint32_t{c.kernel_height} * c.kernel_width;
  expect(elements <= KASANE_CARTESIAN_MAX_KERNEL_ELEMENTS,
         "a kernel of at most 64 elements, found " + std::to_string(elements));
  one_pixel(c, KASANE_CARTESIAN_FULLY_CONNECTED);
  expect(c.tile_outputs >= 2 && c.tile_outputs % 2 == 0, "an even number of columns of the array");
  expect(c.tile_outputs == header_.array_columns, "tiles of the " + std::to_string(header_.array_columns) +
                                                      " columns that the package was made for, found " +
                                                      std::to_string(c.tile_outputs));
}

void CommandChecker::array_formats(const kasane_cartesian_convolution& c) const {
  expect((c.input_bits == 4 || c.input_bits == 8) && (c.output_bits == 4 || c.output_bits == 8),
         "maps of 4 or 8 bits");
  expect(c.pad_value >= -8 && c.pad_value <= 7, "padding of 4 bits");
  expect(c.output_min <= c.output_max, "an output range");
  if (c.output_bits == 8) return;
  expect(c.output_min >= -8 && c.output_max <= 7, "an output range of 4 bits");
  expect(c.groups == 1 || c.output_channels / c.groups % 2 == 0,
         "an even number of output channels in each group of a packed map");
}

void CommandChecker::array_maps(const kasane_cartesian_convolution& c) const {
  const auto planes = [](std::uint64_t channels, int bits) {
    return bits == 4 ? (channels + 1) / 2 : channels;
  };
  separate_maps(c, planes(c.input_channels, c.input_bits), c.input_plane_pitch,
                planes(c.output_channels, c.output_bits), c.output_plane_pitch);
}

void CommandChecker::array_weights(const kasane_cartesian_convolution& c) const {
  const std::uint64_t group_outputs = c.output_channels / c.groups;
  const std::uint64_t tiles = (group_outputs + c.tile_outputs - 1) / c.tile_outputs * c.groups;
  const std::uint64_t inputs = c.input_channels / c.groups;
  const std::uint64_t elements = std::uint64_t{c.kernel_height} * c.kernel_width;
  // Keeps all products below within 64 bits.
  expect(tiles <= header_.wm_bytes / inputs, "bitmaps that fit their weight memory");
  within(KASANE_SPACE_WM, c.kept_address, tiles * inputs * ((elements + 7) / 8));
  within(KASANE_SPACE_WM, c.weight_address, c.weight_bytes);
  // Every step takes ceil(outputs of the tile / 2) bytes.
  const std::uint64_t of_group =
      group_outputs / c.tile_outputs * (c.tile_outputs / 2) + (group_outputs % c.tile_outputs + 1) / 2;
  expect(c.weight_bytes <= of_group * c.groups * inputs * elements,
         "no more weights than a dense layer has, found " + std::to_string(c.weight_bytes) + " bytes");
  parameters(c.parameters_address, c.output_channels);
}

}  // namespace kasane
