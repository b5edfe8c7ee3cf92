#include "sw/compiler/zone_planner.h"

#include <algorithm>
#include <limits>

#include "kasane/package.h"
#include "sw/compiler/weight_plan.h"

namespace kasane::compiler {
namespace {

constexpr std::uint64_t scratch_alignment = 64;

bool is_windowed(const Layer& layer) {
  return layer.kind == LayerKind::convolution || layer.kind == LayerKind::fully_connected ||
         layer.kind == LayerKind::max_pool || layer.kind == LayerKind::average_pool;
}

/// What a layer's streamed weights are cut into, for people.
std::string smallest_block(const TileProblem& problem) {
  if (problem.all_channels) return "its kept kernels";
  if (problem.tiled == nullptr) return "one output channel";
  return "a tile of " + std::to_string(channel_blocks(problem, 1)[0].outputs) + " output channels";
}

std::vector<Buffer> resident_only(std::vector<Buffer> buffers, const std::vector<bool>& resident) {
  for (std::size_t i = 0; i < buffers.size(); ++i)
    if (!resident[i]) buffers[i].bytes = 0;
  return buffers;
}

}  // namespace

ZonePlanner::ZonePlanner(const Graph& graph, const QuantizedNetwork& network, const CompileTarget& target,
                         MapZone zone, MemoryPlan& plan)
    : graph_(graph),
      network_(network),
      target_(target),
      zone_(zone),
      plan_(plan),
      lifetimes_(plan.zones.lifetimes[index_of(zone)]) {
  for (std::size_t i = 0; i < graph.tensors.size(); ++i) resident_.push_back(begins_in_memory(i));
}

const Layer* ZonePlanner::writer(std::size_t tensor) const {
  for (std::size_t i = 0; i < graph_.layers.size(); ++i)
    if (runs(i) && graph_.layers[i].output.tensor == tensor) return &graph_.layers[i];
  return nullptr;
}

/// What the CPU's own operators write is in external memory on engines' side; so is what only they read. On
/// the CPU's side only what they write as the network's output is elsewhere.
bool ZonePlanner::begins_in_memory(std::size_t tensor) const {
  if (lifetimes_[tensor].bytes == 0) return false;
  const Layer* written_by = writer(tensor);
  const bool by_own_operator = written_by != nullptr && written_by->runs_on_cpu();
  if (zone_ == MapZone::software) return !by_own_operator || graph_.output_of(tensor) == nullptr;
  if (written_by != nullptr) return !by_own_operator;
  for (std::size_t i = 0; i < graph_.layers.size(); ++i)
    for (const Operand& input : graph_.layers[i].inputs)
      if (runs(i) && input.tensor == tensor && !graph_.layers[i].runs_on_cpu()) return true;
  return false;
}

std::uint64_t ZonePlanner::peak_bytes() const {
  const std::vector<Buffer> buffers = resident_only(lifetimes_, resident_);
  const std::vector<std::uint64_t> offsets = allocate(buffers, on_chip_alignment);
  std::uint64_t end = 0;
  for (std::size_t i = 0; i < buffers.size(); ++i) end = std::max(end, offsets[i] + buffers[i].bytes);
  return end;
}

void ZonePlanner::plan_maps(const Gap& memory) {
  memory_ = memory;
  while (!place_maps()) {
  }
  std::uint32_t& bytes = zone_ == MapZone::software ? plan_.cpu_maps_bytes : plan_.fmm_bytes;
  bytes = std::max(bytes, static_cast<std::uint32_t>(maps_end_));
  if (!plan_.weights_resident) plan_.wm_bytes = std::max(plan_.wm_bytes, static_cast<std::uint32_t>(wm_end_));
}

/// Tries to place the maps that are to stay; false if one of them had to be put outside instead.
bool ZonePlanner::place_maps() {
  buffers_ = resident_only(lifetimes_, resident_);
  offsets_ = allocate(buffers_, on_chip_alignment);
  if (const auto map = crowding_map()) {
    if (zone_ == MapZone::software)
      throw CompileError(graph_.file + ": segments on the CPU need 4 GiB of memory for maps, expected less");
    resident_[*map] = false;
    return false;
  }
  maps_end_ = wm_end_ = 0;
  for (std::size_t i = 0; i < buffers_.size(); ++i)
    if (resident_[i]) extend_maps(memory_.offset + offsets_[i] + buffers_[i].bytes);
  for (std::size_t i = 0; i < graph_.layers.size(); ++i) {
    if (!runs(i) || plan_layer(i)) continue;
    spill_beside(i);
    return false;
  }
  return true;
}

/// The largest map alive together with one that did not fit.
std::optional<std::size_t> ZonePlanner::crowding_map() const {
  for (std::size_t i = 0; i < buffers_.size(); ++i) {
    if (!resident_[i] || offsets_[i] + buffers_[i].bytes <= memory_.bytes) continue;
    std::size_t largest = i;
    for (std::size_t other = 0; other < buffers_.size(); ++other)
      if (buffers_[other].lives_with(buffers_[i]) && buffers_[other].bytes > buffers_[largest].bytes)
        largest = other;
    return largest;
  }
  return std::nullopt;
}

bool ZonePlanner::plan_layer(std::size_t index) {
  const Layer& layer = graph_.layers[index];
  LayerPlan& plan = plan_.layers[index];
  if (layer.runs_on_cpu()) return true;
  std::vector<Buffer> present = buffers_;
  for (Buffer& buffer : present)
    if (buffer.bytes == 0) buffer = {0, 1, 0};  // never alive
  plan.buffers = largest_gap(present, offsets_, index + 1, memory_.bytes, on_chip_alignment);
  plan.buffers.offset += memory_.offset;
  if (!is_windowed(layer)) return plan_elementwise(layer, plan);
  plan_problem(index);
  return plan_windows(index);
}

void ZonePlanner::plan_problem(std::size_t index) {
  const Layer& layer = graph_.layers[index];
  LayerPlan& plan = plan_.layers[index];
  TileProblem& problem = plan.problem;
  problem = {.input = layer.inputs[0].shape,
             .output = layer.output.shape,
             .input_format = network_.formats[layer.inputs[0].tensor],
             .output_format = network_.formats[layer.output.tensor],
             .window = layer.window,
             .groups = layer.groups,
             .input_buffered = !resident(layer.inputs[0]),
             .output_buffered = !resident(layer.output),
             .fmm_bytes = plan.buffers.bytes};
  const QuantizedLayer& quantized = network_.layers[index];
  const WeightSections sections = weight_sections(quantized);
  problem.all_channels = quantized.replaced.has_value();
  problem.tiled = quantized.tiled();
  const bool per_channel = layer.kind == LayerKind::convolution || layer.kind == LayerKind::fully_connected;
  if (!plan.weights_resident && per_channel) {
    problem.weights_streamed = true;
    // Kept kernels are loaded all at once: their lists know no smaller part.
    const std::uint32_t channels = layer.output.shape.channels;
    problem.weight_bytes = (sections.before_parameters() + channels - 1) / channels;
    problem.parameter_bytes = sizeof(kasane_channel_parameters);
    problem.wm_bytes = target_.wm_bytes;
  } else if (!plan.weights_resident) {
    if (sections.parameters > target_.wm_bytes)
      graph_.fail(layer, "needs " + std::to_string(sections.parameters) +
                             " bytes of weight memory for its divisors, expected at most " +
                             std::to_string(target_.wm_bytes));
    plan.parameter_address = 0;
    extend_weights(sections.parameters);
  }
}

bool ZonePlanner::plan_windows(std::size_t index) {
  const Layer& layer = graph_.layers[index];
  LayerPlan& plan = plan_.layers[index];
  const TileProblem& problem = plan.problem;
  const TileNeed least = tile_need(problem, {problem.all_channels ? problem.output.channels : 1, 1});
  if (problem.weights_streamed && least.wm_bytes() > target_.wm_bytes)
    graph_.fail(layer, "needs " + std::to_string(least.wm_bytes()) + " bytes of weight memory for " +
                           smallest_block(problem) + ", expected at most " +
                           std::to_string(target_.wm_bytes));
  const auto tiling = choose_tiling(problem);
  if (!tiling) return false;
  plan.tiling = *tiling;
  const TileNeed need = tile_need(problem, *tiling);
  if (need.fmm_bytes() > 0) extend_maps(plan.buffers.offset + need.fmm_bytes());
  if (problem.weights_streamed) {
    plan.kept_address = 0;
    const std::uint64_t lists = align_on_chip(weight_sections(network_.layers[index]).kept);
    plan.weight_address = static_cast<std::uint32_t>(problem.tiled != nullptr ? need.kept_bytes : lists);
    plan.parameter_address = static_cast<std::uint32_t>(need.kept_bytes + need.weight_bytes);
    extend_weights(need.wm_bytes());
  }
  return true;
}

bool ZonePlanner::plan_elementwise(const Layer& layer, LayerPlan& plan) {
  std::uint64_t buffered = !resident(layer.output);
  for (const Operand& input : layer.inputs) buffered += !resident(input);
  const std::uint64_t elements = layer.output.shape.elements();
  plan.chunk = static_cast<std::uint32_t>(elements);
  if (buffered == 0) return true;
  const std::uint64_t share = plan.buffers.bytes / buffered / on_chip_alignment * on_chip_alignment;
  if (share == 0) return false;
  plan.chunk = static_cast<std::uint32_t>(std::min(elements, share));
  extend_maps(plan.buffers.offset + buffered * align_on_chip(plan.chunk));
  return true;
}

/// Makes room for a layer's tiles: puts the largest map there at that time outside.
void ZonePlanner::spill_beside(std::size_t index) {
  std::optional<std::size_t> largest;
  for (std::size_t i = 0; i < buffers_.size(); ++i) {
    const bool alive = resident_[i] && buffers_[i].first <= index + 1 && index + 1 <= buffers_[i].last;
    if (alive && (!largest || buffers_[i].bytes > buffers_[*largest].bytes)) largest = i;
  }
  if (largest) {
    resident_[*largest] = false;
    return;
  }
  const Layer& layer = graph_.layers[index];
  const std::uint64_t need = is_windowed(layer) ? tile_need(plan_.layers[index].problem, {1, 1}).fmm_bytes()
                                                : (layer.inputs.size() + 1) * on_chip_alignment;
  graph_.fail(layer, "needs " + std::to_string(need) +
                         " bytes of feature map memory for its smallest tile, expected at most " +
                         std::to_string(memory_.bytes));
}

/// Of a map that is not in the memory for maps: where it came from, or external memory.
Place ZonePlanner::outside(std::size_t tensor) const {
  if (tensor == graph_.input.tensor) return {KASANE_SPACE_INPUT, 0};
  if (writer(tensor) == nullptr) return plan_.place(MapZone::software, tensor);
  for (std::size_t i = 0; i < graph_.outputs.size(); ++i)
    if (graph_.outputs[i].map.tensor == tensor) return {KASANE_SPACE_OUTPUT, plan_.outputs[i]};
  return {KASANE_SPACE_SCRATCH, 0};
}

std::uint64_t ZonePlanner::place_outside(std::uint64_t scratch_begin) {
  std::vector<Buffer> buffers;
  std::vector<Place*> places;
  std::vector<Place>& tensors = plan_.places[index_of(zone_)];
  tensors.resize(graph_.tensors.size());
  for (std::size_t i = 0; i < graph_.tensors.size(); ++i) {
    if (lifetimes_[i].bytes == 0) continue;
    tensors[i] = resident_[i]
                     ? Place{map_space(zone_), static_cast<std::uint32_t>(memory_.offset + offsets_[i])}
                     : outside(i);
    if (tensors[i].space != KASANE_SPACE_SCRATCH) continue;
    buffers.push_back(lifetimes_[i]);
    places.push_back(&tensors[i]);
  }
  const auto is_copied_for_cpu = [&](std::size_t layer) {
    return zone_ != MapZone::software && resident(graph_.layers[layer].inputs[0]);
  };
  for (std::size_t i = 0; i < graph_.layers.size(); ++i) {
    const Layer& layer = graph_.layers[i];
    if (!runs(i) || !layer.runs_on_cpu() || !is_copied_for_cpu(i)) continue;
    plan_.layers[i].cpu_input.space = KASANE_SPACE_SCRATCH;
    buffers.push_back({layer.inputs[0].shape.elements(), i + 1, i + 1});
    places.push_back(&plan_.layers[i].cpu_input);
  }
  const auto offsets = allocate(buffers, scratch_alignment);
  std::uint64_t end = 0;
  for (std::size_t i = 0; i < places.size(); ++i) {
    const std::uint64_t offset = scratch_begin + offsets[i];
    places[i]->offset = static_cast<std::uint32_t>(offset);
    end = std::max(end, offset + buffers[i].bytes);
  }
  if (end > std::numeric_limits<std::uint32_t>::max())
    throw CompileError(graph_.file + ": needs " + std::to_string(end) +
                       " bytes of external memory, expected less than 4 GiB");
  for (std::size_t i = 0; i < graph_.layers.size(); ++i)
    if (runs(i) && graph_.layers[i].runs_on_cpu() && !is_copied_for_cpu(i))
      plan_.layers[i].cpu_input = tensors[graph_.layers[i].inputs[0].tensor];
  return end;
}

}  // namespace kasane::compiler
