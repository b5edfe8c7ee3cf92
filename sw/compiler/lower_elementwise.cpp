#include "sw/compiler/lower_elementwise.h"

#include <algorithm>

#include "sw/compiler/narrow.h"

namespace kasane::compiler {

void lower_elementwise(const PlannedNetwork& planned, std::size_t index, Program& program) {
  const Layer& layer = planned.graph.layers[index];
  const LayerPlan& plan = planned.plan.layers[index];
  const QuantizedLayer& quantized = planned.network.layers[index];
  const auto id = u16(index);
  const std::uint32_t elements = u32(layer.output.shape.elements());
  for (std::uint32_t first = 0; first < elements; first += plan.chunk) {
    const std::uint32_t count = std::min(plan.chunk, elements - first);
    std::uint32_t buffer = u32(plan.buffers.offset);
    // The address in FMM of this part of an operand: in the map itself, or in the next free buffer.
    const auto address = [&](const Operand& operand) {
      if (planned.plan.in_maps(index, operand)) return planned.plan.place(index, operand).offset + first;
      const std::uint32_t here = buffer;
      buffer += u32(align_on_chip(plan.chunk));
      return here;
    };
    std::uint32_t operands[2] = {};
    for (std::size_t i = 0; i < layer.inputs.size(); ++i) {
      operands[i] = address(layer.inputs[i]);
      const Place& source = planned.plan.place(index, layer.inputs[i]);
      if (!planned.plan.in_maps(index, layer.inputs[i]))
        program.copy(id, id, {source.space, source.offset + first}, {KASANE_SPACE_FMM, operands[i]}, count);
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
    command.a_zero_point = planned.zero_point(layer.inputs[0]);
    command.b_zero_point =
        layer.kind == LayerKind::add ? planned.zero_point(layer.inputs[1]) : std::int8_t{0};
    command.output_zero_point = planned.zero_point(layer.output);
    command.output_min = quantized.output_min;
    command.output_max = quantized.output_max;
    program.append(KASANE_STEP_NCU, id, to_bytes(command));
    const Place& target = planned.plan.place(index, layer.output);
    if (!planned.plan.in_maps(index, layer.output))
      program.copy(id, id, {KASANE_SPACE_FMM, command.output_address}, {target.space, target.offset + first},
                   count);
  }
}

}  // namespace kasane::compiler
