#include "sw/compiler/lower_array.h"

#include "kasane/cartesian_array.h"
#include "sw/compiler/lower_tiled.h"

namespace kasane::compiler {
namespace {

std::uint8_t stored_bits(const TensorFormat& format) {
  return format.packed ? 4 : 8;
}

}  // namespace

CommandBytes array_command(const PlannedNetwork& planned, std::size_t index, const Tile& tile,
                           const Planes& input, const Planes& output) {
  const Layer& layer = planned.graph.layers[index];
  const TileProblem& problem = planned.plan.layers[index].problem;
  const TiledPlaces places = tiled_places(planned, index, tile.block);
  kasane_cartesian_convolution command{};
  command.header.opcode = layer.kind == LayerKind::fully_connected ? KASANE_CARTESIAN_FULLY_CONNECTED
                                                                   : KASANE_CARTESIAN_CONVOLUTION;
  set_window(command, planned, index, tile, input, output);
  set_tiles(command, planned, index, tile.block);
  command.kept_address = places.kept;
  command.weight_address = places.weights;
  command.weight_bytes = places.weight_bytes;
  command.input_plane_pitch = input.plane_pitch;
  command.output_plane_pitch = output.plane_pitch;
  command.input_bits = stored_bits(problem.input_format);
  command.output_bits = stored_bits(problem.output_format);
  command.pad_value = planned.zero_point(layer.inputs[0]);
  return to_bytes(command);
}

}  // namespace kasane::compiler
