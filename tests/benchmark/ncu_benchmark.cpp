/// Simulated int8 multiply-accumulates per second of the host, on one core: the arithmetic alone, and the
/// whole module with its schedule, its bursts and its energy account, without and with all trace writers.
#include "models/neural_comp_unit/function.h"
#include "tests/benchmark/engine_benchmark.h"
#include "tests/unit/neural_comp_unit/bench.h"
#include "tests/unit/neural_comp_unit/layers.h"

namespace kasane {
namespace {

using ncu::ConvolutionShape;

kasane_ncu_convolution layer_of(int index) {
  switch (index) {
    case 0:
      return ncu::convolution({.inputs = 64, .size = 32, .outputs = 64, .kernel = 3, .pad = 1});
    case 1:
      return ncu::convolution({.inputs = 1, .size = 28, .outputs = 6, .kernel = 5, .pad = 2});
    case 2:
      return ncu::convolution({.inputs = 6, .size = 14, .outputs = 16, .kernel = 5});
    case 3:
      return ncu::fully_connected(400, 120);
    default:
      return ncu::convolution({.inputs = 64, .size = 32, .outputs = 64, .kernel = 3, .pad = 1, .groups = 64});
  }
}

constexpr const char* layer_names[] = {"64x64 3x3 32x32", "LeNet conv1", "LeNet conv2", "LeNet fc1",
                                       "depth-wise 64 3x3 32x32"};

/// One tile of 16 output channels × 8 rows of 32 over 48 input channels.
void accumulate(benchmark::State& state) {
  const std::vector<std::uint8_t> input(48 * 10 * 34, 3);
  const std::vector<std::uint8_t> stored(16 * 48 * 9, 5);
  ncu::PackedPatch patch;
  patch.pack(input, {.channels = 48, .rows = 10, .columns = 34}, {.height = 10, .width = 34}, 0);
  ncu::PackedWeights weights;
  weights.pack(stored, 16, 48, 9);
  ncu::Accumulators sums;
  sums.clear(256, 16);
  for (auto _ : state) {
    ncu::accumulate(patch, weights, {.kernel_height = 3, .kernel_width = 3}, 32, sums);
    benchmark::DoNotOptimize(sums.data());
  }
  state.counters["MAC/s"] = rate(16.0 * 256 * 48 * 9, state);
}
BENCHMARK(accumulate);

/// Elaborated before the first benchmark.
NcuBench& unit() {
  static NcuBench bench("bench", {}, 32, 32, account(), technology());
  return bench;
}

void module(benchmark::State& state) {
  const kasane_ncu_convolution layer = layer_of(static_cast<int>(state.range(0)));
  NcuBench& bench = unit();
  bench.fmm.bytes.assign(256 * 1024, 1);
  bench.wm.bytes.assign(256 * 1024, 1);
  const kasane_channel_parameters constants{.bias = 0, .multiplier = 1 << 20, .shift = 28};
  for (std::uint32_t channel = 0; channel < layer.output_channels; ++channel) {
    std::memcpy(bench.wm.bytes.data() + channel * sizeof(constants), &constants, sizeof(constants));
  }
  repeat(state, bench, layer, layer_names[state.range(0)]);
}
BENCHMARK(module)->DenseRange(0, 4);

BENCHMARK(traced<module>)
    ->Name("traced")
    ->DenseRange(0, 4)
    ->UseRealTime();  // the writers have a thread of their own

}  // namespace
}  // namespace kasane

int sc_main(int argc, char* argv[]) {
  kasane::unit();
  return kasane::run_benchmarks(argc, argv);
}
