/// Random sizes of layers whose windows slide over a feature map, for all commands that have the fields.
#pragma once

#include <algorithm>
#include <cstdint>
#include <sstream>
#include <string>

#include "tests/reference/random_layers.h"

namespace kasane::reference {

/// 1 ... largest.
uint32_t size_up_to(Random& random, uint32_t largest);

/// One axis of a window that slides over an input.
struct Axis {
  uint32_t input = 1, kernel = 1, stride = 1, dilation = 1, pad = 0, output = 1;
};

/// Padding is smaller than the window on both sides, so every window holds at least one element of the input
/// (without dilation). `kernel` 0: any up to the limit.
Axis random_axis(Random& random, const LayerLimits& limits, bool dilated, uint32_t kernel = 0);

/// Dilated, and as formulas hold for any padding and output size, at times with windows beyond the input.
Axis random_free_axis(Random& random, const LayerLimits& limits, uint32_t kernel = 0);

template <typename Command>
void set_axes(Command& command, const Axis& vertical, const Axis& horizontal) {
  command.input_height = vertical.input;
  command.input_width = horizontal.input;
  command.output_height = vertical.output;
  command.output_width = horizontal.output;
  command.kernel_height = static_cast<uint16_t>(vertical.kernel);
  command.kernel_width = static_cast<uint16_t>(horizontal.kernel);
  command.stride_height = static_cast<uint16_t>(vertical.stride);
  command.stride_width = static_cast<uint16_t>(horizontal.stride);
  command.pad_top = static_cast<uint16_t>(vertical.pad);
  command.pad_left = static_cast<uint16_t>(horizontal.pad);
  if constexpr (requires { command.dilation_height; }) {
    command.dilation_height = static_cast<uint16_t>(vertical.dilation);
    command.dilation_width = static_cast<uint16_t>(horizontal.dilation);
  }
}

/// Input channels by the limits, and about as many output channels as `outputs` at most.
template <typename Command>
void random_channels(Random& random, const LayerLimits& limits, uint32_t outputs, Command& command) {
  if (random.one_in(6)) {  // depth-wise, at times with a channel multiplier
    command.groups = command.input_channels = size_up_to(random, limits.channels);
    command.output_channels = command.groups * (random.one_in(3) ? size_up_to(random, 3) : 1);
    return;
  }
  command.groups = random.one_in(4) ? size_up_to(random, limits.groups) : 1;
  command.input_channels =
      command.groups * size_up_to(random, std::max(1u, limits.channels / command.groups));
  command.output_channels = command.groups * size_up_to(random, std::max(1u, outputs / command.groups));
}

template <typename Command>
void random_fully_connected(Random& random, uint32_t inputs, uint32_t outputs, Command& command) {
  set_axes(command, {}, {});
  command.groups = 1;
  command.input_channels = size_up_to(random, inputs);
  command.output_channels = size_up_to(random, outputs);
}

/// Weights of one output channel.
template <typename Command>
uint64_t taps_of(const Command& c) {
  return uint64_t{c.input_channels / c.groups} * c.kernel_height * c.kernel_width;
}

/// Of all weights, zeros too, with a pixel each.
template <typename Command>
uint64_t products_of(const Command& c) {
  return taps_of(c) * c.output_channels * c.output_height * c.output_width;
}

/// Calls `visit` with the output channels of each tile, in the order of the lists in memory.
template <typename Command, typename Visit>
void visit_tiles(const Command& c, const Visit& visit) {
  const uint32_t group_outputs = c.output_channels / c.groups;
  for (uint32_t group = 0; group < c.groups; ++group)
    for (uint32_t first = 0; first < group_outputs; first += c.tile_outputs)
      visit(std::min<uint32_t>(c.tile_outputs, group_outputs - first));
}

template <typename Command>
std::string describe_shape(const Command& c, uint32_t input_channels, uint32_t output_channels) {
  std::ostringstream text;
  text << input_channels << 'x' << c.input_height << 'x' << c.input_width << " -> " << output_channels << 'x'
       << c.output_height << 'x' << c.output_width << ", kernel " << c.kernel_height << 'x' << c.kernel_width
       << ", stride " << c.stride_height << 'x' << c.stride_width << ", padding " << c.pad_top << ','
       << c.pad_left;
  if constexpr (requires { c.dilation_height; })
    text << ", dilation " << c.dilation_height << 'x' << c.dilation_width << ", groups " << c.groups;
  return text.str();
}

}  // namespace kasane::reference
