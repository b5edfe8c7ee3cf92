/// Simulated INT4 multiply-accumulates per second of the host, on one core: the arithmetic alone, and the
/// whole array with its schedule, its memories and the energy account, without and with all trace writers.
#include "models/cartesian_array/function.h"
#include "tests/benchmark/engine_benchmark.h"
#include "tests/benchmark/instruction_set.h"
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

/// One band of 8 pixel tiles, 32 outputs, 64 channels, 3 x 3: with each instruction set.
void accumulate(benchmark::State& state) {
  const InstructionSet instruction_set(state);
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
  state.counters["MAC/s"] = rate(32.0 * 256 * 64 * 9, state);
}

/// Elaborated before the first benchmark.
ArrayChip& chip() {
  static ArrayChip array("chip", {}, account(), technology());
  return array;
}

void module(benchmark::State& state) {
  const auto& [name, shape] = layers[state.range(0)];
  const DenseLayer layer(shape);
  chip().load_wm(layer.wm);
  repeat(state, chip(), layer.command, name);
}
BENCHMARK(module)->DenseRange(0, std::ssize(layers) - 1);

BENCHMARK(traced<module>)
    ->Name("traced")
    ->DenseRange(0, std::ssize(layers) - 1)
    ->MeasureProcessCPUTime();  // the writers' thread too

}  // namespace
}  // namespace kasane

int sc_main(int argc, char* argv[]) {
  kasane::chip();
  benchmark::RegisterBenchmark("accumulate", kasane::accumulate)->ArgsProduct({kasane::instruction_sets()});
  return kasane::run_benchmarks(argc, argv);
}
