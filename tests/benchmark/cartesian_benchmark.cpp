/// Simulated INT4 multiply-accumulates per second of the host, on one core: the arithmetic alone, and the
/// whole array with its schedule, its memories and the energy account, without and with all trace writers.
#include <benchmark/benchmark.h>
#include <filesystem>
#include <hwy/targets.h>

#include "models/cartesian_array/function.h"
#include "platform/trace/traces.h"
#include "tests/unit/cartesian_array/array_chip.h"
#include "tests/unit/cartesian_array/dense_layers.h"

namespace kasane {
namespace {

using cartesian::DenseLayer;
using cartesian::DenseShape;

struct NamedShape {
  const char* name;
  DenseShape shape;
};

constexpr std::uint64_t five_of_nine = 0b010'111'010;
constexpr std::uint64_t one_of_nine = 0b000'010'000;

constexpr NamedShape layers[] = {
    {"64x64 3x3 32x32", {.inputs = 64, .size = 32, .outputs = 64, .kernel = 3, .pad = 1}},
    {"64x64 3x3 32x32, 5/9",
     {.inputs = 64, .size = 32, .outputs = 64, .kernel = 3, .pad = 1, .kept = five_of_nine}},
    {"64x64 3x3 32x32, 1/9",
     {.inputs = 64, .size = 32, .outputs = 64, .kernel = 3, .pad = 1, .kept = one_of_nine}},
    {"64x128 3x3 32x32, stride 2",
     {.inputs = 64, .size = 32, .outputs = 128, .kernel = 3, .stride = 2, .pad = 1}},
    {"64x64 1x1 32x32", {.inputs = 64, .size = 32, .outputs = 64}},
    {"256x256 3x3 14x14", {.inputs = 256, .size = 14, .outputs = 256, .kernel = 3, .pad = 1}},
    {"128x128 3x3 4x4", {.inputs = 128, .size = 4, .outputs = 128, .kernel = 3, .pad = 1}},
    {"depth-wise 64 3x3 32x32",
     {.inputs = 64,
      .size = 32,
      .outputs = 64,
      .kernel = 3,
      .pad = 1,
      .groups = 64,
      .input_bits = 8,
      .output_bits = 8}},
    {"fully connected 512x256", {.inputs = 512, .size = 1, .outputs = 256}},
};

/// Products of the layer with every coordinate kept.
double products(const kasane_cartesian_convolution& layer) {
  return double{1} * layer.output_channels * layer.output_height * layer.output_width *
         (layer.input_channels / layer.groups) * layer.kernel_height * layer.kernel_width;
}

/// One band of 8 pixel tiles, 32 outputs, 64 channels, 3 x 3: with each instruction set.
void accumulate(benchmark::State& state) {
  const std::int64_t target =
      hwy::SupportedAndGeneratedTargets().at(static_cast<std::size_t>(state.range(0)));
  hwy::SetSupportedTargetsForTest(target);
  state.SetLabel(hwy::TargetName(target));
  cartesian::InputPatch patch;
  patch.unpack(std::vector<std::uint8_t>(32 * 10 * 34, 0x35), {.channels = 64, .rows = 10, .columns = 34},
               {.height = 10, .width = 34}, 4, 0);
  const Sliding sliding{.kernel_height = 3, .kernel_width = 3};
  std::vector<std::uint32_t> windows;
  cartesian::window_offsets({.columns = 32, .pixels = 256}, sliding, patch, windows);
  std::vector<std::uint32_t> steps;
  cartesian::step_offsets(std::vector<std::uint64_t>(64, 0x1FF), sliding, patch, steps);
  cartesian::StepWeights weights;
  weights.unpack(std::vector<std::uint8_t>(steps.size() * 16, 0x5B), 32);
  cartesian::Sums sums;
  sums.clear(256, 32);
  for (auto _ : state) {
    cartesian::accumulate(patch, windows, steps, weights, sums);
    benchmark::DoNotOptimize(sums.data());
  }
  hwy::SetSupportedTargetsForTest(0);
  state.counters["MAC/s"] = benchmark::Counter(32.0 * 256 * 64 * 9 * static_cast<double>(state.iterations()),
                                               benchmark::Counter::kIsRate);
}

EnergyAccount& array_account() {
  static EnergyAccount account;
  return account;
}

/// Elaborated once; SystemC allows no second time.
ArrayChip& chip() {
  static const Technology technology =
      Technology::load({.file = KASANE_SOURCE_DIR "/models/technology/tables/45nm.yaml"});
  static ArrayChip array("chip", {}, array_account(), technology);
  return array;
}

void module(benchmark::State& state) {
  const auto& [name, shape] = layers[state.range(0)];
  const DenseLayer layer(shape);
  ArrayChip& array = chip();
  array.load_wm(layer.wm);
  for (auto _ : state) {
    if (array.run(layer.record()).error != KASANE_ERROR_NONE) state.SkipWithError("command failed");
  }
  state.SetLabel(name);
  state.counters["MAC/s"] = benchmark::Counter(
      products(layer.command) * static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
}
BENCHMARK(module)->DenseRange(0, std::ssize(layers) - 1);

/// All writers of a run at the default window; attached once, for the rest of the program.
void attach_traces() {
  static const RunPaths paths{std::filesystem::temp_directory_path() / "kasane_cartesian_benchmark"};
  std::filesystem::create_directories(paths.folder);
  EnergyAccount& account = array_account();
  static Traces traces({}, paths, {account, {"layer"}, {}, BlockId{0}}, account);
}

/// The module with traces on.
void traced(benchmark::State& state) {
  static const bool attached = (attach_traces(), true);
  benchmark::DoNotOptimize(attached);
  module(state);
}
BENCHMARK(traced)->DenseRange(0, std::ssize(layers) - 1)->MeasureProcessCPUTime();  // the writers' thread too

}  // namespace
}  // namespace kasane

int sc_main(int argc, char* argv[]) {
  kasane::chip();
  sc_core::sc_start(sc_core::SC_ZERO_TIME);
  const auto targets = std::ssize(hwy::SupportedAndGeneratedTargets());
  benchmark::RegisterBenchmark("accumulate", kasane::accumulate)->DenseRange(0, targets - 1);
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
