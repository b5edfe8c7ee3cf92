/// Commands of layers with dense maps, for tests and benchmarks.
#pragma once

#include <array>
#include <cstring>
#include <vector>

#include "kasane/neural_comp_unit.h"

namespace kasane::ncu {

using RecordBytes = std::array<std::uint8_t, KASANE_COMMAND_BYTES>;

template <typename Command>
RecordBytes record_of(const Command& command) {
  RecordBytes bytes;
  std::memcpy(bytes.data(), &command, sizeof(command));
  return bytes;
}

struct ConvolutionShape {
  std::uint32_t inputs = 1;
  std::uint32_t size = 1;  ///< input height and width
  std::uint32_t outputs = 1;
  std::uint16_t kernel = 1;
  std::uint16_t pad = 0;
  std::uint32_t groups = 1;
};

/// Stride 1. Input at 0 of FMM, output right behind it, both dense; parameters at 0 of WM, then weights.
inline kasane_ncu_convolution convolution(const ConvolutionShape& shape) {
  const std::uint32_t output_size = shape.size + 2u * shape.pad - shape.kernel + 1;
  kasane_ncu_convolution command{};
  command.header = {KASANE_NCU_CONVOLUTION, 3, 0};
  command.output_address = shape.inputs * shape.size * shape.size;
  command.weight_address = shape.outputs * static_cast<std::uint32_t>(sizeof(kasane_channel_parameters));
  command.input_channels = shape.inputs;
  command.input_height = command.input_width = shape.size;
  command.output_channels = shape.outputs;
  command.output_height = command.output_width = output_size;
  command.input_channel_pitch = shape.size * shape.size;
  command.input_row_pitch = shape.size;
  command.output_channel_pitch = output_size * output_size;
  command.output_row_pitch = output_size;
  command.groups = shape.groups;
  command.kernel_height = command.kernel_width = shape.kernel;
  command.stride_height = command.stride_width = 1;
  command.dilation_height = command.dilation_width = 1;
  command.pad_top = command.pad_left = shape.pad;
  command.output_min = -128;
  command.output_max = 127;
  return command;
}

/// The convolution's maps and parameters; sums at 0 of the partial sum memory, dense. Lists and weights are
/// the caller's to place, and one group is all there is.
inline kasane_ncu_residual residual(const ConvolutionShape& shape, std::uint16_t block) {
  const kasane_ncu_convolution layer = convolution(shape);
  kasane_ncu_residual command{};
  command.header = {KASANE_NCU_RESIDUAL, 6, 0};
  command.output_address = layer.output_address;
  command.input_channels = layer.input_channels;
  command.input_height = command.input_width = shape.size;
  command.output_channels = layer.output_channels;
  command.output_height = command.output_width = layer.output_height;
  command.input_channel_pitch = layer.input_channel_pitch;
  command.input_row_pitch = layer.input_row_pitch;
  command.output_channel_pitch = layer.output_channel_pitch;
  command.output_row_pitch = layer.output_row_pitch;
  command.sums_channel_pitch = layer.output_channel_pitch * 4;
  command.kept_address = layer.weight_address;  // right behind the parameters
  command.kept_block = block;
  command.kernel_height = command.kernel_width = shape.kernel;
  command.stride_height = command.stride_width = 1;
  command.pad_top = command.pad_left = shape.pad;
  command.output_min = -128;
  command.output_max = 127;
  return command;
}

struct KeptEntry {
  std::uint16_t channel;
  std::uint32_t outputs;
};

/// Appends a list for each block to `wm` and tells the command.
inline void append_lists(kasane_ncu_residual& command, const std::vector<std::vector<KeptEntry>>& lists,
                         std::vector<std::uint8_t>& wm) {
  const auto append = [&](std::uint32_t word) {
    for (int shift = 0; shift < 32; shift += 8) wm.push_back(static_cast<std::uint8_t>(word >> shift));
  };
  command.kept_address = static_cast<std::uint32_t>(wm.size());
  for (const std::vector<KeptEntry>& list : lists) {
    append(static_cast<std::uint32_t>(list.size()));
    for (const KeptEntry& entry : list) {
      append(entry.channel);
      append(entry.outputs);
    }
  }
  command.kept_bytes = static_cast<std::uint32_t>(wm.size()) - command.kept_address;
}

inline kasane_ncu_convolution fully_connected(std::uint32_t inputs, std::uint32_t outputs) {
  kasane_ncu_convolution command = convolution({.inputs = inputs, .outputs = outputs});
  command.header.opcode = KASANE_NCU_FULLY_CONNECTED;
  return command;
}

/// Square windows side by side; input at 0 of FMM, output right behind it; parameters at 0 of WM.
inline kasane_ncu_pool pool(std::uint16_t opcode, std::uint32_t channels, std::uint32_t size,
                            std::uint16_t window) {
  kasane_ncu_pool command{};
  command.header = {opcode, 4, 0};
  command.output_address = channels * size * size;
  command.parameter_count = opcode == KASANE_NCU_AVERAGE_POOL ? 1 : 0;
  command.channels = channels;
  command.input_height = command.input_width = size;
  command.output_height = command.output_width = size / window;
  command.input_channel_pitch = size * size;
  command.input_row_pitch = size;
  command.output_channel_pitch = command.output_height * command.output_width;
  command.output_row_pitch = command.output_width;
  command.kernel_height = command.kernel_width = window;
  command.stride_height = command.stride_width = window;
  command.output_min = -128;
  command.output_max = 127;
  return command;
}

inline kasane_ncu_elementwise add(std::uint32_t count) {
  kasane_ncu_elementwise command{};
  command.header = {KASANE_NCU_ADD, 5, 0};
  command.b_address = count;
  command.output_address = 2 * count;
  command.count = count;
  command.a_multiplier = command.b_multiplier = 1 << 20;
  command.shift = 21;
  command.output_min = -128;
  command.output_max = 127;
  return command;
}

}  // namespace kasane::ncu
