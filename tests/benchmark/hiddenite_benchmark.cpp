/// Simulated multiply-accumulates per second of the host, on one core, those of masked-off weights included:
/// mask decoding and generation alone, the arithmetic alone, and the whole engine with its schedule, its
/// memories and the energy account, without and with all trace writers.
#include "models/hiddenite/accumulate.h"
#include "tests/benchmark/engine_benchmark.h"
#include "tests/benchmark/instruction_set.h"
#include "tests/reference/convolution_fields.h"
#include "tests/reference/random_hiddenite_layers.h"
#include "tests/unit/hiddenite/hiddenite_chip.h"

namespace kasane {
namespace {

using reference::HiddenLayer;

struct Shape {
  const char* name;
  std::uint32_t inputs = 1;
  std::uint32_t size = 1;  ///< input height and width
  std::uint32_t outputs = 1;
  std::uint16_t kernel = 1;
  std::uint16_t stride = 1;
  std::uint16_t pad = 0;
  std::int64_t kept_per_1000 = 300;
  std::uint8_t field_bits = 2;
};

constexpr Shape shapes[] = {
    {"64x64 3x3 32x32", 64, 32, 64, 3, 1, 1},
    {"64x64 3x3 32x32, 10 % kept", 64, 32, 64, 3, 1, 1, 100, 4},
    {"64x64 3x3 32x32, 50 % kept", 64, 32, 64, 3, 1, 1, 500, 0},
    {"64x128 3x3 32x32, stride 2", 64, 32, 128, 3, 2, 1},
    {"64x128 1x1 32x32, stride 2", 64, 32, 128, 1, 2, 0},
    {"128x128 3x3 16x16", 128, 16, 128, 3, 1, 1},
    {"256x256 3x3 8x8", 256, 8, 256, 3, 1, 1},
    {"256x256 1x1 8x8", 256, 8, 256, 1, 1, 0},
    {"256x256 3x3 4x4", 256, 4, 256, 3, 1, 1},
    {"3x64 3x3 32x32", 3, 32, 64, 3, 1, 1},
    {"fully connected 1600x256", 1600, 1, 256},
    {"fully connected 1600x256, 10 % kept", 1600, 1, 256, 1, 1, 0, 100, 4},
};

HiddenLayer make_layer(const Shape& shape) {
  kasane_hiddenite_convolution command{};
  command.header = {KASANE_HIDDENITE_CONVOLUTION, KASANE_NO_LAYER, 0};
  reference::set_square_shape(command, shape);
  command.tile_outputs = 8;
  command.field_bits = shape.field_bits;
  command.output_min = -128;
  command.output_max = 127;
  reference::Random random(1);
  HiddenLayer layer =
      reference::make_hidden_layer(random, command, reference::Keep::share, shape.kept_per_1000);
  // As the compiler places them; of an input of random bytes, whatever the pitch.
  reference::set_dense_maps(layer.command, shape.inputs);
  return layer;
}

constexpr std::uint32_t tile_weights = 8 * 576;

struct Codec {
  std::uint32_t field_bits;
  std::int64_t kept_per_1000;
};
constexpr Codec codecs[] = {{0, 500}, {1, 500}, {2, 300}, {3, 200}, {4, 100}, {5, 50}, {6, 30}, {8, 5}};

/// One tile of 8 outputs, 64 channels, 3 x 3, in each codec at a density that it suits.
void expand(benchmark::State& state) {
  const auto [field_bits, kept_per_1000] = codecs[state.range(0)];
  const auto generator = static_cast<std::uint32_t>(state.range(1));
  reference::Random random(1);
  reference::Mask kept(tile_weights);
  for (std::size_t weight = 0; weight < kept.size(); ++weight) {
    kept[weight] = random.between(1, 1000) <= kept_per_1000;
  }
  const reference::MaskFields fields = reference::encode_mask(kept, field_bits);
  const std::vector<std::uint8_t> mask = reference::pack_fields(fields, field_bits);
  hiddenite::TileWeights tile;
  for (auto _ : state) {
    if (!tile.expand(mask, field_bits, static_cast<std::uint32_t>(fields.size()), tile_weights, 8,
                     {generator, 1}, 0)) {
      state.SkipWithError("mask refused");
    }
  }
  state.SetLabel(std::to_string(field_bits) + " bits, " + std::to_string(kept_per_1000) + " of 1000 kept");
  state.counters["weights/s"] = rate(tile_weights, state);
}
BENCHMARK(expand)->ArgsProduct({benchmark::CreateDenseRange(0, std::ssize(codecs) - 1, 1), {0, 1}});

/// One tile of 8 outputs, 30 % kept, 64 channels, 3 x 3, of a square band of pixels: with each instruction
/// set.
void accumulate(benchmark::State& state) {
  const InstructionSet instruction_set(state);
  const auto size = static_cast<std::uint32_t>(state.range(1));
  reference::Random random(1);
  std::vector<std::uint8_t> mask(tile_weights / 8);
  for (std::uint32_t weight = 0; weight < tile_weights; ++weight) {
    if (random.between(1, 10) <= 3) mask[weight / 8] |= static_cast<std::uint8_t>(1 << weight % 8);
  }
  hiddenite::TileWeights tile;
  tile.expand(mask, 0, tile_weights, tile_weights, 8, {}, 0);
  hiddenite::InputPatch patch;
  patch.reshape(64, {.height = size + 2, .width = size + 2}, {.kernel_height = 3, .kernel_width = 3});
  patch.fill(std::vector<std::uint8_t>(64 * (size + 2) * (size + 2), 0x35),
             {.channels = 64, .rows = size + 2, .columns = size + 2}, 0, 3);
  hiddenite::Sums sums;
  hiddenite::Accumulation accumulation;
  sums.clear(8, patch.pixels());
  for (auto _ : state) {
    accumulation.add(patch, tile, 0, sums);
    benchmark::DoNotOptimize(sums.data());
  }
  state.counters["MAC/s"] = rate(double{1} * tile_weights * size * size, state);
}

/// Elaborated before the first benchmark.
HiddeniteChip& chip() {
  static HiddeniteChip engine("chip", {}, account(), technology());
  return engine;
}

void module(benchmark::State& state) {
  const Shape& shape = shapes[state.range(0)];
  const HiddenLayer layer = make_layer(shape);
  HiddeniteChip& engine = chip();
  reference::Random random(2);
  std::vector<std::uint8_t> map(shape.inputs * shape.size * shape.size);
  for (std::uint8_t& byte : map) byte = random.one_in(2) ? 0 : random.byte();
  engine.load_fmm(map);
  engine.load_wm(layer.wm);
  repeat(state, engine, layer.command, shape.name);
}
BENCHMARK(module)->DenseRange(0, std::ssize(shapes) - 1);

BENCHMARK(traced<module>)
    ->Name("traced")
    ->DenseRange(0, std::ssize(shapes) - 1)
    ->MeasureProcessCPUTime();  // the writers' thread too

}  // namespace
}  // namespace kasane

int sc_main(int argc, char* argv[]) {
  kasane::chip();
  benchmark::RegisterBenchmark("accumulate", kasane::accumulate)
      ->ArgsProduct({kasane::instruction_sets(), {1, 2, 3, 4, 8, 16}});
  return kasane::run_benchmarks(argc, argv);
}
