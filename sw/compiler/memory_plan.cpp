#include "sw/compiler/memory_plan.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "kasane/package.h"

namespace kasane::compiler {
namespace {

constexpr std::uint64_t scratch_alignment = 64;

bool is_windowed(const Layer& layer) {
  return layer.kind == LayerKind::convolution || layer.kind == LayerKind::fully_connected ||
         layer.kind == LayerKind::max_pool || layer.kind == LayerKind::average_pool;
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
    place_weights();
    place_tables();
    while (!place_maps()) {
    }
    place_outside();
    return std::move(plan_);
  }

 private:
  void find_lifetimes();
  void place_weights();
  void place_tables();
  void plan_bands(std::size_t index);
  bool place_maps();
  std::optional<std::size_t> crowding_map();
  bool plan_layer(std::size_t index);
  bool plan_windows(std::size_t index);
  bool plan_elementwise(const Layer& layer, LayerPlan& plan);
  void spill_beside(std::size_t index);
  void place_outside();

  bool resident(const Operand& operand) const { return resident_[operand.tensor]; }
  /// Of the lists of kept kernels, which lie before the weights; 0 without replaced kernels.
  std::uint64_t list_bytes(std::size_t layer) const {
    const auto& replaced = network_.layers[layer].replaced;
    return replaced ? align_on_chip(replaced->kept.lists.size()) : 0;
  }
  /// Of the weights that the NCU needs, lists included.
  std::uint64_t weight_bytes(std::size_t layer) const {
    const QuantizedLayer& quantized = network_.layers[layer];
    return quantized.replaced ? list_bytes(layer) + quantized.replaced->kept.weights.size()
                              : quantized.weights.size();
  }
  std::uint64_t parameter_bytes(std::size_t layer) const {
    return network_.layers[layer].parameters.size() * sizeof(kasane_channel_parameters);
  }

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
    lifetimes_[operand.tensor] = {operand.shape.elements(), time, time};
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

void Planner::place_weights() {
  std::uint64_t resident = 0;
  for (std::size_t i = 0; i < graph_.layers.size(); ++i) {
    plan_.layers[i].kept_address = static_cast<std::uint32_t>(resident);
    plan_.layers[i].weight_address = static_cast<std::uint32_t>(resident + list_bytes(i));
    resident += align_on_chip(weight_bytes(i));
    plan_.layers[i].parameter_address = static_cast<std::uint32_t>(resident);
    resident += align_on_chip(parameter_bytes(i));
  }
  plan_.weights_resident = resident <= target_.wm_bytes;
  if (plan_.weights_resident) plan_.wm_bytes = static_cast<std::uint32_t>(resident);
}

/// Correspondence tables stay in their memory if all fit; else each layer brings its own.
void Planner::place_tables() {
  std::uint64_t all = 0;
  std::uint64_t largest = 0;
  for (std::size_t i = 0; i < graph_.layers.size(); ++i) {
    const auto& replaced = network_.layers[i].replaced;
    if (!replaced) continue;
    const std::uint64_t bytes = replaced->table.bytes.size();
    if (bytes > target_.table_bytes)
      graph_.fail(graph_.layers[i], "needs " + std::to_string(bytes) +
                                        " bytes of correspondence table memory, expected at most " +
                                        std::to_string(target_.table_bytes));
    plan_.layers[i].table_address = static_cast<std::uint32_t>(all);
    all += align_on_chip(bytes);
    largest = std::max(largest, bytes);
    plan_bands(i);
  }
  plan_.tables_resident = all <= target_.table_bytes;
  plan_.table_bytes = static_cast<std::uint32_t>(plan_.tables_resident ? all : largest);
  if (plan_.tables_resident) return;
  for (LayerPlan& layer : plan_.layers) layer.table_address = 0;
}

/// Two bands in flight let the units work on one while the NCU finishes the other.
void Planner::plan_bands(std::size_t index) {
  const Layer& layer = graph_.layers[index];
  const Shape& out = layer.output.shape;
  const std::uint64_t row = std::uint64_t{out.channels} * out.width * sizeof(std::int32_t);
  if (row > target_.sums_bytes)
    graph_.fail(layer, "needs " + std::to_string(row) +
                           " bytes of partial sum memory for one row of output, expected at most " +
                           std::to_string(target_.sums_bytes));
  const std::uint64_t fitting = std::max<std::uint64_t>(target_.sums_bytes / 2 / row, 1);
  const std::uint64_t bands =
      std::max<std::uint64_t>((out.height + fitting - 1) / fitting, std::min(out.height, 2u));
  LayerPlan& plan = plan_.layers[index];
  plan.band_rows = static_cast<std::uint32_t>((out.height + bands - 1) / bands);
  const std::uint64_t band = plan.band_rows * row;
  plan.bands_in_flight = 2 * band <= target_.sums_bytes ? 2 : 1;
  plan_.sums_bytes = std::max(plan_.sums_bytes, static_cast<std::uint32_t>(plan.bands_in_flight * band));
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
             .window = layer.window,
             .groups = layer.groups,
             .input_buffered = !resident(layer.inputs[0]),
             .output_buffered = !resident(layer.output),
             .fmm_bytes = plan.buffers.bytes};
  problem.all_channels = network_.layers[index].replaced.has_value();
  const bool per_channel = layer.kind == LayerKind::convolution || layer.kind == LayerKind::fully_connected;
  if (!plan_.weights_resident && per_channel) {
    problem.weights_streamed = true;
    // Kept kernels are loaded all at once: their lists know no smaller part.
    const std::uint32_t channels = layer.output.shape.channels;
    problem.weight_bytes = (weight_bytes(index) + channels - 1) / channels;
    problem.parameter_bytes = sizeof(kasane_channel_parameters);
    problem.wm_bytes = target_.wm_bytes;
  } else if (!plan_.weights_resident) {
    if (parameter_bytes(index) > target_.wm_bytes)
      graph_.fail(layer, "needs " + std::to_string(parameter_bytes(index)) +
                             " bytes of weight memory for its divisors, expected at most " +
                             std::to_string(target_.wm_bytes));
    plan.parameter_address = 0;
    plan_.wm_bytes = std::max(plan_.wm_bytes, static_cast<std::uint32_t>(parameter_bytes(index)));
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
                           (problem.all_channels ? "its kept kernels" : "one output channel") +
                           ", expected at most " + std::to_string(target_.wm_bytes));
  const auto tiling = choose_tiling(problem);
  if (!tiling) return false;
  plan.tiling = *tiling;
  const TileNeed need = tile_need(problem, *tiling);
  if (need.fmm_bytes() > 0)
    plan_.fmm_bytes =
        std::max(plan_.fmm_bytes, static_cast<std::uint32_t>(plan.buffers.offset + need.fmm_bytes()));
  if (problem.weights_streamed) {
    plan.kept_address = 0;
    plan.weight_address = static_cast<std::uint32_t>(list_bytes(index));
    plan.parameter_address = static_cast<std::uint32_t>(need.weight_bytes);
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
