#include "sw/compiler/compiler.h"

#include <algorithm>

#include "kasane/package.h"
#include "sw/compiler/fold.h"
#include "sw/compiler/lower.h"
#include "sw/compiler/package_view.h"
#include "sw/compiler/segments.h"

namespace kasane::compiler {
namespace {

CompileReport describe(const Graph& graph, const QuantizedNetwork& network, const MemoryPlan& plan,
                       const PackageContents& contents) {
  CompileReport report{.weights_resident = plan.weights_resident,
                       .fmm_bytes = plan.fmm_bytes,
                       .wm_bytes = plan.wm_bytes,
                       .scratch_bytes = plan.scratch_bytes,
                       .cpu_maps_bytes = plan.cpu_maps_bytes,
                       .cpu_weights_bytes = plan.cpu_weights_bytes};
  for (const Layer& layer : graph.layers) {
    const Quantization& quantization = network.tensors[layer.output.tensor];
    const TensorFormat& format = network.formats[layer.output.tensor];
    const auto real = [&](int value) { return quantization.scale * (value - quantization.zero_point); };
    report.layers.push_back({layer.name,
                             layer.operators,
                             layer.output.shape,
                             quantization.scale,
                             quantization.zero_point,
                             {real(format.minimum()), real(format.maximum())},
                             0,
                             layer.segment});
  }
  for (const kasane_step& step : contents.steps)
    if (step.kind != KASANE_STEP_DMA && step.kind != KASANE_STEP_EXIT_UNIT)
      report.layers[step.layer].tiles += step.count;
  return report;
}

KernelMapping map_to_units(const Graph& graph, const UnitMapping& units,
                           const std::vector<Placement>& placements) {
  KernelMapping mapping = units.design
                              ? map_kernels_by_cluster(graph, *units.design, units.network, units.options)
                              : map_kernels(graph, units.units, units.options);
  const std::vector<bool> here = layers_on(graph, placements, Placement::kcu);
  for (std::size_t i = 0; i < mapping.layers.size(); ++i)
    if (!here[i]) mapping.layers[i].clear();
  return mapping;
}

void quantize_replaced_kernels(const Graph& graph, const UnitMapping& units, const KernelMapping& mapping,
                               QuantizedNetwork& network) {
  for (std::size_t i = 0; i < graph.layers.size(); ++i) {
    if (mapping.layers[i].empty()) continue;
    const Layer& layer = graph.layers[i];
    quantize_replaced_kernels(graph, layer, network.tensors[layer.inputs[0].tensor], units.units,
                              mapping.layers[i], units.quantisation, network.layers[i]);
  }
}

bool uses_units(const QuantizedNetwork& network) {
  return std::any_of(network.layers.begin(), network.layers.end(),
                     [](const QuantizedLayer& layer) { return layer.replaced.has_value(); });
}

/// The engines that layers may use beside the NCU, and whether the chip has them.
struct SpecialEngine {
  Placement placement;
  std::string name;
  bool present;
};

void check_engines(const Graph& graph, const CompileOptions& options) {
  const SpecialEngine engines[] = {
      {Placement::kcu, "Kernel Comp Units", options.units.has_value()},
      {Placement::cartesian, "a Cartesian-product array", options.array.has_value()},
      {Placement::hiddenite, "a hidden-network engine", options.hiddenite.has_value()}};
  std::vector<std::string> present;
  for (const SpecialEngine& engine : engines) {
    if (engine.present) present.push_back(engine.name);
    if (!engine.present && names(options.segments, engine.placement))
      throw CompileError(graph.file + ": a segment shall run on " + engine.name +
                         ", expected an engine that the chip has");
  }
  if (options.segments.empty() && present.size() > 1)
    throw CompileError(graph.file + ": " + present[0] + " and " + present[1] +
                       ", expected one of them, or a place for each segment");
}

EngineAssignment assign_to_engines(const Graph& graph, const CompileOptions& options) {
  check_placements(graph, options.segments);
  check_engines(graph, options);
  EngineAssignment assignment(graph);
  if (options.array && may_use(options.segments, Placement::cartesian))
    assignment.array =
        assign_to_array(graph, *options.array, layers_on(graph, options.segments, Placement::cartesian));
  if (options.hiddenite && may_use(options.segments, Placement::hiddenite))
    assignment.hiddenite = assign_to_hiddenite(graph, *options.hiddenite,
                                               layers_on(graph, options.segments, Placement::hiddenite));
  return assignment;
}

/// Ranges come from the network as it computes after replacement.
QuantizedNetwork quantize_for(const Graph& graph, const CalibrationImages& images,
                              const CompileOptions& options) {
  const EngineAssignment engines = assign_to_engines(graph, options);
  if (!options.units || !may_use(options.segments, Placement::kcu))
    return quantize(graph, calibrate(graph, images, options.calibration, engines.array.formats), engines);
  const KernelMapping mapping = map_to_units(graph, *options.units, options.segments);
  const Graph replaced = replace_kernels(graph, options.units->units, mapping);
  QuantizedNetwork network =
      quantize(graph, calibrate(replaced, images, options.calibration, engines.array.formats), engines);
  quantize_replaced_kernels(graph, *options.units, mapping, network);
  return network;
}

}  // namespace

Graph read_network(const std::filesystem::path& onnx, std::uint64_t max_bytes) {
  Graph graph = import_onnx(onnx, max_bytes);
  fold(graph);
  divide_into_segments(graph);
  if (graph.layers.size() >= KASANE_NO_LAYER)
    throw CompileError(graph.file + ": has " + std::to_string(graph.layers.size()) +
                       " layers, expected fewer than " + std::to_string(KASANE_NO_LAYER));
  if (graph.name.empty()) graph.name = onnx.stem().string();
  return graph;
}

Compiled compile_with_report(const std::filesystem::path& onnx, const CalibrationImages& images,
                             const CompileTarget& target, const CompileOptions& options) {
  const Graph graph = read_network(onnx, options.max_model_bytes);
  const QuantizedNetwork network = quantize_for(graph, images, options);
  const MemoryPlan plan = plan_memory(graph, network, target, options.segments);
  PackageContents contents = lower(graph, network, plan, target.exit_unit);
  if (uses_units(network)) contents.kcu_design = design_crc(options.units->units);
  Compiled compiled{write_package(contents), describe(graph, network, plan, contents)};
  PackageView{compiled.package};  // what leaves the compiler is valid
  return compiled;
}

std::vector<std::uint8_t> compile(const std::filesystem::path& onnx, const CalibrationImages& images,
                                  const CompileTarget& target, const CompileOptions& options) {
  return compile_with_report(onnx, images, target, options).package;
}

}  // namespace kasane::compiler
