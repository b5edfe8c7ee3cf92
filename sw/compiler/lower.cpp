#include "sw/compiler/lower.h"

#include <algorithm>
#include <cmath>

#include "sw/compiler/data_section.h"
#include "sw/compiler/kernel_clustering/kernel_slices.h"
#include "sw/compiler/lower_array.h"
#include "sw/compiler/lower_bands.h"
#include "sw/compiler/lower_elementwise.h"
#include "sw/compiler/lower_hiddenite.h"
#include "sw/compiler/narrow.h"
#include "sw/compiler/program.h"
#include "sw/compiler/segments.h"
#include "sw/compiler/weight_loads.h"
#include "sw/compiler/weight_plan.h"
#include "sw/compiler/window_commands.h"

namespace kasane::compiler {
namespace {

class Lowering {
 public:
  Lowering(const PlannedNetwork& planned, bool exit_unit)
      : planned_(planned),
        exit_unit_(exit_unit && planned.graph.outputs.size() > 1),
        data_(data_section(planned.graph, planned.network)) {}

  PackageContents run();

 private:
  void lower_segment(std::size_t segment, const LayerRange& layers);
  void open_segment(std::size_t segment, std::size_t first_layer);
  void leave_at_exit(std::size_t index, std::size_t output);
  void decide_in_hardware(std::size_t index, std::size_t output);
  void describe_layer(std::size_t index);
  void lower_layer(std::size_t index);
  void lower_windows(std::size_t index);
  void lower_tile(std::size_t index, const Tile& tile);
  void lower_cpu(std::size_t index);
  kasane_tensor_info describe(const Operand& operand) const;
  kasane_tensor_info describe_output(std::size_t output) const;
  /// The scale of a tensor, 24 fractional bits.
  double scale_q24(const Operand& operand) const {
    return std::round(network_.tensors[operand.tensor].scale * 0x1p24);
  }

  const PlannedNetwork planned_;
  const bool exit_unit_;
  const Graph& graph_ = planned_.graph;
  const QuantizedNetwork& network_ = planned_.network;
  const MemoryPlan& plan_ = planned_.plan;
  Program program_;
  std::vector<LayerRow> rows_;
  std::vector<ExitRow> exits_;
  DataSection data_;
};

kasane_tensor_info Lowering::describe(const Operand& operand) const {
  const Quantization& quantization = network_.tensors[operand.tensor];
  return {u32(operand.shape.elements()), operand.shape.channels,  operand.shape.height,
          operand.shape.width,           quantization.zero_point, static_cast<float>(quantization.scale)};
}

kasane_tensor_info Lowering::describe_output(std::size_t output) const {
  kasane_tensor_info info = describe(graph_.outputs[output].map);
  const auto writer = std::find_if(graph_.layers.begin(), graph_.layers.end(), [&](const Layer& layer) {
    return layer.output.tensor == graph_.outputs[output].map.tensor;
  });
  if (writer != graph_.layers.end() && writer->kind == LayerKind::argmax) info.bytes = sizeof(std::int32_t);
  return info;
}

void Lowering::describe_layer(std::size_t index) {
  const Layer& layer = graph_.layers[index];
  const QuantizedLayer& quantized = network_.layers[index];
  kasane_layer record{};
  record.macs = layer.macs();
  for (const Operand& input : layer.inputs) record.input_bytes += u32(network_.stored(input).elements());
  record.output_bytes = layer.kind == LayerKind::argmax ? 4 : u32(network_.stored(layer.output).elements());
  const WeightSections sections = weight_sections(quantized);
  record.weight_bytes = u32(sections.kept + sections.weights + sections.parameters);
  record.step_kind = layer.runs_on_cpu() ? KASANE_STEP_CPU : KASANE_STEP_NCU;
  if (has_unit_kernels(layer))
    record.kernels = u32(std::uint64_t{layer.output.shape.channels} * layer.inputs[0].shape.channels);
  if (quantized.replaced) {
    const ReplacedKernels& replaced = *quantized.replaced;
    record.weight_bytes += u32(replaced.table.bytes.size());
    record.replaced_kernels = replaced.count();
    record.kcu_jobs = replaced.table.jobs;
    record.step_kind = KASANE_STEP_KCU;
  }
  if (quantized.array) {
    record.coordinates = quantized.array->coordinates;
    record.kept_coordinates = quantized.array->kept_coordinates;
    record.step_kind = KASANE_STEP_CARTESIAN;
  }
  if (quantized.masks) {
    record.hidden_weights = quantized.masks->hidden_weights;
    record.kept_weights = quantized.masks->kept_weights;
    record.step_kind = KASANE_STEP_HIDDENITE;
  }
  if (plan_.on_cpu(index)) record.step_kind = KASANE_STEP_CPU;
  rows_.push_back({layer.name, layer.operators, record});
}

PackageContents Lowering::run() {
  load_resident(planned_, data_, program_);
  program_.end_setup();
  const std::vector<LayerRange> segments = segment_ranges(graph_);
  for (std::size_t segment = 0; segment < segments.size(); ++segment)
    lower_segment(segment, segments[segment]);
  PackageContents contents;
  contents.name = graph_.name;
  contents.layers = std::move(rows_);
  contents.exits = std::move(exits_);
  contents.data = std::move(data_.bytes);
  contents.fmm_bytes = plan_.fmm_bytes;
  contents.wm_bytes = plan_.wm_bytes;
  contents.scratch_bytes = plan_.scratch_bytes;
  contents.outputs_bytes = plan_.outputs_bytes;
  contents.cpu_maps_bytes = plan_.cpu_maps_bytes;
  contents.cpu_weights_bytes = plan_.cpu_weights_bytes;
  contents.sums_bytes = plan_.sums_bytes;
  contents.table_bytes = plan_.table_bytes;
  contents.array_columns = network_.array_columns;
  contents.hiddenite_outputs = network_.hiddenite_outputs;
  contents.input = describe(graph_.input);
  contents.output = contents.exits.back().record.output;
  program_.move_into(contents);
  return contents;
}

void Lowering::lower_segment(std::size_t segment, const LayerRange& layers) {
  const bool on_cpu = plan_.zones.segments[segment] == MapZone::software;
  const Operand& output = graph_.outputs[segment].map;
  kasane_exit record{};
  record.first_step = program_.steps();
  record.output_offset = plan_.outputs[segment];
  record.output = describe_output(segment);
  record.scale_q24 = u32(static_cast<std::uint64_t>(std::min(scale_q24(output), 0x1p32 - 1)));
  record.run_by = on_cpu ? KASANE_RUN_BY_CPU : KASANE_RUN_BY_ENGINE;
  exits_.push_back({graph_.outputs[segment].name, record});
  program_.begin_segment(record.run_by);
  open_segment(segment, layers.first);
  for (std::size_t i = layers.first; i < layers.end; ++i) {
    describe_layer(i);
    lower_layer(i);
    exits_.back().record.macs += graph_.layers[i].macs();
    if (graph_.layers[i].output.tensor == output.tensor) leave_at_exit(i, segment);
  }
  exits_.back().record.end_step = program_.steps();
}

/// Brings maps of other zones, and the network's input, to where the segment's layers read them.
void Lowering::open_segment(std::size_t segment, std::size_t first_layer) {
  for (const MapTransfer& transfer : plan_.zones.transfers) {
    const Place& to = plan_.place(transfer.to, transfer.tensor);
    if (transfer.segment != segment || to.space != map_space(transfer.to)) continue;
    const Place from =
        transfer.from ? plan_.place(*transfer.from, transfer.tensor) : Place{KASANE_SPACE_INPUT, 0};
    program_.copy(u16(first_layer), u16(first_layer), from, to,
                  u32(plan_.zones.lifetime(transfer.to, transfer.tensor).bytes));
  }
}

/// Behind the layer that writes an output: brings it to where the runtime reads it.
void Lowering::leave_at_exit(std::size_t index, std::size_t output) {
  const Operand& map = graph_.layers[index].output;
  const double scale = scale_q24(map);
  if (graph_.outputs.size() > 1 && scale > 0xFFFFFFFFu)
    graph_.fail(graph_.layers[index], "has logits in steps of " + std::to_string(scale * 0x1p-24) +
                                          ", expected less than 256 of a network with several outputs");
  if (!plan_.in_maps(index, map)) return;
  program_.copy(u16(index), u16(index), plan_.place(index, map), {KASANE_SPACE_OUTPUT, plan_.outputs[output]},
                u32(map.shape.elements()));
  if (exit_unit_ && !plan_.on_cpu(index)) decide_in_hardware(index, output);
}

void Lowering::decide_in_hardware(std::size_t index, std::size_t output) {
  kasane_exit& exit = exits_[output].record;
  kasane_exit_decide_command command{};
  command.header.opcode = KASANE_EXIT_UNIT_DECIDE;
  command.header.layer = u16(index);
  command.input_address = plan_.place(index, graph_.layers[index].output).offset;
  command.count = exit.output.bytes;
  command.step_q24 = exit.scale_q24;
  program_.append(KASANE_STEP_EXIT_UNIT, u16(index), to_bytes(command));
  exit.uses_unit = 1;
}

void Lowering::lower_layer(std::size_t index) {
  const Layer& layer = graph_.layers[index];
  if (layer.runs_on_cpu()) return lower_cpu(index);
  if (layer.kind == LayerKind::add || layer.kind == LayerKind::clamp)
    return lower_elementwise(planned_, index, program_);
  lower_windows(index);
}

/// The command's view of rows of a map: a part of the map where it is, or a tile in its own dense buffer.
Planes view(const MapPart& part, bool in_maps, std::uint32_t rows, std::uint64_t buffer) {
  const Shape& shape = part.shape;
  const std::uint32_t plane = shape.height * shape.width;
  if (in_maps)
    return {part.map.offset + part.first_plane * plane + part.first_row * shape.width, plane, shape.width};
  return {u32(buffer), rows * shape.width, shape.width};
}

void Lowering::lower_windows(std::size_t index) {
  const LayerPlan& plan = plan_.layers[index];
  load_shared(planned_, data_, index, program_);
  for (const Tile& tile : tile_sequence(plan.problem, plan.tiling)) lower_tile(index, tile);
}

void Lowering::lower_tile(std::size_t index, const Tile& tile) {
  const Layer& layer = graph_.layers[index];
  const LayerPlan& plan = plan_.layers[index];
  const auto id = u16(index);
  const Operand& in = layer.inputs[0];
  const Operand& out = layer.output;
  const ChannelBlock& block = tile.block;
  const RowTile& rows = tile.rows;
  const TensorFormat& in_format = plan.problem.input_format;
  const TensorFormat& out_format = plan.problem.output_format;
  const MapPart from{plan_.place(index, in), network_.stored(in), in_format.planes(block.first_input),
                     rows.first_input};
  const MapPart to{plan_.place(index, out), network_.stored(out), out_format.planes(block.first_output),
                   rows.first_output};
  const std::uint64_t output_buffer = plan.buffers.offset + tile_need(plan.problem, plan.tiling).input_bytes;
  if (tile.load_weights) load_block(planned_, data_, index, block, program_);
  if (tile.load_input)
    program_.copy_rows(id, from, in_format.planes(block.inputs), rows.inputs,
                       {KASANE_SPACE_FMM, u32(plan.buffers.offset)}, true);
  const Planes input = view(from, plan_.in_maps(index, in), rows.inputs, plan.buffers.offset);
  const Planes output = view(to, plan_.in_maps(index, out), rows.outputs, output_buffer);
  if (network_.layers[index].replaced) {
    lower_bands(planned_, index, tile, input, output, program_);
  } else if (network_.layers[index].array) {
    program_.append(KASANE_STEP_CARTESIAN, id, array_command(planned_, index, tile, input, output));
  } else if (network_.layers[index].masks) {
    program_.append(KASANE_STEP_HIDDENITE, id, hiddenite_command(planned_, index, tile, input, output));
  } else if (layer.kind == LayerKind::max_pool || layer.kind == LayerKind::average_pool) {
    program_.append(KASANE_STEP_NCU, id, pool_command(planned_, index, tile, input, output));
  } else {
    program_.append(KASANE_STEP_NCU, id, convolution_command(planned_, index, tile, input, output));
  }
  if (!plan_.in_maps(index, out))
    program_.copy_rows(id, to, out_format.planes(block.outputs), rows.outputs,
                       {KASANE_SPACE_FMM, u32(output_buffer)}, false);
}

void Lowering::lower_cpu(std::size_t index) {
  const Layer& layer = graph_.layers[index];
  const Place& input = plan_.layers[index].cpu_input;
  const Place& operand = plan_.place(index, layer.inputs[0]);
  const Place& output = plan_.place(index, layer.output);
  const std::uint32_t count = u32(layer.inputs[0].shape.elements());
  if (operand.space == KASANE_SPACE_FMM) program_.copy(u16(index), u16(index), operand, input, count);
  kasane_cpu_vector command{};
  command.header.opcode = layer.kind == LayerKind::softmax ? KASANE_CPU_SOFTMAX : KASANE_CPU_ARGMAX;
  command.header.layer = u16(index);
  command.input_offset = input.offset;
  command.output_offset = output.offset;
  command.count = count;
  const double scale = scale_q24(layer.inputs[0]);
  if (layer.kind == LayerKind::softmax) {
    if (scale > 0xFFFFFFFFu)
      graph_.fail(layer,
                  "has inputs in steps of " + std::to_string(scale * 0x1p-24) + ", expected less than 256");
    command.input_scale_q24 = u32(static_cast<std::uint64_t>(scale));
  }
  command.input_space = input.space;
  command.output_space = output.space;
  program_.append(KASANE_STEP_CPU, u16(index), to_bytes(command));
}

}  // namespace

PackageContents lower(const Graph& graph, const QuantizedNetwork& network, const MemoryPlan& plan,
                      bool exit_unit) {
  return Lowering({graph, network, plan}, exit_unit).run();
}

}  // namespace kasane::compiler
