#include "sw/compiler/lower_hiddenite.h"

#include "kasane/hiddenite.h"
#include "sw/compiler/lower_tiled.h"

namespace kasane::compiler {

CommandBytes hiddenite_command(const PlannedNetwork& planned, std::size_t index, const Tile& tile,
                               const Planes& input, const Planes& output) {
  const Layer& layer = planned.graph.layers[index];
  const std::uint32_t an_output = u32(layer.weights.size() / layer.output.shape.channels);
  const TiledPlaces places = tiled_places(planned, index, tile.block);
  kasane_hiddenite_convolution command{};
  command.header.opcode = layer.kind == LayerKind::fully_connected ? KASANE_HIDDENITE_FULLY_CONNECTED
                                                                   : KASANE_HIDDENITE_CONVOLUTION;
  set_window(command, planned, index, tile, input, output);
  set_tiles(command, planned, index, tile.block);
  set_channel_pitches(command, input, output);
  command.tiles_address = places.kept;
  command.mask_address = places.weights;
  command.mask_bytes = places.weight_bytes;
  command.layer_seed = layer.hidden->seed;
  command.generator = static_cast<std::uint8_t>(layer.hidden->generator);
  command.first_weight = tile.block.first_output * an_output;
  command.field_bits = static_cast<std::uint8_t>(planned.network.layers[index].masks->field_bits);
  command.input_zero_point = planned.zero_point(layer.inputs[0]);
  return to_bytes(command);
}

}  // namespace kasane::compiler
