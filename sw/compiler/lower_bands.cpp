#include "sw/compiler/lower_bands.h"

#include <algorithm>

#include "sw/compiler/narrow.h"

namespace kasane::compiler {
namespace {

CommandBytes unit_convolution(const PlannedNetwork& planned, std::size_t index, const Tile& tile,
                              const Planes& input, const Planes& sums) {
  const Layer& layer = planned.graph.layers[index];
  const ReplacedKernels& replaced = *planned.network.layers[index].replaced;
  kasane_kcu_convolution command{};
  command.header.opcode = KASANE_KCU_CONVOLUTION;
  command.header.layer = u16(index);
  command.input_address = input.address;
  command.input_channels = tile.block.inputs;
  command.input_height = tile.rows.inputs;
  command.input_width = layer.inputs[0].shape.width;
  command.input_channel_pitch = input.plane_pitch;
  command.input_row_pitch = input.row_pitch;
  command.output_channels = tile.block.outputs;
  command.output_height = tile.rows.outputs;
  command.output_width = layer.output.shape.width;
  command.sums_address = sums.address;
  command.sums_channel_pitch = sums.plane_pitch;
  command.table_address = planned.plan.layers[index].table_address;
  command.table_bytes = u32(replaced.table.bytes.size());
  command.job_count = replaced.table.jobs;
  command.kernel = u16(replaced.kernel);
  command.stride_height = u16(layer.window.stride_height);
  command.stride_width = u16(layer.window.stride_width);
  command.pad_top = u16(tile.rows.pad_top);
  command.pad_left = u16(layer.window.pad_left);
  command.pad_value = planned.zero_point(layer.inputs[0]);
  command.gain_shift = replaced.gain_shift;
  return to_bytes(command);
}

/// The kept kernels of a band; the accumulators begin with the partial sums of the units.
CommandBytes residual(const PlannedNetwork& planned, std::size_t index, const Tile& tile, const Planes& input,
                      const Planes& output, const Planes& sums) {
  const Layer& layer = planned.graph.layers[index];
  const LayerPlan& plan = planned.plan.layers[index];
  const ReplacedKernels& replaced = *planned.network.layers[index].replaced;
  kasane_ncu_residual command{};
  command.header.opcode = KASANE_NCU_RESIDUAL;
  set_window(command, planned, index, tile, input, output);
  set_channel_pitches(command, input, output);
  command.weight_address = plan.weight_address;
  command.parameters_address = plan.parameter_address;
  command.input_channels = tile.block.inputs;
  command.output_channels = tile.block.outputs;
  command.sums_address = sums.address;
  command.sums_channel_pitch = sums.plane_pitch;
  command.kept_address = plan.kept_address;
  command.kept_bytes = u32(replaced.kept.lists.size());
  command.kept_block = u16(replaced.kept_block);
  command.pad_value = planned.zero_point(layer.inputs[0]);
  return to_bytes(command);
}

}  // namespace

void lower_bands(const PlannedNetwork& planned, std::size_t index, const Tile& tile, const Planes& input,
                 const Planes& output, Program& program) {
  const LayerPlan& plan = planned.plan.layers[index];
  const std::uint32_t width = plan.problem.output.width;
  const std::uint32_t sums_pitch = plan.band_rows * width * u32(sizeof(std::int32_t));
  std::uint32_t band = 0;
  for (std::uint32_t row = 0; row < tile.rows.outputs; row += plan.band_rows, ++band) {
    Tile part = tile;
    part.rows = row_tile(plan.problem, tile.rows.first_output + row,
                         std::min(plan.band_rows, tile.rows.outputs - row));
    Planes from = input;
    from.address += (part.rows.first_input - tile.rows.first_input) * input.row_pitch;
    Planes to = output;
    to.address += row * output.row_pitch;
    const std::uint32_t sums = band % plan.bands_in_flight * tile.block.outputs * sums_pitch;
    program.append(KASANE_STEP_KCU, u16(index),
                   unit_convolution(planned, index, part, from, {sums, sums_pitch, 0}));
    program.append(KASANE_STEP_KCU, u16(index),
                   residual(planned, index, part, from, to, {sums, sums_pitch, 0}));
  }
}

}  // namespace kasane::compiler
