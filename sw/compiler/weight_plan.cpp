#include "sw/compiler/weight_plan.h"

#include <algorithm>

namespace kasane::compiler {
namespace {

/// Two bands in flight let the units work on one while the NCU finishes the other.
void plan_bands(const Graph& graph, const CompileTarget& target, std::size_t index, MemoryPlan& memory) {
  const Layer& layer = graph.layers[index];
  const Shape& out = layer.output.shape;
  const std::uint64_t row = std::uint64_t{out.channels} * out.width * sizeof(std::int32_t);
  if (row > target.sums_bytes)
    graph.fail(layer, "needs " + std::to_string(row) +
                          " bytes of partial sum memory for one row of output, expected at most " +
                          std::to_string(target.sums_bytes));
  const std::uint64_t fitting = std::max<std::uint64_t>(target.sums_bytes / 2 / row, 1);
  const std::uint64_t bands =
      std::max<std::uint64_t>((out.height + fitting - 1) / fitting, std::min(out.height, 2u));
  LayerPlan& plan = memory.layers[index];
  plan.band_rows = static_cast<std::uint32_t>((out.height + bands - 1) / bands);
  const std::uint64_t band = plan.band_rows * row;
  plan.bands_in_flight = 2 * band <= target.sums_bytes ? 2 : 1;
  memory.sums_bytes = std::max(memory.sums_bytes, static_cast<std::uint32_t>(plan.bands_in_flight * band));
}

}  // namespace

WeightSections weight_sections(const QuantizedLayer& layer) {
  WeightSections sections{.weights = layer.weights.size(),
                          .parameters = layer.parameters.size() * sizeof(kasane_channel_parameters)};
  if (layer.replaced) {
    sections.kept = layer.replaced->kept.lists.size();
    sections.weights = layer.replaced->kept.weights.size();
  }
  if (const TiledWeights* tiled = layer.tiled()) {
    sections.kept = tiled->kept.size();
    sections.weights = tiled->weights.size();
  }
  return sections;
}

void place_weights(const QuantizedNetwork& network, const CompileTarget& target, MemoryPlan& plan) {
  std::uint64_t engines = 0;
  std::uint64_t cpu = 0;
  for (std::size_t i = 0; i < network.layers.size(); ++i) {
    std::uint64_t& resident = plan.on_cpu(i) ? cpu : engines;
    const WeightSections sections = weight_sections(network.layers[i]);
    plan.layers[i].kept_address = static_cast<std::uint32_t>(resident);
    plan.layers[i].weight_address = static_cast<std::uint32_t>(resident + align_on_chip(sections.kept));
    resident += align_on_chip(sections.before_parameters());
    plan.layers[i].parameter_address = static_cast<std::uint32_t>(resident);
    resident += align_on_chip(sections.parameters);
  }
  plan.weights_resident = engines <= target.wm_bytes;
  if (plan.weights_resident) plan.wm_bytes = static_cast<std::uint32_t>(engines);
  plan.cpu_weights_bytes = static_cast<std::uint32_t>(cpu);
  for (std::size_t i = 0; i < plan.layers.size(); ++i)
    plan.layers[i].weights_resident = plan.weights_resident || plan.on_cpu(i);
}

void place_tables(const Graph& graph, const QuantizedNetwork& network, const CompileTarget& target,
                  MemoryPlan& plan) {
  std::uint64_t all = 0;
  std::uint64_t largest = 0;
  for (std::size_t i = 0; i < graph.layers.size(); ++i) {
    const auto& replaced = network.layers[i].replaced;
    if (!replaced) continue;
    const std::uint64_t bytes = replaced->table.bytes.size();
    if (bytes > target.table_bytes)
      graph.fail(graph.layers[i], "needs " + std::to_string(bytes) +
                                      " bytes of correspondence table memory, expected at most " +
                                      std::to_string(target.table_bytes));
    plan.layers[i].table_address = static_cast<std::uint32_t>(all);
    all += align_on_chip(bytes);
    largest = std::max(largest, bytes);
    plan_bands(graph, target, i, plan);
  }
  plan.tables_resident = all <= target.table_bytes;
  plan.table_bytes = static_cast<std::uint32_t>(plan.tables_resident ? all : largest);
  if (plan.tables_resident) return;
  for (LayerPlan& layer : plan.layers) layer.table_address = 0;
}

}  // namespace kasane::compiler
