#include "sw/compiler/lower_array.h"

#include "kasane/cartesian_array.h"

namespace kasane::compiler {
namespace {

std::uint8_t stored_bits(const TensorFormat& format) {
  return format.packed ? 4 : 8;
}

}  // namespace

CommandBytes array_command(const PlannedNetwork& planned, std::size_t index, const Tile& tile,
                           const Planes& input, const Planes& output) {
  const Layer& layer = planned.graph.layers[index];
  const LayerPlan& plan = planned.plan.layers[index];
  const ArrayWeights& weights = *planned.network.layers[index].array;
  const ChannelBlock& block = tile.block;
  const SectionPart kept_part = weights.kept_part(block.first_output, block.outputs);
  const SectionPart weight_part = weights.weight_part(block.first_output, block.outputs);
  kasane_cartesian_convolution command{};
  command.header.opcode = layer.kind == LayerKind::fully_connected ? KASANE_CARTESIAN_FULLY_CONNECTED
                                                                   : KASANE_CARTESIAN_CONVOLUTION;
  set_window(command, planned, index, tile, input, output);
  const bool streamed = plan.problem.weights_streamed;
  command.kept_address = plan.kept_address + (streamed ? 0 : kept_part.offset);
  command.weight_address = plan.weight_address + (streamed ? 0 : weight_part.offset);
  command.parameters_address =
      plan.parameter_address + (streamed ? 0 : block.first_output * u32(sizeof(kasane_channel_parameters)));
  command.weight_bytes = weight_part.bytes;
  command.input_channels = block.inputs;
  command.output_channels = block.outputs;
  command.input_plane_pitch = input.plane_pitch;
  command.output_plane_pitch = output.plane_pitch;
  command.groups = block.groups;
  command.dilation_height = u16(layer.window.dilation_height);
  command.dilation_width = u16(layer.window.dilation_width);
  command.tile_outputs = u16(weights.tiles.columns);
  command.input_bits = stored_bits(plan.problem.input_format);
  command.output_bits = stored_bits(plan.problem.output_format);
  command.pad_value = planned.zero_point(layer.inputs[0]);
  return to_bytes(command);
}

}  // namespace kasane::compiler
