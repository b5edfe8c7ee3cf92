#include "sw/compiler/memory_plan.h"

#include <algorithm>
#include <limits>

#include "kasane/package.h"
#include "sw/compiler/weight_plan.h"
#include "sw/compiler/zone_planner.h"

namespace kasane::compiler {
namespace {

constexpr std::uint64_t outside_alignment = 64;  ///< in memories that the runtime provides

std::uint64_t align_outside(std::uint64_t bytes) {
  return (bytes + outside_alignment - 1) / outside_alignment * outside_alignment;
}

void place_outputs(const Graph& graph, MemoryPlan& plan) {
  std::uint64_t end = 0;
  for (const GraphOutput& output : graph.outputs) {
    const std::uint64_t begin = align_outside(end);
    plan.outputs.push_back(static_cast<std::uint32_t>(begin));
    const bool is_index = std::any_of(graph.layers.begin(), graph.layers.end(), [&](const Layer& layer) {
      return layer.kind == LayerKind::argmax && layer.output.tensor == output.map.tensor;
    });
    end = begin + (is_index ? sizeof(std::int32_t) : output.map.shape.elements());
  }
  plan.outputs_bytes = static_cast<std::uint32_t>(end);
}

/// Front and rear lie beside each other: all of both if that fits, else each gets its share for tiles.
struct SharedMemory {
  Gap front;
  Gap rear;
};

SharedMemory share(std::uint64_t front, std::uint64_t rear, std::uint64_t bytes) {
  if (rear == 0) return {{0, bytes}, {}};
  std::uint64_t border = align_on_chip(front);
  if (border + rear > bytes)
    border = static_cast<std::uint64_t>(static_cast<double>(bytes) * static_cast<double>(front) /
                                        static_cast<double>(front + rear)) /
             on_chip_alignment * on_chip_alignment;
  return {{0, border}, {border, bytes - border}};
}

}  // namespace

std::uint8_t map_space(MapZone zone) {
  return zone == MapZone::software ? KASANE_SPACE_CPU_MAPS : KASANE_SPACE_FMM;
}

bool MemoryPlan::in_maps(std::size_t layer, const Operand& operand) const {
  return place(layer, operand).space == map_space(layers[layer].zone);
}

MemoryPlan plan_memory(const Graph& graph, const QuantizedNetwork& network, const CompileTarget& target,
                       const std::vector<Placement>& placements) {
  MemoryPlan plan;
  plan.zones = divide_into_zones(graph, network, placements);
  plan.layers.resize(graph.layers.size());
  for (std::size_t i = 0; i < graph.layers.size(); ++i)
    plan.layers[i].zone = plan.zones.segments[graph.layers[i].segment];
  place_outputs(graph, plan);
  place_weights(network, target, plan);
  place_tables(graph, network, target, plan);

  ZonePlanner front(graph, network, target, MapZone::front, plan);
  ZonePlanner software(graph, network, target, MapZone::software, plan);
  ZonePlanner rear(graph, network, target, MapZone::rear, plan);
  const SharedMemory fmm = share(front.peak_bytes(), rear.peak_bytes(), target.fmm_bytes);
  front.plan_maps(fmm.front);
  software.plan_maps({0, std::numeric_limits<std::uint32_t>::max()});
  rear.plan_maps(fmm.rear);
  const std::uint64_t front_end = front.place_outside(0);
  software.place_outside(0);
  const std::uint64_t rear_end = rear.place_outside(align_outside(front_end));
  plan.scratch_bytes = static_cast<std::uint32_t>(std::max(front_end, rear_end));
  return plan;
}

}  // namespace kasane::compiler
