#include "sw/compiler/lower.h"

#include <cmath>

#include "sw/compiler/data_section.h"
#include "sw/compiler/kernel_clustering/kernel_slices.h"
#include "sw/compiler/lower_bands.h"
#include "sw/compiler/narrow.h"
#include "sw/compiler/program.h"
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
  void lower_elementwise(std::size_t index);
  void lower_cpu(std::size_t index);
  void load_block(std::size_t index, const ChannelBlock& block);
  void load_table(std::size_t index, std::uint16_t step_layer);
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
  for (const Operand& input : layer.inputs) record.input_bytes += u32(input.shape.elements());
  record.output_bytes = layer.kind == LayerKind::argmax ? 4 : u32(layer.output.shape.elements());
  record.weight_bytes =
      u32(quantized.weights.size() + quantized.parameters.size() * sizeof(kasane_channel_parameters));
  record.step_kind = layer.runs_on_cpu() ? KASANE_STEP_CPU : KASANE_STEP_NCU;
  if (has_unit_kernels(layer))
    record.kernels = u32(std::uint64_t{layer.output.shape.channels} * layer.inputs[0].shape.channels);
  if (quantized.replaced) {
    const ReplacedKernels& replaced = *quantized.replaced;
    record.weight_bytes =
        u32(replaced.kept.lists.size() + replaced.kept.weights.size() + replaced.table.bytes.size() +
            quantized.parameters.size() * sizeof(kasane_channel_parameters));
    record.replaced_kernels = replaced.count();
    record.kcu_jobs = replaced.table.jobs;
    record.step_kind = KASANE_STEP_KCU;
  }
  rows_.push_back({layer.name, layer.operators, record});
}

PackageContents Lowering::run() {
  if (plan_.weights_resident)
    for (std::size_t i = 0; i < graph_.layers.size(); ++i) {
      const auto& from = data_.layers[i];
      program_.copy(u16(i), KASANE_NO_LAYER, {KASANE_SPACE_PACKAGE, from.weights},
                    {KASANE_SPACE_WM, plan_.layers[i].kept_address}, from.parameters_end - from.weights);
    }
  if (plan_.tables_resident)
    for (std::size_t i = 0; i < graph_.layers.size(); ++i) load_table(i, KASANE_NO_LAYER);
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
    lower_elementwise(index);
  } else {
    lower_windows(index);
  }
  if (layer.output.tensor == graph_.output.tensor && in_fmm(layer.output))
    program_.copy(u16(index), u16(index), place(layer.output), {KASANE_SPACE_OUTPUT, 0},
                  u32(layer.output.shape.elements()));
}

void Lowering::load_table(std::size_t index, std::uint16_t step_layer) {
  const auto& replaced = network_.layers[index].replaced;
  if (!replaced) return;
  program_.copy(u16(index), step_layer, {KASANE_SPACE_PACKAGE, data_.layers[index].table},
                {KASANE_SPACE_TABLE, plan_.layers[index].table_address}, u32(replaced->table.bytes.size()));
}

void Lowering::load_block(std::size_t index, const ChannelBlock& block) {
  const TileProblem& problem = plan_.layers[index].problem;
  if (problem.all_channels) {
    program_.copy(u16(index), u16(index), {KASANE_SPACE_PACKAGE, data_.layers[index].weights},
                  {KASANE_SPACE_WM, plan_.layers[index].kept_address},
                  data_.layers[index].parameters - data_.layers[index].weights);
    program_.copy(u16(index), u16(index), {KASANE_SPACE_PACKAGE, data_.layers[index].parameters},
                  {KASANE_SPACE_WM, plan_.layers[index].parameter_address},
                  u32(problem.parameter_bytes * block.outputs));
    return;
  }
  const std::uint32_t weights = u32(problem.weight_bytes);
  const std::uint32_t parameters = u32(problem.parameter_bytes);
  program_.copy(u16(index), u16(index),
                {KASANE_SPACE_PACKAGE, data_.layers[index].weights + block.first_output * weights},
                {KASANE_SPACE_WM, plan_.layers[index].weight_address}, block.outputs * weights);
  program_.copy(u16(index), u16(index),
                {KASANE_SPACE_PACKAGE, data_.layers[index].parameters + block.first_output * parameters},
                {KASANE_SPACE_WM, plan_.layers[index].parameter_address}, block.outputs * parameters);
}

/// The command's view of rows of a map: a part of the map in FMM, or a tile in its own dense buffer.
Planes view(const Place& map, bool in_fmm, const Shape& shape, std::uint32_t first_channel,
            std::uint32_t first_row, std::uint32_t rows, std::uint64_t buffer) {
  const std::uint32_t plane = shape.height * shape.width;
  if (in_fmm) return {map.offset + first_channel * plane + first_row * shape.width, plane, shape.width};
  return {u32(buffer), rows * shape.width, shape.width};
}

void Lowering::lower_windows(std::size_t index) {
  const Layer& layer = graph_.layers[index];
  const LayerPlan& plan = plan_.layers[index];
  const bool is_pool = layer.kind == LayerKind::max_pool || layer.kind == LayerKind::average_pool;
  if (!plan_.weights_resident && is_pool && !network_.layers[index].parameters.empty())
    program_.copy(u16(index), u16(index), {KASANE_SPACE_PACKAGE, data_.layers[index].parameters},
                  {KASANE_SPACE_WM, plan.parameter_address},
                  u32(network_.layers[index].parameters.size() * sizeof(kasane_channel_parameters)));
  if (!plan_.tables_resident) load_table(index, u16(index));
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
  const std::uint64_t output_buffer = plan.buffers.offset + tile_need(plan.problem, plan.tiling).input_bytes;
  if (tile.load_weights) load_block(index, block);
  if (tile.load_input)
    program_.copy_rows(id, {place(in), in.shape, block.first_input, rows.first_input}, block.inputs,
                       rows.inputs, {KASANE_SPACE_FMM, u32(plan.buffers.offset)}, true);
  const Planes input = view(place(in), in_fmm(in), in.shape, block.first_input, rows.first_input, rows.inputs,
                            plan.buffers.offset);
  const Planes output = view(place(out), in_fmm(out), out.shape, block.first_output, rows.first_output,
                             rows.outputs, output_buffer);
  if (network_.layers[index].replaced) {
    lower_bands(planned_, index, tile, input, output, program_);
  } else if (layer.kind == LayerKind::max_pool || layer.kind == LayerKind::average_pool) {
    program_.append(KASANE_STEP_NCU, id, pool_command(planned_, index, tile, input, output));
  } else {
    program_.append(KASANE_STEP_NCU, id, convolution_command(planned_, index, tile, input, output));
  }
  if (!in_fmm(out))
    program_.copy_rows(id, {place(out), out.shape, block.first_output, rows.first_output}, block.outputs,
                       rows.outputs, {KASANE_SPACE_FMM, u32(output_buffer)}, false);
}

void Lowering::lower_elementwise(std::size_t index) {
  const Layer& layer = graph_.layers[index];
  const LayerPlan& plan = plan_.layers[index];
  const QuantizedLayer& quantized = network_.layers[index];
  const auto id = u16(index);
  const std::uint32_t elements = u32(layer.output.shape.elements());
  for (std::uint32_t first = 0; first < elements; first += plan.chunk) {
    const std::uint32_t count = std::min(plan.chunk, elements - first);
    std::uint32_t buffer = u32(plan.buffers.offset);
    // The address in FMM of this part of an operand: in the map itself, or in the next free buffer.
    const auto address = [&](const Operand& operand) {
      if (in_fmm(operand)) return place(operand).offset + first;
      const std::uint32_t here = buffer;
      buffer += u32(align_on_chip(plan.chunk));
      return here;
    };
    std::uint32_t operands[2] = {};
    for (std::size_t i = 0; i < layer.inputs.size(); ++i) {
      operands[i] = address(layer.inputs[i]);
      const Place& source = place(layer.inputs[i]);
      if (!in_fmm(layer.inputs[i]))
        program_.copy(id, id, {source.space, source.offset + first}, {KASANE_SPACE_FMM, operands[i]}, count);
    }
    kasane_ncu_elementwise command{};
    command.header.opcode = layer.kind == LayerKind::add ? KASANE_NCU_ADD : KASANE_NCU_REQUANTIZE;
    command.header.layer = id;
    command.a_address = operands[0];
    command.b_address = operands[1];
    command.output_address = address(layer.output);
    command.count = count;
    command.a_multiplier = quantized.a.multiplier;
    command.b_multiplier = quantized.b_multiplier;
    command.shift = quantized.a.shift;
    command.a_zero_point = planned_.zero_point(layer.inputs[0]);
    command.b_zero_point =
        layer.kind == LayerKind::add ? planned_.zero_point(layer.inputs[1]) : std::int8_t{0};
    command.output_zero_point = planned_.zero_point(layer.output);
    command.output_min = quantized.output_min;
    command.output_max = quantized.output_max;
    program_.append(KASANE_STEP_NCU, id, to_bytes(command));
    const Place& target = place(layer.output);
    if (!in_fmm(layer.output))
      program_.copy(id, id, {KASANE_SPACE_FMM, command.output_address}, {target.space, target.offset + first},
                    count);
  }
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
