/// What commands of engines have in common that take weights in tiles of output channels.
#pragma once

#include "sw/compiler/window_commands.h"

namespace kasane::compiler {

/// Where in WM a command finds its tiles.
struct TiledPlaces {
  std::uint32_t kept = 0;
  std::uint32_t weights = 0;
  std::uint32_t weight_bytes = 0;
  std::uint32_t parameters = 0;
};

/// Streamed weights are those of the block alone.
TiledPlaces tiled_places(const PlannedNetwork& planned, std::size_t index, const ChannelBlock& block);

/// Fills in what these commands have by the same names, beside set_window.
template <typename Command>
void set_tiles(Command& command, const PlannedNetwork& planned, std::size_t index,
               const ChannelBlock& block) {
  const Layer& layer = planned.graph.layers[index];
  command.parameters_address = tiled_places(planned, index, block).parameters;
  command.input_channels = block.inputs;
  command.output_channels = block.outputs;
  command.groups = block.groups;
  command.dilation_height = u16(layer.window.dilation_height);
  command.dilation_width = u16(layer.window.dilation_width);
  command.tile_outputs = u16(planned.network.layers[index].tiled()->tiles.columns);
}

}  // namespace kasane::compiler
