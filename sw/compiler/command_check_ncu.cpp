#include "sw/compiler/command_checker.h"

namespace kasane {

void CommandChecker::convolution() const {
  const auto c = as<kasane_ncu_convolution>();
  convolution_shape(c);
  expect(c.output_min <= c.output_max, "an output range");
  input_map(c, c.input_channels);
  output_map(c, c.output_channels);
  const std::uint64_t kernel =
      std::uint64_t{c.kernel_height} * c.kernel_width * (c.input_channels / c.groups);
  expect(kernel <= weights_bytes(), "a kernel that fits its weight memory");
  within(weights_space(), c.weight_address, kernel * c.output_channels);
  parameters(c.parameters_address, c.output_channels);
}

void CommandChecker::pool() const {
  const auto c = as<kasane_ncu_pool>();
  expect(c.channels > 0 && c.input_height > 0 && c.input_width > 0 && c.output_height > 0 &&
             c.output_width > 0 && c.kernel_height > 0 && c.kernel_width > 0 && c.stride_height > 0 &&
             c.stride_width > 0,
         "sizes and strides above zero");
  expect(c.output_min <= c.output_max, "an output range");
  input_map(c, c.channels);
  output_map(c, c.channels);
  const std::uint32_t window = std::uint32_t{c.kernel_height} * c.kernel_width;
  if (c.header.opcode == KASANE_NCU_MAX_POOL)
    return expect(c.parameter_count == 0, "no parameters of a maximum");
  expect(c.parameter_count == 1 || c.parameter_count == window, "one set of parameters or one a window size");
  parameters(c.parameters_address, c.parameter_count);
}

void CommandChecker::elementwise() const {
  const auto c = as<kasane_ncu_elementwise>();
  expect(c.count > 0, "at least one element");
  expect(c.shift >= 1 && c.shift <= 62 && c.a_multiplier >= 0 && c.b_multiplier >= 0,
         "a shift from 1 to 62 and multipliers of at least 0");
  expect(c.output_min <= c.output_max, "an output range");
  within(maps_space(), c.a_address, c.count);
  if (c.header.opcode == KASANE_NCU_ADD) within(maps_space(), c.b_address, c.count);
  within(maps_space(), c.output_address, c.count);
}

void CommandChecker::ncu() const {
  switch (opcode()) {
    case KASANE_NCU_CONVOLUTION:
    case KASANE_NCU_FULLY_CONNECTED:
      return convolution();
    case KASANE_NCU_MAX_POOL:
    case KASANE_NCU_AVERAGE_POOL:
      return pool();
    case KASANE_NCU_ADD:
    case KASANE_NCU_REQUANTIZE:
      return elementwise();
    default:
      expect(false, "an opcode of the NCU, found " + std::to_string(opcode()));
  }
}

}  // namespace kasane
