#include "sw/compiler/window_commands.h"

namespace kasane::compiler {

CommandBytes convolution_command(const PlannedNetwork& planned, std::size_t index, const Tile& tile,
                                 const Planes& input, const Planes& output) {
  const Layer& layer = planned.graph.layers[index];
  const LayerPlan& plan = planned.plan.layers[index];
  const QuantizedLayer& quantized = planned.network.layers[index];
  const std::uint32_t first = plan.problem.weights_streamed ? 0 : tile.block.first_output;
  const std::uint32_t kernel_bytes = u32(quantized.weights.size() / layer.output.shape.channels);
  kasane_ncu_convolution command{};
  command.header.opcode =
      layer.kind == LayerKind::fully_connected ? KASANE_NCU_FULLY_CONNECTED : KASANE_NCU_CONVOLUTION;
  set_window(command, planned, index, tile, input, output);
  set_channel_pitches(command, input, output);
  command.weight_address = plan.weight_address + first * kernel_bytes;
  command.parameters_address = plan.parameter_address + first * u32(sizeof(kasane_channel_parameters));
  command.input_channels = tile.block.inputs;
  command.output_channels = tile.block.outputs;
  command.groups = tile.block.groups;
  command.dilation_height = u16(layer.window.dilation_height);
  command.dilation_width = u16(layer.window.dilation_width);
  command.pad_value = planned.zero_point(layer.inputs[0]);
  return to_bytes(command);
}

CommandBytes pool_command(const PlannedNetwork& planned, std::size_t index, const Tile& tile,
                          const Planes& input, const Planes& output) {
  const Layer& layer = planned.graph.layers[index];
  const QuantizedLayer& quantized = planned.network.layers[index];
  const bool average = layer.kind == LayerKind::average_pool;
  kasane_ncu_pool command{};
  command.header.opcode = average ? KASANE_NCU_AVERAGE_POOL : KASANE_NCU_MAX_POOL;
  set_window(command, planned, index, tile, input, output);
  set_channel_pitches(command, input, output);
  command.parameters_address = average ? planned.plan.layers[index].parameter_address : 0;
  command.parameter_count = u32(quantized.parameters.size());
  command.channels = tile.block.outputs;
  command.input_zero_point = planned.zero_point(layer.inputs[0]);
  return to_bytes(command);
}

}  // namespace kasane::compiler
