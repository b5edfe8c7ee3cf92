/// The engine's time against layers worked by hand from models/hiddenite/README.md, and its steps and
/// operations against laws on random layers.
///
/// By hand, ports of 16 bytes a cycle unless said: first the tile table is read; then in step j slot j loads
/// and expands, slot j-1 computes and slot j-2 drains; each step takes as long as the slowest of these, the
/// FMM port (stores, then loads) and the WM port (12 bytes of parameters an output, then masks).
#include "models/hiddenite/schedule.h"

#include <gtest/gtest.h>
#include <map>
#include <set>
#include <utility>

#include "models/common/slot_estimate.h"
#include "tests/reference/random_hiddenite_layers.h"
#include "tests/unit/hiddenite/dense_layers.h"
#include "tests/unit/hiddenite/random_config.h"

namespace kasane::hiddenite {
namespace {

using Cost = SlotEstimate<Operations>;

Schedule schedule_of(const kasane_hiddenite_convolution& command, const reference::Bytes& wm,
                     const HiddeniteConfig& config) {
  EXPECT_EQ(check(command, config), static_cast<std::uint32_t>(KASANE_ERROR_NONE));
  const Preparation table = preparation_of(command);
  auto masks = MaskTiles::decode(command, std::span(wm).subspan(table.address, table.bytes));
  EXPECT_TRUE(masks.has_value());
  return {command, config, std::move(masks.value())};
}

Cost of(const kasane_hiddenite_convolution& command, const reference::Bytes& wm,
        const HiddeniteConfig& config = {}, PortTiming fmm = {}, PortTiming wm_port = {}) {
  Schedule schedule = schedule_of(command, wm, config);
  return estimate(schedule, fmm, wm_port);
}

Cost of(const DenseLayer& layer, const HiddeniteConfig& config = {}, PortTiming fmm = {},
        PortTiming wm = {}) {
  return of(layer.command, layer.wm, config, fmm, wm);
}

// 128 -> 64 channels, 3 x 3, 8 x 8 pixels, raw masks: one band, eight output tiles of 9216 weights.
//   table        32 bytes                                                                         2
//   load 0       8192 bytes of input in one burst; expand 9216 / 32 = 288                       512
//   expand 1 ... 7   beside 16 words x 9 + 1 = 145 of compute (the first one 151); masks of
//                1152 bytes are 72, parameters 6                                           7 x 288
//   compute 7                                                                                   145
//   drain 7      64 pixels x 8 outputs / 16                                                      32
TEST(HiddeniteSchedule, RawMasksOfOneBandAreBoundByTheExpander) {
  const DenseLayer layer({.inputs = 128, .size = 8, .outputs = 64, .kernel = 3, .pad = 1, .field_bits = 0});
  const Cost cost = of(layer);
  EXPECT_EQ(cost.cycles, 2u + 512 + 7 * 288 + 145 + 32);
  EXPECT_EQ(cost.compute_cycles, 8u * 145 + 6);
  EXPECT_EQ(cost.slots, 8u);
  EXPECT_EQ(cost.fmm_bytes_read, 8192u);
  EXPECT_EQ(cost.fmm_bytes_written, 4096u);
  EXPECT_EQ(cost.wm_bytes_read, 32u + 8 * 1152 + 8 * 96);
  EXPECT_EQ(cost.operations[Operation::decode_field], 8u * 9216);
  // Four times the expander: 72 cycles hide behind the array's.
  EXPECT_EQ(of(layer, {.expander_fields = 128}).cycles, 2u + 512 + 151 + 6 * 145 + 145 + 32);
  // A tenth of the fields, 922: 29 cycles.
  const DenseLayer runs({.inputs = 128, .size = 8, .outputs = 64, .kernel = 3, .pad = 1});
  EXPECT_EQ(of(runs).cycles, 2u + 512 + 151 + 6 * 145 + 145 + 32);
  EXPECT_EQ(of(runs).operations[Operation::decode_field], 8u * 922);
}

// 64 -> 64 channels, 3 x 3, 4 x 4 pixels: a quarter of the pixel lanes.
//   table        32 bytes                                                                         2
//   load 0       1024 bytes of input = 64; parameters 6, masks of 461 fields, 231 + 512 bytes = 47    64
//   compute 0    8 words x 9 + 1 + 6                                                             79
//   compute 1 ... 7                                                                          7 x 73
//   drain 7      16 pixels x 8 / 16, and 128 bytes                                                8
TEST(HiddeniteSchedule, SmallMapsAreBoundByTheShape) {
  const DenseLayer layer({.inputs = 64, .size = 4, .outputs = 64, .kernel = 3, .pad = 1});
  const Cost cost = of(layer);
  EXPECT_EQ(cost.cycles, 2u + 64 + 79 + 7 * 73 + 8);
  // 16 pixels, 8 outputs, 8 tiles, 8 words, 9 kernel elements, one sum each.
  EXPECT_EQ(cost.operations[Operation::accumulate], 16u * 8 * 8 * 8 * 9);
  // Two of eight channel lanes have a channel: the words are as many, for a quarter of the work.
  const DenseLayer thin({.inputs = 58, .size = 4, .outputs = 64, .kernel = 3, .pad = 1});
  EXPECT_EQ(of(thin).compute_cycles, cost.compute_cycles);
  // An array of 4 x 4 pixels, 16 x 16 channels has no idle lane: four tiles of 4 words.
  const DenseLayer wide({.inputs = 64, .size = 4, .outputs = 64, .kernel = 3, .pad = 1, .tile_outputs = 16});
  const HiddeniteConfig square{.input_channels = 16, .output_channels = 16, .rows = 4, .columns = 4};
  EXPECT_EQ(of(wide, square).compute_cycles, 4u * (4 * 9 + 1) + 6);
}

// 3 -> 16 channels, 3 x 3, 32 x 32 pixels: four bands of four pixel tiles, two output tiles, eight slots.
//   compute      4 tiles of one word, 9 + 1, but for the drain of 32 between them: 10 + 3 x 32    106
//   table        8 bytes                                                                           1
//   load 0       3 channels x 9 rows x 32 bytes = 18 each                                         54
//   compute 0    106 + 6; load 1: a channel of the next band, 10 rows, 20                        112
//   step 2       store 8 channels x 8 rows x 32 bytes = 16 each, 128; load 2: two channels, 40   168
//   step 3       128 and load 3: a channel of band 2, 20                                         148
//   step 4       128 and two channels, 40                                                        168
//   step 5       128 and a channel of band 3, 9 rows, 18                                         146
//   step 6       128 and 36                                                                      164
//   steps 7, 8, 9   128 each; there is nothing left to load                                  3 x 128
TEST(HiddeniteSchedule, FewChannelsAreBoundByTheFeatureMapMemorysPort) {
  const DenseLayer layer({.inputs = 3, .size = 32, .outputs = 16, .kernel = 3, .pad = 1});
  const Cost cost = of(layer);
  EXPECT_EQ(cost.cycles, 1u + 54 + 112 + 168 + 148 + 168 + 146 + 164 + 3 * 128);
  EXPECT_EQ(cost.slots, 8u);
  EXPECT_EQ(cost.compute_cycles, 8u * 106 + 6);
  EXPECT_EQ(cost.fmm_bytes_read, 3u * 32 * (9 + 10 + 10 + 9));
}

// The same with 64 bytes a cycle to FMM: the drain binds, 8 channels in 32 cycles.
//   load 0   3 x 5 (4.5)                                                                            15
//   steps    112, then 7 x 106 beside 32 to store and at most 10 to load; the last drain of 32
TEST(HiddeniteSchedule, FewChannelsAreThenBoundByTheDrain) {
  const DenseLayer layer({.inputs = 3, .size = 32, .outputs = 16, .kernel = 3, .pad = 1});
  const PortTiming wide{.bytes_per_cycle = 64};
  EXPECT_EQ(of(layer, {}, wide).cycles, 1u + 15 + 112 + 7 * 106 + 32);
  // 64 requantizers, 8 cycles a tile: 4 x 10 to compute, but 32 to store and 5 a channel to load, two of them
  // beside every other slot.
  EXPECT_EQ(of(layer, {.requantizers = 64}, wide).cycles,
            1u + 15 + 46 + 42 + 40 + 42 + 40 + 42 + 40 + 40 + 32);
}

// 512 -> 64, one pixel: eight slots, one pixel lane of 64.
//   table        32 bytes                                                                         2
//   load 0       parameters 6, masks of 410 fields, 205 + 512 bytes = 45; input 32               51
//   compute 0    64 words + 1 + 6                                                                71
//   compute 1 ... 7                                                                          7 x 65
//   drain 7                                                                                       1
TEST(HiddeniteSchedule, FullyConnectedUsesOnePixel) {
  DenseLayer layer({.inputs = 512, .outputs = 64});
  layer.command.header.opcode = KASANE_HIDDENITE_FULLY_CONNECTED;
  EXPECT_EQ(of(layer).cycles, 2u + 51 + 71 + 7 * 65 + 1);
  // Raw: 4096 bits are 128 cycles of the expander.
  DenseLayer raw({.inputs = 512, .outputs = 64, .field_bits = 0});
  raw.command.header.opcode = KASANE_HIDDENITE_FULLY_CONNECTED;
  EXPECT_EQ(of(raw).cycles, 2u + 128 + 7 * 128 + 65 + 1);
  // An array for it: 32 x 32 channels and 2 x 2 pixels, two tiles of 16 words. Masks of 16384 weights, 1639
  // fields: 52 cycles; 820 + 512 bytes are 84, parameters 24.
  DenseLayer wide({.inputs = 512, .outputs = 64, .tile_outputs = 32});
  wide.command.header.opcode = KASANE_HIDDENITE_FULLY_CONNECTED;
  const HiddeniteConfig config{.input_channels = 32, .output_channels = 32, .rows = 2, .columns = 2};
  EXPECT_EQ(of(wide, config).cycles, 1u + 108 + 52 + 17 + 2);
}

// 64 -> 128 channels, 1 x 1, stride 2, 16 x 16 to 8 x 8 pixels, 16 output tiles. Tiles of 8 rows load 15 rows
// of 64 channels, 960 cycles (of 15 bytes, one cycle each); two bands of 4 rows 896; four of 2 rows 768;
// eight of one row 512, but compute 8 x 128. So four bands of 2 x 8 pixels, 64 slots; a word of channels is
// two rows of two words each, from 8 banks in one cycle.
//   table        64 bytes                                                                         4
//   load 0       64 channels x 3 rows                                                           192
//   compute 0    8 words + 1 + 6                                                                 15
//   steps 2 ... 48     8 x 16 bytes to store and 4 channels of the next band to load, 8 + 12   47 x 20
//   steps 49 ... 64    9                                                                     16 x 9
//   drain 63     16 x 8 / 16                                                                      8
TEST(HiddeniteSchedule, StridedPointWiseLoadsFewRowsInVain) {
  const DenseLayer layer({.inputs = 64, .size = 16, .outputs = 128, .stride = 2});
  const Cost cost = of(layer);
  EXPECT_EQ(cost.cycles, 4u + 192 + 15 + 47 * 20 + 16 * 9 + 8);
  EXPECT_EQ(cost.compute_cycles, 64u * 9 + 6);
  EXPECT_EQ(cost.fmm_bytes_read, 64u * 4 * 3 * 15);
  EXPECT_EQ(cost.operations[Operation::input_read], 64u * 8 * 4);
}

// 32 channels, each a group of its own, 3 x 3, 8 x 8 pixels: 32 slots of one output.
//   table        128 bytes                                                                        8
//   load 0       one channel, 64 bytes = 4; parameters 1, all masks, 32 bytes = 2                 4
//   compute 0    9 + 1 + 6                                                                       16
//   compute 1 ... 31   beside 4 to store and 4 to load                                      31 x 10
//   drain 31     64 / 16                                                                          4
TEST(HiddeniteSchedule, DepthWiseUsesOneChannelOfEachSide) {
  const DenseLayer layer({.inputs = 32, .size = 8, .outputs = 32, .kernel = 3, .pad = 1, .groups = 32});
  EXPECT_EQ(of(layer).cycles, 8u + 4 + 16 + 31 * 10 + 4);
}

// 64 -> 64 channels, 3 x 3, 16 x 16 pixels: two bands of two pixel tiles, 2 x 73 to compute.
//   table        32 bytes                                                                         2
//   load 0       64 channels x 9 rows x 16 bytes = 9 each                                       576
//   compute 0    146 + 6                                                                        152
//   compute 1 ... 15   beside 8 x 128 bytes to store = 64 and 8 channels to load, 72       15 x 146
//   drain 15     8 x 128 bytes                                                                   64
TEST(HiddeniteSchedule, BandsOfSeveralTilesShareTheirInputs) {
  const DenseShape shape{.inputs = 64, .size = 16, .outputs = 64, .kernel = 3, .pad = 1};
  EXPECT_EQ(of(DenseLayer(shape)).cycles, 2u + 576 + 152 + 15 * 146 + 64);
  // A weight buffer for three tiles: blocks of two, four times the inputs, 32 channels a slot, 288.
  //   step 1   288 beside 152;  steps 2 ... 14   64 to store and 288 to load;  steps 15, 16   146;  64
  const Cost blocks = of(DenseLayer(shape), {.weight_buffer_bytes = 4096});
  EXPECT_EQ(blocks.cycles, 2u + 576 + 288 + 13 * 352 + 2 * 146 + 64);
  EXPECT_EQ(blocks.fmm_bytes_read, 4u * 2 * 64 * 144);
  EXPECT_EQ(blocks.operations[Operation::decode_field], 8u * 461);  // each mask is expanded once
}

// 64 -> 64 channels, 3 x 3, 8 x 8 pixels, an input buffer for 32 channels: two chunks, 16 slots.
//   table        32 bytes                                                                         2
//   steps 0 ... 15   2048 bytes of input, 128; from step 3 on every other one also stores 512 bytes,
//                32; computing takes 37 and 36                                  9 x 128 + 7 x 160
//   compute 15                                                                                   36
//   drain 15                                                                                     32
TEST(HiddeniteSchedule, ChunksOfChannelsAreLoadedForEachTile) {
  const DenseLayer layer({.inputs = 64, .size = 8, .outputs = 64, .kernel = 3, .pad = 1});
  const Cost cost = of(layer, {.input_buffer_bytes = 2048});
  EXPECT_EQ(cost.cycles, 2u + 9 * 128 + 7 * 160 + 36 + 32);
  EXPECT_EQ(cost.fmm_bytes_read, 8u * 4096);
  EXPECT_EQ(cost.compute_cycles, 8u * 73 + 6);
}

// 1024 -> 64 channels, 1 x 1, 8 x 8 pixels: the buffer holds half of a tile's inputs. In two chunks all
// eight output tiles would load 64 KiB; two bands of 4 x 8 pixels load them once and leave half of the lanes
// idle. Ports of 32 bytes.
//   table        32 bytes                                                                         1
//   load 0       1024 channels x 32 bytes                                                      1024
//   compute 0    128 words + 1 + 6; beside it, 128 channels x 32 bytes of the next band         135
//   steps 2 ... 8     129 beside a store of 8 channels x 32 bytes, 8, and 128 channels: 136      7 x 136
//   steps 9 ... 16    129                                                                     8 x 129
//   drain 15     32 pixels x 8 outputs / 16                                                      16
TEST(HiddeniteSchedule, PartsOfPixelTilesSpareLoadingInputsForEachTile) {
  const DenseLayer layer({.inputs = 1024, .size = 8, .outputs = 64});
  const PortTiming port{.bytes_per_cycle = 32};
  const Cost cost = of(layer, {}, port, port);
  EXPECT_EQ(cost.fmm_bytes_read, 1024u * 64);
  EXPECT_EQ(cost.compute_cycles, 16u * 129 + 6);
  EXPECT_EQ(cost.cycles, 1u + 1024 + 135 + 7 * 136 + 8 * 129 + 16);
}

// The example that README.md works by hand: masks of 2100 fields of two bits, ports of 32 bytes.
TEST(HiddeniteSchedule, ExampleOfTheReadme) {
  DenseLayer layer({.inputs = 64, .size = 16, .outputs = 64, .kernel = 3, .pad = 1, .field_bits = 2});
  reference::MaskFields fields;  // 846 of one weight, 1254 of three: 4608
  for (int n = 0; n < 846; ++n) fields.insert(fields.end(), {3, 0});
  fields.resize(2100, 3);
  layer.set_masks(std::vector(8, fields));
  const PortTiming port{.bytes_per_cycle = 32};
  EXPECT_EQ(of(layer, {}, port, port).cycles, 2695u);
}

/// What the README says of a command's slots, counted from scratch but for the size of a pixel tile.
struct Law {
  std::uint64_t pixel_tiles = 0;
  std::uint64_t tiles = 0;  ///< of output channels
  std::uint64_t fields = 0;
  std::uint64_t steps = 0;  ///< cycles of all steps: words x (kernel elements or banks), all tiles
  std::uint64_t weight_words = 0;
  std::uint64_t pixels = 0;
  std::uint64_t shortest = ~std::uint64_t{0};  ///< tile to compute
  std::uint64_t longest_drain = 0;

  Law(const reference::HiddenLayer& layer, const HiddeniteConfig& config) {
    const kasane_hiddenite_convolution& c = layer.command;
    const std::vector<reference::HiddenTile> output_tiles = reference::hidden_tiles(c, layer.wm);
    tiles = output_tiles.size();
    for (const reference::HiddenTile& tile : output_tiles) {
      fields += tile.fields.size();
      weight_words += divide_up(tile.outputs * reference::weights_an_output(c),
                                config.input_channels * config.output_channels);
    }
    pixels = std::uint64_t{c.output_height} * c.output_width;
    const std::uint64_t words = divide_up(c.input_channels / c.groups, config.input_channels);
    const Cut tile = cut(c, config);
    const std::uint32_t tile_columns = std::min(tile.band_columns, config.columns);
    for (std::uint32_t y = 0; y < c.output_height; y += tile.band_rows)
      for (std::uint32_t x = 0; x < c.output_width; x += tile_columns) {
        const std::uint64_t tall = std::min(tile.band_rows, c.output_height - y);
        const std::uint64_t wide = std::min(tile_columns, c.output_width - x);
        const std::uint64_t a_word = word_cycles(c, config, tall, wide);
        ++pixel_tiles;
        steps += tiles * words * a_word;
        const std::uint64_t drain = divide_up(tall * wide * c.tile_outputs, config.requantizers);
        shortest = std::min(shortest, words * a_word + config.tile_bubble_cycles);
        longest_drain = std::max(longest_drain, drain);
      }
  }

 private:
  std::uint64_t word_cycles(const kasane_hiddenite_convolution& c, const HiddeniteConfig& config,
                            std::uint64_t tall, std::uint64_t wide) {
    std::set<std::uint64_t> rows;  // that windows touch, counted
    for (std::uint64_t y = 0; y < tall; ++y)
      for (std::uint64_t r = 0; r < c.kernel_height; ++r)
        rows.insert(y * c.stride_height + r * c.dilation_height);
    const std::uint64_t span = (wide - 1) * c.stride_width + (c.kernel_width - 1u) * c.dilation_width + 1;
    // README: at most those that the windows span, each row of each window at most once; where rows of
    // several windows fall together in part only, it counts more than are touched.
    const std::uint64_t reach = *rows.rbegin() + 1;
    const std::uint64_t counted = std::min(tall * c.kernel_height, reach);
    EXPECT_GE(counted, rows.size());
    const std::uint64_t read = counted * divide_up(span, config.columns);
    return std::max<std::uint64_t>(std::uint64_t{c.kernel_height} * c.kernel_width,
                                   divide_up(read, config.rows));
  }
};

reference::HiddenLayer random_layer(reference::Random& random, const HiddeniteConfig& config) {
  return make_random_hidden_layer(random, config.output_channels,
                                  {.products = 200'000, .tile_weights = tile_weights(config)});
}

TEST(HiddeniteSchedule, ComputesAndCountsAsTheLawsSay) {
  reference::Random random(17);
  int executed = 0, equal = 0, held_up = 0, chunked = 0;
  for (int index = 0; index < 1000; ++index) {
    const HiddeniteConfig config = random_config(random);
    const auto layer = random_layer(random, config);
    const kasane_hiddenite_convolution& c = layer.command;
    if (check(c, config) != KASANE_ERROR_NONE) continue;
    ++executed;
    const Law law(layer, config);
    const Cost cost = of(c, layer.wm, config);
    const std::uint64_t cycles =
        law.steps + law.tiles * law.pixel_tiles * config.tile_bubble_cycles + config.pipeline_cycles;
    const bool in_chunks = cut(c, config).chunks > 1;
    chunked += in_chunks;
    ASSERT_GE(cost.cycles, cost.compute_cycles) << layer.description;
    ASSERT_GE(cost.compute_cycles, cycles) << layer.description;
    if (law.shortest >= law.longest_drain && !in_chunks) {
      ASSERT_EQ(cost.compute_cycles, cycles) << layer.description;
      ++equal;
    } else if (!in_chunks) {
      ASSERT_LE(cost.compute_cycles, cycles + law.tiles * law.pixel_tiles * law.longest_drain)
          << layer.description;
      ++held_up;
    }
    const std::uint64_t kernel = std::uint64_t{c.kernel_height} * c.kernel_width;
    const std::uint64_t inputs = c.input_channels / c.groups;
    const auto count = [&](Operation kind) { return cost.operations[kind]; };
    EXPECT_EQ(count(Operation::decode_field), law.fields);
    EXPECT_EQ(count(Operation::mask_byte), c.mask_bytes);
    EXPECT_EQ(count(Operation::weight_write), law.weight_words);
    EXPECT_EQ(count(Operation::requantize), law.pixels * c.output_channels);
    EXPECT_EQ(count(Operation::accumulator_read), law.pixels * c.output_channels);
    EXPECT_EQ(count(Operation::activation_register), law.tiles * inputs * kernel * law.pixels);
    EXPECT_EQ(count(Operation::weight_register), c.output_channels * inputs * kernel * law.pixel_tiles);
    if (!in_chunks) {
      const std::uint64_t words = divide_up(inputs, config.input_channels);
      EXPECT_EQ(count(Operation::accumulate), words * kernel * law.pixels * c.output_channels);
      EXPECT_EQ(count(Operation::weight_read), words * kernel * law.tiles * law.pixel_tiles);
    }
    // What only the data tell is counted elsewhere.
    for (const Operation kind : {Operation::add, Operation::zero_operand, Operation::masked_operand,
                                 Operation::generate_murmur, Operation::generate_xorshift})
      EXPECT_EQ(count(kind), 0u);
    EXPECT_EQ(cost.fmm_bytes_written, law.pixels * c.output_channels);
    EXPECT_GE(cost.wm_bytes_read, 4 * law.tiles + c.mask_bytes + 12 * c.output_channels);
    ASSERT_FALSE(HasFailure()) << layer.description;
  }
  std::cout << executed << " layers: " << equal << " bound by steps, " << held_up << " by drains, " << chunked
            << " in chunks\n";
  EXPECT_GT(executed, 700);
  EXPECT_GT(equal, 200);
  EXPECT_GT(held_up, 100);
  EXPECT_GT(chunked, 50);
}

// Every element of the output is computed once with each input channel and stored once; weights are expanded
// before they are used, to a place whose tile nobody needs any more; inputs are loaded before they are used.
TEST(HiddeniteSchedule, SlotsCoverTheLayerOnce) {
  reference::Random random(23);
  int checked = 0, several_blocks = 0, several_bands = 0;
  for (int index = 0; index < 500; ++index) {
    const HiddeniteConfig config = random_config(random);
    const auto layer = random_layer(random, config);
    const kasane_hiddenite_convolution& c = layer.command;
    if (check(c, config) != KASANE_ERROR_NONE) continue;
    const std::uint64_t pixels = std::uint64_t{c.output_height} * c.output_width;
    std::map<std::uint32_t, std::uint64_t> computed, stored;  // by tile: elements x channels, elements
    std::map<std::uint32_t, std::uint32_t> held;              // by place: tile
    std::map<std::uint32_t, int> expanded;
    std::uint64_t stored_bytes = 0, loaded_masks = 0;
    Schedule schedule = schedule_of(c, layer.wm, config);
    const std::uint64_t places = tile_places(c, config);
    std::uint32_t computing = ~0u;  // the place that the slot before computes with, meanwhile
    std::uint64_t through = 0;
    for (Slot slot; schedule.next(slot);) {
      ASSERT_LT(slot.place, places) << layer.description;
      for (const Burst& burst : slot.weight_loads) loaded_masks += burst.bytes;
      if (slot.fresh_weights) {
        ++expanded[slot.tile];
        ASSERT_NE(slot.place, computing) << layer.description;
        held[slot.place] = slot.tile;
        through += slot.expansion.bytes;
        ASSERT_GE(loaded_masks, through) << layer.description;
        ASSERT_LE(loaded_masks, through + config.mask_fifo_bytes) << layer.description;
      }
      ASSERT_EQ(held.at(slot.place), slot.tile) << layer.description;
      computing = slot.place;
      ASSERT_LE(slot.output.rows, config.rows) << layer.description;
      ASSERT_TRUE(slot.output.columns <= config.columns || (slot.first_chunk && slot.last_chunk));
      const std::uint64_t elements = std::uint64_t{slot.output.rows} * slot.output.columns;
      computed[slot.tile] += elements * slot.input.channels;
      if (slot.last_chunk) stored[slot.tile] += elements;
      for (const Burst& burst : slot.stores) stored_bytes += burst.bytes;
    }
    ASSERT_EQ(loaded_masks, c.mask_bytes) << layer.description;
    ASSERT_EQ(stored.size(), reference::hidden_tiles(c, layer.wm).size()) << layer.description;
    for (const auto& [tile, elements] : stored) {
      ASSERT_EQ(elements, pixels) << layer.description;
      ASSERT_EQ(computed[tile], pixels * (c.input_channels / c.groups)) << layer.description;
      ASSERT_EQ(expanded[tile], 1) << layer.description;
    }
    ASSERT_EQ(stored_bytes, pixels * c.output_channels) << layer.description;
    ++checked;
    several_blocks += places < stored.size();
    several_bands += c.output_height > config.rows;
  }
  std::cout << checked << " layers, " << several_blocks << " of several blocks, " << several_bands
            << " of several bands\n";
  EXPECT_GT(checked, 350);
  EXPECT_GT(several_blocks, 50);
  EXPECT_GT(several_bands, 100);
}

// Large maps of many channels, ports of 32 bytes: the array does almost nothing but multiply.
TEST(HiddeniteSchedule, LargeLayersKeepTheArrayBusy) {
  const DenseLayer layer({.inputs = 64, .size = 32, .outputs = 128, .kernel = 3, .pad = 1});
  const PortTiming port{.bytes_per_cycle = 32};
  const Cost cost = of(layer, {}, port, port);
  const double busy = 64.0 * 128 * 9 * 1024 / 4096 / static_cast<double>(cost.cycles);
  EXPECT_GT(busy, 0.93);
  EXPECT_LT(busy, 1.0);
}

}  // namespace
}  // namespace kasane::hiddenite
