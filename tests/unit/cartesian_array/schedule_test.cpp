/// The array's time against layers worked by hand, and its steps against the law on random layers.
///
/// By hand, ports of 16 bytes a cycle: first all bitmaps are read; then in step j slot j loads, slot j-1
/// computes (for each pixel tile its kept coordinates and a bubble; the first slot also the pipeline's fill
/// of 4) and slot j-2 drains (a pixel a cycle, or its bytes through FMM's port); each step takes as long as
/// the slowest of these.
#include "models/cartesian_array/schedule.h"

#include <gtest/gtest.h>
#include <map>
#include <utility>

#include "models/common/slot_estimate.h"
#include "tests/reference/random_cartesian_layers.h"
#include "tests/unit/cartesian_array/dense_layers.h"

namespace kasane::cartesian {
namespace {

using Cost = SlotEstimate<Operations>;

std::span<const std::uint8_t> stored_lists(const kasane_cartesian_convolution& command,
                                           const std::vector<std::uint8_t>& wm) {
  return std::span(wm).subspan(command.kept_address, kept_bytes(command));
}

Cost of(const kasane_cartesian_convolution& command, const std::vector<std::uint8_t>& wm,
        const CartesianConfig& config = {}, PortTiming fmm = {}, PortTiming wm_port = {}) {
  EXPECT_EQ(check(command, config), static_cast<std::uint32_t>(KASANE_ERROR_NONE));
  auto kept = KeptCoordinates::decode(command, stored_lists(command, wm));
  EXPECT_TRUE(kept.has_value());
  Schedule schedule(command, config, std::move(kept.value()));
  return estimate(schedule, fmm, wm_port);
}

Cost of(const DenseLayer& layer, const CartesianConfig& config = {}, PortTiming fmm = {},
        PortTiming wm = {}) {
  return of(layer.command, layer.wm, config, fmm, wm);
}

// 64 -> 64 channels on 8 x 8 pixels: two bands of one pixel tile, two output tiles each: four slots.
//   bitmaps      2 tiles x 64 bytes                                                               8
//   load 0       32 planes x 32 bytes = 64; parameters 384 bytes = 24 and weights 64 x 16 = 64    88
//   compute 0    64 + 1 + 4 = 69; load 1: 24 + 64                                                 88
//   compute 1    65; load 2: 64 behind the 16 x 32 bytes of slot 0's output = 32, parameters 24   96
//   compute 2    65; load 3: parameters alone, both tiles' weights are there; store 1: 32         65
//   compute 3    65                                                                               65
//   drain 3      32                                                                               32
TEST(CartesianSchedule, PointWise) {
  const DenseLayer layer({.inputs = 64, .size = 8, .outputs = 64});
  const Cost cost = of(layer);
  EXPECT_EQ(cost.cycles, 8u + 88 + 88 + 96 + 65 + 65 + 32);
  EXPECT_EQ(cost.compute_cycles, 4u * 65 + 4);
  EXPECT_EQ(cost.slots, 4u);
  EXPECT_EQ(cost.fmm_bytes_read, 2048u);
  EXPECT_EQ(cost.fmm_bytes_written, 2048u);
  EXPECT_EQ(cost.wm_bytes_read, 128u + 2 * 1024 + 4 * 384);
  EXPECT_EQ(cost.operations[Operation::multiply], 64u * 64 * 64);  // every multiplier, every step
  EXPECT_EQ(cost.operations[Operation::requantize], 64u * 64);
  EXPECT_EQ(cost.operations[Operation::accumulator_read], 64u * 64);
  // An element a byte: twice the input and output, 128 to load and 64 to store.
  const DenseLayer bytes({.inputs = 64, .size = 8, .outputs = 64, .input_bits = 8, .output_bits = 8});
  EXPECT_EQ(of(bytes).cycles, 8u + 128 + 88 + (128 + 64) + 65 + 65 + 64);
}

// 32 -> 32 channels, 16 x 16 to 8 x 8 pixels: two slots of one pixel tile, which is four output rows.
//   bitmaps      32 x 2 bytes                                                                     4
//   load 0       16 planes x 8 rows = 128; parameters 24 and weights 288 x 16 bytes = 288       312
//   compute 0    32 x 9 + 1 + 4; load 1: 9 rows, 144                                            293
//   compute 1    289                                                                            289
//   drain 1      32                                                                              32
TEST(CartesianSchedule, StridedThreeByThree) {
  const DenseShape shape{.inputs = 32, .size = 16, .outputs = 32, .kernel = 3, .stride = 2, .pad = 1};
  const Cost cost = of(DenseLayer(shape));
  EXPECT_EQ(cost.cycles, 4u + 312 + 293 + 289 + 32);
  EXPECT_EQ(cost.operations[Operation::multiply], 2u * 288 * 1024);
  // One coordinate of nine kept: 32 + 24 cycles of weights beside the input's 128; then the second tile's 144
  // beside 32 + 1 + 4 cycles to compute.
  DenseShape pruned = shape;
  pruned.kept = 1 << 4;
  EXPECT_EQ(of(DenseLayer(pruned)).cycles, 4u + 128 + 144 + 33 + 32);
  // Half the columns: four slots with half the weights each, 12 + 144; twice the bitmaps.
  DenseShape narrow = shape;
  narrow.columns = 16;
  EXPECT_EQ(of(DenseLayer(narrow), {.columns = 16}).cycles, 8u + 156 + 293 + 3 * 289 + 32);
  // Half the rows: four slots of two output rows, 16 pixels.
  EXPECT_EQ(of(DenseLayer(shape), {.rows = 16}).cycles, 4u + 312 + 293 + 3 * 289 + 16);
}

// 32 channels, each a group of its own, 8 x 8 pixels, a byte an element: 64 slots, one column of 32 at work.
//   bitmaps      32 x 2 bytes                                                                     4
//   load 0       5 rows of 8 bytes = 3; parameters 12 bytes and weights 9 bytes = 2               3
//   compute 0    9 + 1 + 4                                                                       14
//   drain 0 ... 63  32 pixels, longer than 10 to compute and 3 + 2 cycles of FMM's port     64 x 32
TEST(CartesianSchedule, DepthWiseUsesOneColumn) {
  const DenseLayer layer({.inputs = 32,
                          .size = 8,
                          .outputs = 32,
                          .kernel = 3,
                          .pad = 1,
                          .groups = 32,
                          .input_bits = 8,
                          .output_bits = 8});
  const Cost cost = of(layer);
  EXPECT_EQ(cost.cycles, 4u + 3 + 14 + 64 * 32);
  EXPECT_EQ(cost.slots, 64u);
  constexpr std::uint64_t steps = 32 * 9 * 2;
  EXPECT_EQ(cost.compute_cycles, steps + 32 * 2 + 4);
  // Of 1024 multipliers 32 work in a step, and steps are but 28 % of the time: 0.9 % of the peak.
  EXPECT_EQ(cost.operations[Operation::multiply], steps * 1024 / 32);
}

// 256 -> 64 channels of one pixel: two slots, one row of 32 at work, weights bound it.
//   bitmaps      2 x 256 bytes                                                                   32
//   load 0       parameters 24 and weights 256 x 16 bytes = 256; input 128 bytes                280
//   load 1       the same; compute 0: 256 + 1 + 4                                               280
//   compute 1    256 + 1                                                                        257
//   drain 1      32 planes of one byte that follow each other, one burst                          2
TEST(CartesianSchedule, FullyConnectedUsesOneRow) {
  DenseLayer layer({.inputs = 256, .outputs = 64, .output_bits = 8});
  layer.command.header.opcode = KASANE_CARTESIAN_FULLY_CONNECTED;
  const Cost cost = of(layer);
  EXPECT_EQ(cost.cycles, 32u + 280 + 280 + 257 + 2);
  EXPECT_EQ(cost.operations[Operation::multiply], 256u * 64);
  EXPECT_EQ(cost.compute_cycles, 2 * 257u + 4);
}

// 4 -> 32 channels, 16 x 16 pixels: eight slots of two rows.
//   bitmaps      4 bytes                                                                          1
//   load 0       parameters 24 and weights 4                                                     28
//   compute 0    4 + 1 + 4                                                                        9
//   drain 0 ... 5  32 pixels; 16 planes x 32 bytes = 32 behind which 2 x 32 bytes are loaded  6 x 36
//   drain 6, 7   nothing left to load                                                        2 x 32
TEST(CartesianSchedule, FewStepsAreBoundByTheDrain) {
  const DenseShape shape{.inputs = 4, .size = 16, .outputs = 32};
  EXPECT_EQ(of(DenseLayer(shape)).cycles, 1u + 28 + 9 + 6 * 36 + 2 * 32);
  // A byte an element of output: 64 cycles of FMM's port.
  DenseShape bytes = shape;
  bytes.output_bits = 8;
  EXPECT_EQ(of(DenseLayer(bytes)).cycles, 1u + 28 + 9 + 6 * (64 + 4) + 2 * 64);
}

// 64 -> 64 channels, 32 x 32 pixels: 32 pixel tiles of a row; bands of an eighth, four tiles: 16 slots.
//   bitmaps      2 x 64 x 2 bytes                                                                16
//   load 0       parameters 24 and weights 576 x 16 bytes = 576; input 32 planes x 5 rows = 320  600
//   compute 0 ... 15  4 x (576 + 1), the first 4 more; loads of 32 x 6 rows hide       16 x 2308 + 4
//   drain 15     the last tile's 32 pixels, but 16 planes x 128 bytes                           128
TEST(CartesianSchedule, BandsOfSeveralTiles) {
  const Cost cost = of(DenseLayer({.inputs = 64, .size = 32, .outputs = 64, .kernel = 3, .pad = 1}));
  EXPECT_EQ(cost.cycles, 16u + 600 + 16 * 2308 + 4 + 128);
  EXPECT_EQ(cost.slots, 16u);
  EXPECT_EQ(cost.wm_bytes_read, 256u + 2 * 9216 + 16 * 384);  // both tiles' weights stay
}

// 128 -> 32 channels, 8 x 8 pixels, half a weight buffer for 64 channels: two pixel tiles, two chunks each.
//   bitmaps      128 x 2 bytes                                                                   16
//   load 0       parameters 24 and weights 576 x 16 bytes = 576; input 32 planes x 5 rows = 96  600
//   compute 0    576 + 1 + 4; load 1: 576                                                       581
//   compute 1    576, the tile goes on                                                          576
//   compute 2    577; the weights of both chunks are still there                                577
//   compute 3    576                                                                            576
//   drain 3      32                                                                              32
TEST(CartesianSchedule, ChunksOfChannels) {
  const DenseLayer layer({.inputs = 128, .size = 8, .outputs = 32, .kernel = 3, .pad = 1});
  const Cost cost = of(layer, {.weight_buffer_bytes = 9216});
  EXPECT_EQ(cost.cycles, 16u + 600 + 581 + 576 + 577 + 576 + 32);
  EXPECT_EQ(cost.wm_bytes_read, 256u + 2 * 9216 + 384);
  EXPECT_EQ(cost.compute_cycles, 2u * (128 * 9 + 1) + 4);
}

// The two examples that README.md works by hand, ports of 32 bytes.
TEST(CartesianSchedule, ExamplesOfTheReadme) {
  DenseShape shape{.inputs = 64, .size = 16, .outputs = 64, .kernel = 3, .pad = 1};
  const PortTiming port{.bytes_per_cycle = 32};
  EXPECT_EQ(of(DenseLayer(shape), {}, port, port).cycles, 9576u);
  shape.kept = 1 << 4;
  EXPECT_EQ(of(DenseLayer(shape), {}, port, port).cycles, 1253u);
}

TEST(CartesianSchedule, NothingKeptStillDrains) {
  // No steps: a bubble for each of the two tiles, and the fill.
  const DenseLayer layer({.inputs = 16, .size = 8, .outputs = 32, .kernel = 3, .pad = 1, .kept = 0});
  const Cost cost = of(layer);
  EXPECT_EQ(cost.compute_cycles, 2u * 1 + 4);
  EXPECT_EQ(cost.operations[Operation::multiply], 0u);
  EXPECT_EQ(cost.operations[Operation::requantize], 32u * 64);
  EXPECT_EQ(cost.fmm_bytes_written, 16u * 64);
}

/// An array that random layers fit: from ample buffers to some that force bands and chunks.
CartesianConfig random_config(reference::Random& random) {
  const auto pick = [&](std::initializer_list<std::uint32_t> choices) {
    return choices.begin()[random.between(0, static_cast<std::int64_t>(choices.size()) - 1)];
  };
  CartesianConfig config{.rows = pick({1, 5, 8, 16, 32, 64}), .columns = pick({2, 8, 16, 32, 64})};
  config.input_buffer_bytes = pick({512, 2048, 16384});
  config.weight_buffer_bytes = std::max(pick({256, 2048, 16384}), 64 * (config.columns / 2));
  config.pipeline_cycles = static_cast<std::uint32_t>(random.between(0, 9));
  config.tile_bubble_cycles = static_cast<std::uint32_t>(random.between(0, 3));
  return config;
}

/// What the lists say, by the reference's reading of them.
struct Law {
  std::uint64_t steps = 0;     ///< each kept coordinate once for each pixel tile
  std::uint64_t tiles = 0;     ///< output tiles x pixel tiles
  std::uint64_t products = 0;  ///< kept coordinates x outputs of their tile x pixels
  std::uint64_t operands = 0;  ///< of all steps: pixels and outputs that exist
  std::uint64_t outputs = 0;   ///< elements of the output map
  bool outlasts_drain = true;  ///< no tile takes fewer cycles than the one before it drains

  Law(const reference::CartesianLayer& layer, const CartesianConfig& config) {
    const kasane_cartesian_convolution& c = layer.command;
    const std::uint64_t pixels = std::uint64_t{c.output_height} * c.output_width;
    const std::uint64_t pixel_tiles = divide_up(pixels, config.rows);
    outputs = pixels * c.output_channels;
    for (const reference::CartesianTile& tile : reference::decode_cartesian_tiles(c, layer.wm)) {
      steps += tile.steps.size() * pixel_tiles;
      tiles += pixel_tiles;
      products += tile.steps.size() * tile.outputs * pixels;
      operands += tile.steps.size() * (pixels + pixel_tiles * tile.outputs);
      outlasts_drain &= pixel_tiles == 1 || tile.steps.size() + config.tile_bubble_cycles >= config.rows;
    }
  }
};

// The law: ceil(outputs / columns) x ceil(pixels / rows) x the kept coordinates, here for lists that
// differ from tile to tile; plus a bubble a tile and the pipeline's fill, however the layer is cut. Where a
// tile has fewer cycles than it has rows, the drain of the tile before may hold it up.
TEST(CartesianSchedule, ComputeCyclesAreStepsBubblesAndFill) {
  reference::Random random(17);
  int equal = 0, held_up = 0;
  for (int index = 0; index < 800; ++index) {
    const CartesianConfig config = random_config(random);
    const auto layer = make_random_cartesian_layer(random, config.columns, {.products = 300'000});
    if (check(layer.command, config) != KASANE_ERROR_NONE) continue;
    const Law law(layer, config);
    const Cost cost = of(layer.command, layer.wm, config);
    const std::uint64_t cycles = law.steps + law.tiles * config.tile_bubble_cycles + config.pipeline_cycles;
    if (law.outlasts_drain) {
      ASSERT_EQ(cost.compute_cycles, cycles) << layer.description << ", rows " << config.rows;
      ++equal;
    } else {
      ASSERT_GE(cost.compute_cycles, cycles) << layer.description << ", rows " << config.rows;
      ASSERT_LE(cost.compute_cycles, cycles + law.tiles * config.rows) << layer.description;
      ++held_up;
    }
    EXPECT_EQ(cost.operations[Operation::multiply], law.products);
    EXPECT_EQ(cost.operations[Operation::accumulate], law.products);
    EXPECT_EQ(cost.operations[Operation::operand_nibble], law.operands);
    EXPECT_EQ(cost.operations[Operation::align], law.steps);
    EXPECT_EQ(cost.operations[Operation::input_read], law.steps * layer.command.stride_width);
    EXPECT_EQ(cost.operations[Operation::weight_read], law.steps);
    EXPECT_EQ(cost.operations[Operation::accumulator_read], law.outputs);
    EXPECT_EQ(cost.operations[Operation::requantize], law.outputs);
    ASSERT_FALSE(HasFailure()) << layer.description;
    ASSERT_GE(cost.cycles, cost.compute_cycles) << layer.description;
  }
  EXPECT_GT(equal, 240);
  EXPECT_GT(held_up, 120);
}

// Every output pixel of every tile is computed once by all its steps and stored once, with what its slot
// says.
TEST(CartesianSchedule, SlotsCoverTheLayerOnce) {
  reference::Random random(23);
  int checked = 0, banded = 0, chunked = 0;
  for (int index = 0; index < 400; ++index) {
    const CartesianConfig config = random_config(random);
    const auto layer = make_random_cartesian_layer(random, config.columns, {.products = 300'000});
    const kasane_cartesian_convolution& c = layer.command;
    if (check(c, config) != KASANE_ERROR_NONE) continue;
    std::map<std::uint32_t, std::uint64_t> kept;  // by first output channel
    for (const reference::CartesianTile& tile : reference::decode_cartesian_tiles(c, layer.wm))
      kept[tile.first] = tile.steps.size();
    const std::uint32_t pixels = c.output_height * c.output_width;
    std::map<std::uint32_t, std::uint64_t> steps, stored;  // steps x pixels, pixels
    std::uint64_t stored_bytes = 0, steps_in_all = 0, fill = config.pipeline_cycles;
    Schedule schedule(c, config, *KeptCoordinates::decode(c, stored_lists(c, layer.wm)));
    for (Slot slot; schedule.next(slot);) {
      const std::uint64_t pixel_tiles = divide_up(slot.pixels, config.rows);
      ASSERT_TRUE(pixel_tiles == 1 || (slot.first_chunk && slot.last_chunk)) << layer.description;
      ASSERT_EQ(slot.first_pixel % config.rows, 0u) << layer.description;
      const std::uint64_t a_tile = slot.steps + (slot.first_chunk ? config.tile_bubble_cycles : 0);
      const std::uint64_t cycles =
          a_tile + (pixel_tiles - 1) * std::max<std::uint64_t>(a_tile, config.rows) + std::exchange(fill, 0);
      ASSERT_EQ(slot.compute_cycles, cycles) << layer.description;
      ASSERT_EQ(slot.drain_cycles, slot.last_chunk ? slot.pixels - (pixel_tiles - 1) * config.rows : 0);
      steps[slot.first_output] += slot.steps * slot.pixels;
      steps_in_all += slot.steps * pixel_tiles;
      if (slot.last_chunk) stored[slot.first_output] += slot.pixels;
      for (const Burst& burst : slot.stores) stored_bytes += burst.bytes;
      banded += pixel_tiles > 1;
      chunked += !slot.last_chunk;
    }
    ASSERT_EQ(stored.size(), kept.size()) << layer.description;
    for (const auto& [first, count] : kept) {
      ASSERT_EQ(steps[first], count * pixels) << layer.description;
      ASSERT_EQ(stored[first], pixels) << layer.description;
    }
    ASSERT_EQ(steps_in_all, Law(layer, config).steps) << layer.description;
    const std::uint64_t planes = c.output_bits == 4 ? divide_up(c.output_channels, 2) : c.output_channels;
    ASSERT_EQ(stored_bytes, planes * pixels) << layer.description;
    ++checked;
  }
  EXPECT_GT(checked, 280);
  EXPECT_GT(banded, 400);
  EXPECT_GT(chunked, 400);
}

// With the same list for every tile the law is the product.
TEST(CartesianSchedule, UniformListsMakeTheProductOfTiles) {
  for (const std::uint32_t outputs : {1, 31, 32, 33, 96, 100})
    for (const std::uint32_t size : {1, 5, 6, 8, 13})
      for (const std::uint64_t kept : {0x1FF, 0x10, 0x95}) {
        const DenseLayer layer(
            {.inputs = 12, .size = size, .outputs = outputs, .kernel = 3, .pad = 1, .kept = kept});
        const std::uint64_t tiles = divide_up(outputs, 32) * divide_up(size * size, 32);
        EXPECT_EQ(of(layer).compute_cycles, tiles * (12 * layer.kept_a_channel + 1) + 4)
            << outputs << " outputs, " << size * size << " pixels, " << layer.kept_a_channel << " kept";
      }
}

// Dense, large and square: the array does almost nothing but multiply.
TEST(CartesianSchedule, LargeDenseLayersKeepTheArrayBusy) {
  const DenseLayer layer({.inputs = 128, .size = 32, .outputs = 128, .kernel = 3, .pad = 1});
  const Cost cost = of(layer);
  const double busy = 128.0 * 128 * 9 * 1024 / 1024 / static_cast<double>(cost.cycles);
  EXPECT_GT(busy, 0.97);
  EXPECT_LT(busy, 1.0);
}

}  // namespace
}  // namespace kasane::cartesian
