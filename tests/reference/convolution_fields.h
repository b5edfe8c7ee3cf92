/// Fields that the convolutions of all engines have, by the same names, or nearly so.
#pragma once

#include <cstdint>

namespace kasane::reference {

/// The pitch from plane to plane; what a plane holds is the engine's.
auto& input_pitch(auto& command) {
  if constexpr (requires { command.input_plane_pitch; })
    return command.input_plane_pitch;
  else
    return command.input_channel_pitch;
}

auto& output_pitch(auto& command) {
  if constexpr (requires { command.output_plane_pitch; })
    return command.output_plane_pitch;
  else
    return command.output_channel_pitch;
}

/// Channels, maps' sizes and windows; where one of the two has no groups or dilation, they are 1.
template <typename Command, typename From>
void copy_shape(Command& c, const From& from) {
  c.input_channels = from.input_channels;
  c.input_height = from.input_height;
  c.input_width = from.input_width;
  c.output_channels = from.output_channels;
  c.output_height = from.output_height;
  c.output_width = from.output_width;
  c.stride_height = from.stride_height;
  c.stride_width = from.stride_width;
  c.pad_top = from.pad_top;
  c.pad_left = from.pad_left;
  if constexpr (requires { c.kernel_height; }) {
    c.kernel_height = from.kernel_height;
    c.kernel_width = from.kernel_width;
  }
  if constexpr (requires { c.groups; }) c.groups = c.dilation_height = c.dilation_width = 1;
  if constexpr (requires { c.groups = from.groups; }) {
    c.groups = from.groups;
    c.dilation_height = from.dilation_height;
    c.dilation_width = from.dilation_width;
  }
}

template <typename Command, typename From>
void copy_output_range(Command& c, const From& from) {
  c.output_zero_point = from.output_zero_point;
  c.output_min = from.output_min;
  c.output_max = from.output_max;
}

/// Of elements a byte.
template <typename Command, typename From>
void copy_maps(Command& c, const From& from) {
  c.input_address = from.input_address;
  c.input_channel_pitch = from.input_channel_pitch;
  c.input_row_pitch = from.input_row_pitch;
  c.output_address = from.output_address;
  c.output_channel_pitch = from.output_channel_pitch;
  c.output_row_pitch = from.output_row_pitch;
}

/// Square maps and kernels without dilation: `shape` has inputs, size, outputs, kernel, stride and pad, and
/// may have groups.
template <typename Command, typename Shape>
void set_square_shape(Command& c, const Shape& shape) {
  c.input_channels = shape.inputs;
  c.input_height = c.input_width = shape.size;
  c.output_channels = shape.outputs;
  c.output_height = c.output_width = (shape.size + 2u * shape.pad - shape.kernel) / shape.stride + 1;
  c.kernel_height = c.kernel_width = shape.kernel;
  c.stride_height = c.stride_width = shape.stride;
  c.dilation_height = c.dilation_width = 1;
  c.pad_top = c.pad_left = shape.pad;
  c.groups = 1;
  if constexpr (requires { shape.groups; }) c.groups = shape.groups;
}

/// Without gaps, the input at 0 of FMM, the output right behind it.
template <typename Command>
void set_dense_maps(Command& c, std::uint32_t input_planes) {
  c.input_row_pitch = c.input_width;
  input_pitch(c) = c.input_height * c.input_width;
  c.input_address = 0;
  c.output_row_pitch = c.output_width;
  output_pitch(c) = c.output_height * c.output_width;
  c.output_address = input_planes * input_pitch(c);
}

}  // namespace kasane::reference
