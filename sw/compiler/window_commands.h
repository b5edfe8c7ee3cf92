/// Commands with a sliding window: what a tile of a layer becomes for the engine that computes it.
#pragma once

#include <cstdint>

#include "sw/compiler/memory_plan.h"
#include "sw/compiler/narrow.h"
#include "sw/compiler/package_writer.h"

namespace kasane::compiler {

/// What is lowered: a network, in integers, with a place for everything.
struct PlannedNetwork {
  const Graph& graph;
  const QuantizedNetwork& network;
  const MemoryPlan& plan;

  /// What stands for the real number 0 in an operand.
  std::int8_t zero_point(const Operand& operand) const {
    return static_cast<std::int8_t>(network.tensors[operand.tensor].zero_point);
  }
};

/// Where a command finds its operand in FMM.
struct Planes {
  std::uint32_t address = 0;
  std::uint32_t plane_pitch = 0;
  std::uint32_t row_pitch = 0;
};

/// Fills in what every command with a sliding window that writes FMM has, by the same names; all but the
/// distance of planes.
template <typename Command>
void set_window(Command& command, const PlannedNetwork& planned, std::size_t index, const Tile& tile,
                const Planes& input, const Planes& output) {
  const Layer& layer = planned.graph.layers[index];
  const QuantizedLayer& quantized = planned.network.layers[index];
  command.header.layer = u16(index);
  command.input_address = input.address;
  command.output_address = output.address;
  command.input_height = tile.rows.inputs;
  command.input_width = layer.inputs[0].shape.width;
  command.output_height = tile.rows.outputs;
  command.output_width = layer.output.shape.width;
  command.input_row_pitch = input.row_pitch;
  command.output_row_pitch = output.row_pitch;
  command.kernel_height = u16(layer.window.kernel_height);
  command.kernel_width = u16(layer.window.kernel_width);
  command.stride_height = u16(layer.window.stride_height);
  command.stride_width = u16(layer.window.stride_width);
  command.pad_top = u16(tile.rows.pad_top);
  command.pad_left = u16(layer.window.pad_left);
  command.output_zero_point = planned.zero_point(layer.output);
  command.output_min = quantized.output_min;
  command.output_max = quantized.output_max;
}

/// A plane is a channel to all engines but the Cartesian-product array.
template <typename Command>
void set_channel_pitches(Command& command, const Planes& input, const Planes& output) {
  command.input_channel_pitch = input.plane_pitch;
  command.output_channel_pitch = output.plane_pitch;
}

/// Of a convolution or a fully connected layer that the NCU computes alone.
CommandBytes convolution_command(const PlannedNetwork& planned, std::size_t index, const Tile& tile,
                                 const Planes& input, const Planes& output);

CommandBytes pool_command(const PlannedNetwork& planned, std::size_t index, const Tile& tile,
                          const Planes& input, const Planes& output);

}  // namespace kasane::compiler
