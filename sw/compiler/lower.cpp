#include "sw/compiler/lower.h"

#include <cmath>

#include "sw/compiler/data_section.h"
#include "sw/compiler/kernel_clustering/kernel_slices.h"
#include "sw/compiler/lower_array.h"
#include "sw/compiler/lower_bands.h"
#include "sw/compiler/lower_elementwise.h"
#include "sw/compiler/lower_hiddenite.h"
#include "sw/compiler/narrow.h"
#include "sw/compiler/program.h"
#include "sw/compiler/weight_loads.h"
#include "sw/compiler/weight_plan.h"
#include "sw/compiler/window_commands.h"

namespace kasane::compiler {
namespace {

class Lowering {
 public:
  explicit Lowering(const PlannedNetwork& planned)
      : planned_(planned), data_(data_section(planned.graph, planned.network)) {}

  PackageContents run();

 private:
  void describe_layer(std::size_t index);
  void lower_layer(std::size_t index);
  void lower_windows(std::size_t index);
  void lower_tile(std::size_t index, const Tile& tile);
  void lower_cpu(std::size_t index);
  kasane_tensor_info describe(const Operand& operand) const;
  bool in_fmm(const Operand& operand) const { return plan_.in_fmm(operand); }
  Place place(const Operand& operand) const { return plan_.tensors[operand.tensor]; }

  const PlannedNetwork planned_;
  const Graph& graph_ = planned_.graph;
  const QuantizedNetwork& network_ = planned_.network;
  const MemoryPlan& plan_ = planned_.plan;
  Program program_;
  std::vector<LayerRow> rows_;
  DataSection data_;
};

kasane_tensor_info Lowering::describe(const Operand& operand) const {
  const Quantization& quantization = network_.tensors[operand.tensor];
  return {u32(operand.shape.elements()), operand.shape.channels,  operand.shape.height,
          operand.shape.width,           quantization.zero_point, static_cast<float>(quantization.scale)};
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
  rows_.push_back({layer.name, layer.operators, record});
}

PackageContents Lowering::run() {
  load_resident(planned_, data_, program_);
  program_.end_setup();
  if (in_fmm(graph_.input))
    program_.copy(0, 0, {KASANE_SPACE_INPUT, 0}, place(graph_.input), u32(graph_.input.shape.elements()));
  for (std::size_t i = 0; i < graph_.layers.size(); ++i) {
    describe_layer(i);
    lower_layer(i);
  }
  PackageContents contents;
  contents.name = graph_.name;
  contents.layers = std::move(rows_);
  contents.data = std::move(data_.bytes);
  contents.fmm_bytes = plan_.fmm_bytes;
  contents.wm_bytes = plan_.wm_bytes;
  contents.scratch_bytes = plan_.scratch_bytes;
  contents.sums_bytes = plan_.sums_bytes;
  contents.table_bytes = plan_.table_bytes;
  contents.array_columns = network_.array_columns;
  contents.hiddenite_outputs = network_.hiddenite_outputs;
  contents.input = describe(graph_.input);
  contents.output = describe(graph_.output);
  if (graph_.layers.back().kind == LayerKind::argmax) contents.output.bytes = 4;
  program_.move_into(contents);
  return contents;
}

void Lowering::lower_layer(std::size_t index) {
  const Layer& layer = graph_.layers[index];
  if (layer.runs_on_cpu()) return lower_cpu(index);
  if (layer.kind == LayerKind::add || layer.kind == LayerKind::clamp) {
    lower_elementwise(planned_, index, program_);
  } else {
    lower_windows(index);
  }
  if (layer.output.tensor == graph_.output.tensor && in_fmm(layer.output))
    program_.copy(u16(index), u16(index), place(layer.output), {KASANE_SPACE_OUTPUT, 0},
                  u32(layer.output.shape.elements()));
}

/// The command's view of rows of a map: a part of the map in FMM, or a tile in its own dense buffer.
Planes view(const MapPart& part, bool in_fmm, std::uint32_t rows, std::uint64_t buffer) {
  const Shape& shape = part.shape;
  const std::uint32_t plane = shape.height * shape.width;
  if (in_fmm)
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
  const MapPart from{place(in), network_.stored(in), in_format.planes(block.first_input), rows.first_input};
  const MapPart to{place(out), network_.stored(out), out_format.planes(block.first_output),
                   rows.first_output};
  const std::uint64_t output_buffer = plan.buffers.offset + tile_need(plan.problem, plan.tiling).input_bytes;
  if (tile.load_weights) load_block(planned_, data_, index, block, program_);
  if (tile.load_input)
    program_.copy_rows(id, from, in_format.planes(block.inputs), rows.inputs,
                       {KASANE_SPACE_FMM, u32(plan.buffers.offset)}, true);
  const Planes input = view(from, in_fmm(in), rows.inputs, plan.buffers.offset);
  const Planes output = view(to, in_fmm(out), rows.outputs, output_buffer);
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
  if (!in_fmm(out))
    program_.copy_rows(id, to, out_format.planes(block.outputs), rows.outputs,
                       {KASANE_SPACE_FMM, u32(output_buffer)}, false);
}

void Lowering::lower_cpu(std::size_t index) {
  const Layer& layer = graph_.layers[index];
  const Place& input = plan_.layers[index].cpu_input;
  const Place output = place(layer.output);
  const std::uint32_t count = u32(layer.inputs[0].shape.elements());
  if (in_fmm(layer.inputs[0])) program_.copy(u16(index), u16(index), place(layer.inputs[0]), input, count);
  kasane_cpu_vector command{};
  command.header.opcode = layer.kind == LayerKind::softmax ? KASANE_CPU_SOFTMAX : KASANE_CPU_ARGMAX;
  command.header.layer = u16(index);
  command.input_offset = input.offset;
  command.output_offset = output.offset;
  command.count = count;
  const double scale = std::round(network_.tensors[layer.inputs[0].tensor].scale * 0x1p24);
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

PackageContents lower(const Graph& graph, const QuantizedNetwork& network, const MemoryPlan& plan) {
  return Lowering({graph, network, plan}).run();
}

}  // namespace kasane::compiler
