#include "sw/compiler/command_checker.h"

namespace kasane {

void CommandChecker::hiddenite() const {
  const auto c = as<kasane_hiddenite_convolution>();
  expect(opcode() == KASANE_HIDDENITE_CONVOLUTION || opcode() == KASANE_HIDDENITE_FULLY_CONNECTED,
         "an opcode of the hidden-network engine, found " + std::to_string(opcode()));
  reserved_zero(c);
  convolution_shape(c);
  one_pixel(c, KASANE_HIDDENITE_FULLY_CONNECTED);
  expect(c.output_min <= c.output_max, "an output range");
  separate_maps(c, c.input_channels, c.input_channel_pitch, c.output_channels, c.output_channel_pitch);
  masks(c);
  parameters(c.parameters_address, c.output_channels);
}

void CommandChecker::masks(const kasane_hiddenite_convolution& c) const {
  expect(c.generator < KASANE_GENERATORS, "a known weight generator, found " + std::to_string(c.generator));
  expect(c.field_bits <= KASANE_HIDDENITE_MAX_FIELD_BITS,
         "mask fields of at most 8 bits, found " + std::to_string(c.field_bits));
  expect(c.tile_outputs > 0 && c.tile_outputs <= header_.hiddenite_outputs,
         "tiles of 1 to the " + std::to_string(header_.hiddenite_outputs) +
             " output lanes that the package was made for, found " + std::to_string(c.tile_outputs));
  const std::uint64_t an_output =
      std::uint64_t{c.input_channels / c.groups} * c.kernel_height * c.kernel_width;
  expect(an_output <= KASANE_HIDDENITE_MAX_WEIGHTS_AN_OUTPUT,
         "at most 32768 weights an output, found " + std::to_string(an_output));
  const std::uint64_t weights = an_output * c.output_channels;
  expect(weights <= std::uint64_t{1} << 32, "at most 2^32 weights, found " + std::to_string(weights));
  const std::uint64_t group_outputs = c.output_channels / c.groups;
  const std::uint64_t tiles = (group_outputs + c.tile_outputs - 1) / c.tile_outputs * c.groups;
  expect(c.tiles_address % 4 == 0, "a 4-byte aligned table of tiles");
  within(KASANE_SPACE_WM, c.tiles_address, tiles * sizeof(std::uint32_t));
  within(KASANE_SPACE_WM, c.mask_address, c.mask_bytes);
  // A tile has a field or more, and not more than weights.
  const std::uint64_t width = c.field_bits == 0 ? 1 : c.field_bits;
  expect(c.mask_bytes >= tiles && c.mask_bytes <= (weights * width + 7 * tiles) / 8,
         "masks of as many bytes as their weights can take, found " + std::to_string(c.mask_bytes));
}

}  // namespace kasane
