#include "sw/compiler/weight_loads.h"

#include "sw/compiler/narrow.h"

namespace kasane::compiler {
namespace {

void load_table(const PlannedNetwork& planned, const DataSection& data, std::size_t index,
                std::uint16_t step_layer, Program& program) {
  const auto& replaced = planned.network.layers[index].replaced;
  if (!replaced) return;
  program.copy(u16(index), step_layer, {KASANE_SPACE_PACKAGE, data.layers[index].table},
               {KASANE_SPACE_TABLE, planned.plan.layers[index].table_address},
               u32(replaced->table.bytes.size()));
}

/// From the package's data to WM.
void load(std::size_t index, std::uint32_t from, std::uint32_t to, std::uint32_t bytes, Program& program) {
  program.copy(u16(index), u16(index), {KASANE_SPACE_PACKAGE, from}, {KASANE_SPACE_WM, to}, bytes);
}

}  // namespace

void load_resident(const PlannedNetwork& planned, const DataSection& data, Program& program) {
  const MemoryPlan& plan = planned.plan;
  for (std::size_t i = 0; i < plan.layers.size(); ++i) {
    if (!plan.layers[i].weights_resident) continue;
    const auto& from = data.layers[i];
    const std::uint8_t space = plan.on_cpu(i) ? KASANE_SPACE_CPU_WEIGHTS : KASANE_SPACE_WM;
    program.copy(u16(i), KASANE_NO_LAYER, {KASANE_SPACE_PACKAGE, from.kept},
                 {space, plan.layers[i].kept_address}, from.parameters_end - from.kept);
  }
  if (plan.tables_resident)
    for (std::size_t i = 0; i < plan.layers.size(); ++i)
      load_table(planned, data, i, KASANE_NO_LAYER, program);
}

void load_shared(const PlannedNetwork& planned, const DataSection& data, std::size_t index,
                 Program& program) {
  const LayerKind kind = planned.graph.layers[index].kind;
  const bool is_pool = kind == LayerKind::max_pool || kind == LayerKind::average_pool;
  const auto& parameters = planned.network.layers[index].parameters;
  if (!planned.plan.layers[index].weights_resident && is_pool)
    load(index, data.layers[index].parameters, planned.plan.layers[index].parameter_address,
         u32(parameters.size() * sizeof(kasane_channel_parameters)), program);
  if (!planned.plan.tables_resident) load_table(planned, data, index, u16(index), program);
}

void load_block(const PlannedNetwork& planned, const DataSection& data, std::size_t index,
                const ChannelBlock& block, Program& program) {
  const LayerPlan& plan = planned.plan.layers[index];
  const TileProblem& problem = plan.problem;
  const auto& from = data.layers[index];
  if (problem.all_channels) {
    load(index, from.kept, plan.kept_address, from.parameters - from.kept, program);
  } else if (problem.tiled != nullptr) {
    const SectionPart kept = problem.tiled->kept_part(block.first_output, block.outputs);
    const SectionPart weights = problem.tiled->weight_part(block.first_output, block.outputs);
    load(index, from.kept + kept.offset, plan.kept_address, kept.bytes, program);
    load(index, from.weights + weights.offset, plan.weight_address, weights.bytes, program);
  } else {
    const std::uint32_t weights = u32(problem.weight_bytes);
    load(index, from.weights + block.first_output * weights, plan.weight_address, block.outputs * weights,
         program);
  }
  const std::uint32_t parameters = u32(problem.parameter_bytes);
  load(index, from.parameters + block.first_output * parameters, plan.parameter_address,
       block.outputs * parameters, program);
}

}  // namespace kasane::compiler
