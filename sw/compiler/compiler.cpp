#include "sw/compiler/compiler.h"

#include "kasane/package.h"
#include "sw/compiler/fold.h"
#include "sw/compiler/lower.h"
#include "sw/compiler/package_view.h"

namespace kasane::compiler {
namespace {

CompileReport describe(const Graph& graph, const QuantizedNetwork& network, const MemoryPlan& plan,
                       const PackageContents& contents) {
  CompileReport report{.weights_resident = plan.weights_resident,
                       .fmm_bytes = plan.fmm_bytes,
                       .wm_bytes = plan.wm_bytes,
                       .scratch_bytes = plan.scratch_bytes};
  for (const Layer& layer : graph.layers) {
    const Quantization& quantization = network.tensors[layer.output.tensor];
    const auto real = [&](int value) { return quantization.scale * (value - quantization.zero_point); };
    report.layers.push_back({layer.name,
                             layer.operators,
                             layer.output.shape,
                             quantization.scale,
                             quantization.zero_point,
                             {real(-128), real(127)},
                             0});
  }
  for (const kasane_step& step : contents.steps)
    if (step.kind != KASANE_STEP_DMA) report.layers[step.layer].tiles += step.count;
  return report;
}

}  // namespace

Compiled compile_with_report(const std::filesystem::path& onnx, const CalibrationImages& images,
                             const CompileTarget& target, const CompileOptions& options) {
  Graph graph = import_onnx(onnx, options.max_model_bytes);
  fold(graph);
  if (graph.layers.size() >= KASANE_NO_LAYER)
    throw CompileError(graph.file + ": has " + std::to_string(graph.layers.size()) +
                       " layers, expected fewer than " + std::to_string(KASANE_NO_LAYER));
  if (graph.name.empty()) graph.name = onnx.stem().string();
  const std::vector<Range> ranges = calibrate(graph, images, options.calibration);
  const QuantizedNetwork network = quantize(graph, ranges);
  const MemoryPlan plan = plan_memory(graph, network, target);
  const PackageContents contents = lower(graph, network, plan);
  Compiled compiled{write_package(contents), describe(graph, network, plan, contents)};
  PackageView{compiled.package};  // what leaves the compiler is valid
  return compiled;
}

std::vector<std::uint8_t> compile(const std::filesystem::path& onnx, const CalibrationImages& images,
                                  const CompileTarget& target, const CompileOptions& options) {
  return compile_with_report(onnx, images, target, options).package;
}

}  // namespace kasane::compiler
