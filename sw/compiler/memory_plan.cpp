#include "sw/compiler/memory_plan.h"

#include <algorithm>
#include <limits>
#include <optional>

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

/// Time 0 is the arrival of the input, time i + 1 the execution of layer i.
class Planner {
 public:
  Planner(const Graph& graph, const QuantizedNetwork& network, const CompileTarget& target)
      : graph_(graph), network_(network), target_(target), lifetimes_(graph.tensors.size()) {
    find_lifetimes();
    plan_.layers.resize(graph.layers.size());
  }

  MemoryPlan plan() {
    place_weights(network_, target_, plan_);
    place_tables(graph_, network_, target_, plan_);
    while (!place_maps()) {
    }
    place_outside();
    return std::move(plan_);
  }

 private:
  void find_lifetimes();
  bool place_maps();
  std::optional<std::size_t> crowding_map();
  bool plan_layer(std::size_t index);
  bool plan_windows(std::size_t index);
  bool plan_elementwise(const Layer& layer, LayerPlan& plan);
  void spill_beside(std::size_t index);
  void place_outside();

  bool resident(const Operand& operand) const { return resident_[operand.tensor]; }
  const Graph& graph_;
  const QuantizedNetwork& network_;
  const CompileTarget& target_;
  std::vector<Buffer> lifetimes_;  ///< of all tensors; bytes 0 if unused
  std::vector<bool> resident_;     ///< in FMM
  std::vector<Buffer> buffers_;    ///< of all tensors; bytes 0 if not in FMM
  std::vector<std::uint64_t> offsets_;
  MemoryPlan plan_;
};

void Planner::find_lifetimes() {
  resident_.assign(graph_.tensors.size(), false);
  const auto define = [&](const Operand& operand, std::size_t time, bool in_fmm) {
    lifetimes_[operand.tensor] = {network_.stored(operand).elements(), time, time};
    resident_[operand.tensor] = in_fmm;
  };
  bool input_used_by_ncu = false;
  for (std::size_t i = 0; i < graph_.layers.size(); ++i) {
    const Layer& layer = graph_.layers[i];
    define(layer.output, i + 1, !layer.runs_on_cpu());
    for (const Operand& input : layer.inputs)
      input_used_by_ncu |= input.tensor == graph_.input.tensor && !layer.runs_on_cpu();
  }
  define(graph_.input, 0, input_used_by_ncu);
  for (std::size_t i = 0; i < graph_.layers.size(); ++i)
    for (const Operand& input : graph_.layers[i].inputs) lifetimes_[input.tensor].last = i + 1;
}

/// Tries to place the maps that are to stay in FMM; false if one of them had to be put outside instead.
bool Planner::place_maps() {
  buffers_ = lifetimes_;
  for (std::size_t i = 0; i < buffers_.size(); ++i)
    if (!resident_[i]) buffers_[i].bytes = 0;
  offsets_ = allocate(buffers_, on_chip_alignment);
  if (const auto map = crowding_map()) {
    resident_[*map] = false;
    return false;
  }
  plan_.fmm_bytes = 0;
  if (!plan_.weights_resident) plan_.wm_bytes = 0;
  for (std::size_t i = 0; i < buffers_.size(); ++i)
    if (resident_[i])
      plan_.fmm_bytes =
          std::max(plan_.fmm_bytes, static_cast<std::uint32_t>(offsets_[i] + buffers_[i].bytes));
  for (std::size_t i = 0; i < graph_.layers.size(); ++i) {
    if (plan_layer(i)) continue;
    spill_beside(i);
    return false;
  }
  return true;
}

/// The largest map alive together with one that did not fit.
std::optional<std::size_t> Planner::crowding_map() {
  for (std::size_t i = 0; i < buffers_.size(); ++i) {
    if (!resident_[i] || offsets_[i] + buffers_[i].bytes <= target_.fmm_bytes) continue;
    std::size_t largest = i;
    for (std::size_t other = 0; other < buffers_.size(); ++other)
      if (buffers_[other].lives_with(buffers_[i]) && buffers_[other].bytes > buffers_[largest].bytes)
        largest = other;
    return largest;
  }
  return std::nullopt;
}

bool Planner::plan_layer(std::size_t index) {
  const Layer& layer = graph_.layers[index];
  LayerPlan& plan = plan_.layers[index];
  if (layer.runs_on_cpu()) return true;
  std::vector<Buffer> present = buffers_;
  for (Buffer& buffer : present)
    if (buffer.bytes == 0) buffer = {0, 1, 0};  // never alive
  plan.buffers = largest_gap(present, offsets_, index + 1, target_.fmm_bytes, on_chip_alignment);
  if (!is_windowed(layer)) return plan_elementwise(layer, plan);
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
  if (!plan_.weights_resident && per_channel) {
    problem.weights_streamed = true;
    // Kept kernels are loaded all at once: their lists know no smaller part.
    const std::uint32_t channels = layer.output.shape.channels;
    problem.weight_bytes = (sections.before_parameters() + channels - 1) / channels;
    problem.parameter_bytes = sizeof(kasane_channel_parameters);
    problem.wm_bytes = target_.wm_bytes;
  } else if (!plan_.weights_resident) {
    if (sections.parameters > target_.wm_bytes)
      graph_.fail(layer, "needs " + std::to_string(sections.parameters) +
                             " bytes of weight memory for its divisors, expected at most " +
                             std::to_string(target_.wm_bytes));
    plan.parameter_address = 0;
    plan_.wm_bytes = std::max(plan_.wm_bytes, static_cast<std::uint32_t>(sections.parameters));
  }
  return plan_windows(index);
}

bool Planner::plan_windows(std::size_t index) {
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
  if (need.fmm_bytes() > 0)
    plan_.fmm_bytes =
        std::max(plan_.fmm_bytes, static_cast<std::uint32_t>(plan.buffers.offset + need.fmm_bytes()));
  if (problem.weights_streamed) {
    plan.kept_address = 0;
    const std::uint64_t lists = align_on_chip(weight_sections(network_.layers[index]).kept);
    plan.weight_address = static_cast<std::uint32_t>(problem.tiled != nullptr ? need.kept_bytes : lists);
    plan.parameter_address = static_cast<std::uint32_t>(need.kept_bytes + need.weight_bytes);
    plan_.wm_bytes = std::max(plan_.wm_bytes, static_cast<std::uint32_t>(need.wm_bytes()));
  }
  return true;
}

bool Planner::plan_elementwise(const Layer& layer, LayerPlan& plan) {
  std::uint64_t buffered = !resident(layer.output);
  for (const Operand& input : layer.inputs) buffered += !resident(input);
  const std::uint64_t elements = layer.output.shape.elements();
  plan.chunk = static_cast<std::uint32_t>(elements);
  if (buffered == 0) return true;
  const std::uint64_t share = plan.buffers.bytes / buffered / on_chip_alignment * on_chip_alignment;
  if (share == 0) return false;
  plan.chunk = static_cast<std::uint32_t>(std::min(elements, share));
  plan_.fmm_bytes =
      std::max(plan_.fmm_bytes,
               static_cast<std::uint32_t>(plan.buffers.offset + buffered * align_on_chip(plan.chunk)));
  return true;
}

/// Makes room for a layer's tiles: puts the largest map in FMM at that time outside.
void Planner::spill_beside(std::size_t index) {
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
                         std::to_string(target_.fmm_bytes));
}

/// Gives every map outside FMM, and every operand of the CPU, its place in external memory.
void Planner::place_outside() {
  std::vector<Buffer> buffers;
  std::vector<Place*> places;
  plan_.tensors.resize(graph_.tensors.size());
  for (std::size_t i = 0; i < graph_.tensors.size(); ++i) {
    Place& place = plan_.tensors[i];
    if (lifetimes_[i].bytes == 0) continue;
    if (resident_[i]) {
      place = {KASANE_SPACE_FMM, static_cast<std::uint32_t>(offsets_[i])};
    } else if (i == graph_.input.tensor) {
      place = {KASANE_SPACE_INPUT, 0};
    } else if (i == graph_.output.tensor) {
      place = {KASANE_SPACE_OUTPUT, 0};
    } else {
      place.space = KASANE_SPACE_SCRATCH;
      buffers.push_back(lifetimes_[i]);
      places.push_back(&place);
    }
  }
  for (std::size_t i = 0; i < graph_.layers.size(); ++i) {
    const Layer& layer = graph_.layers[i];
    if (!layer.runs_on_cpu() || !resident(layer.inputs[0])) continue;
    plan_.layers[i].cpu_input.space = KASANE_SPACE_SCRATCH;
    buffers.push_back({layer.inputs[0].shape.elements(), i + 1, i + 1});
    places.push_back(&plan_.layers[i].cpu_input);
  }
  const auto offsets = allocate(buffers, scratch_alignment);
  std::uint64_t end = 0;
  for (std::size_t i = 0; i < places.size(); ++i) {
    places[i]->offset = static_cast<std::uint32_t>(offsets[i]);
    end = std::max(end, offsets[i] + buffers[i].bytes);
  }
  if (end > std::numeric_limits<std::uint32_t>::max())
    throw CompileError(graph_.file + ": needs " + std::to_string(end) +
                       " bytes of external memory, expected less than 4 GiB");
  plan_.scratch_bytes = static_cast<std::uint32_t>(end);
  for (std::size_t i = 0; i < graph_.layers.size(); ++i)
    if (graph_.layers[i].runs_on_cpu() && !resident(graph_.layers[i].inputs[0]))
      plan_.layers[i].cpu_input = plan_.tensors[graph_.layers[i].inputs[0].tensor];
}

}  // namespace

bool MemoryPlan::in_fmm(const Operand& operand) const {
  return tensors[operand.tensor].space == KASANE_SPACE_FMM;
}

MemoryPlan plan_memory(const Graph& graph, const QuantizedNetwork& network, const CompileTarget& target) {
  return Planner(graph, network, target).plan();
}

}  // namespace kasane::compiler
