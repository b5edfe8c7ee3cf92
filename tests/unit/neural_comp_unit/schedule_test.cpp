/// The unit's time and cost against layers worked by hand. Ports of 16 bytes a cycle unless said otherwise;
/// each sum is written in the order of the pipeline's steps.
#include "models/neural_comp_unit/schedule.h"

#include <gtest/gtest.h>

#include "tests/unit/neural_comp_unit/layers.h"

namespace kasane::ncu {
namespace {

template <typename Command>
Estimate of(const Command& command, const NcuConfig& config = {}, PortTiming fmm = {}, PortTiming wm = {}) {
  const RecordBytes record = record_of(command);
  EXPECT_EQ(check(record, config), static_cast<std::uint32_t>(KASANE_ERROR_NONE));
  return estimate(*make_schedule(record, config), fmm, wm);
}

// Tiles of 9 rows (252 of 256 pixels), 9, 9 and 1. First load: 11 rows of 28 bytes in 20 cycles. Compute: 25
// kernel elements × 252 pixels, three times, and × 28. Last drain: 28 pixels.
TEST(NcuSchedule, LenetConvolution1) {
  const Estimate cost = of(convolution({.inputs = 1, .size = 28, .outputs = 6, .kernel = 5, .pad = 2}));
  EXPECT_EQ(cost.cycles, 20u + 3 * 6300 + 700 + 28);
  EXPECT_EQ(cost.slots, 4u);
  EXPECT_EQ(cost.operations[Operation::multiply], 6u * 784 * 25);
  EXPECT_EQ(cost.operations[Operation::requantize], 6u * 784);
  EXPECT_EQ(cost.operations[Operation::accumulator_write], 6u * 784 * 25);
  EXPECT_EQ(cost.operations[Operation::accumulator_read], 6u * 784 * (24 + 1));
  EXPECT_EQ(cost.operations[Operation::weight_read], 4u * 25 * 6);
  EXPECT_EQ(cost.operations[Operation::weight_write], 10u);  // 150 bytes, once, words of 16
  EXPECT_EQ(cost.fmm_bytes_read, 28u * (11 + 13 + 12 + 3));  // rows 0-10, 7-19, 16-27, 25-27
  EXPECT_EQ(cost.fmm_bytes_written, 6u * 784);
  EXPECT_EQ(cost.wm_bytes_read, 150u + 72);  // one output tile: weights stay for all four tiles
}

// One slot. Load: weights 2400 bytes in 150 cycles and parameters 192 in 12, slower than the input's 74.
// Drain: 100 pixels; 1600 bytes take 100 cycles.
TEST(NcuSchedule, LenetConvolution2) {
  const auto layer = convolution({.inputs = 6, .size = 14, .outputs = 16, .kernel = 5});
  EXPECT_EQ(of(layer).cycles, 162u + 25 * 100 + 100);
  // Half the output lanes: two output tiles; 1200 bytes in 75 cycles and 96 in 6.
  EXPECT_EQ(of(layer, {.lanes_out = 8}).cycles, 81u + 2 * 2500 + 100);
  // 6 channels on 3 input lanes: two passes.
  EXPECT_EQ(of(layer, {.lanes_in = 3}).cycles, 162u + 2 * 2500 + 100);
  // Half the FMM port: the store takes 200 cycles.
  EXPECT_EQ(of(layer, {}, {.bytes_per_cycle = 8}).cycles, 162u + 2500 + 200);
}

// Bound by WM: 7 tiles of 6400 + 192 bytes, 412 cycles each, and one of 3200 + 96, 206. Then 25 passes over
// one pixel, and one cycle to drain. The input is loaded once, by one burst.
TEST(NcuSchedule, LenetFullyConnected1) {
  const auto layer = fully_connected(400, 120);
  const Estimate cost = of(layer);
  EXPECT_EQ(cost.cycles, 7u * 412 + 206 + 25 + 1);
  EXPECT_EQ(cost.fmm_bytes_read, 400u);
  EXPECT_EQ(cost.wm_bytes_read, 120u * 412);
  EXPECT_EQ(of(layer, {}, {}, {.bytes_per_cycle = 8}).cycles, 7u * 824 + 412 + 25 + 1);
  // A latency of 10 cycles for each of WM's two bursts a tile.
  EXPECT_EQ(of(layer, {}, {}, {.burst_latency = 10}).cycles, 7u * 432 + 226 + 25 + 1);
}

// 8 rows a tile; a patch of 10 × 34 lets 48 channels into the buffer, then 16: both halves stay for all four
// output tiles. First load: 48 bursts of 288 bytes. Compute: 4 × 4 tiles of (3 + 1) × 9 × 256. Last store: 16
// bursts of 256 bytes.
TEST(NcuSchedule, TypicalConvolution) {
  const auto layer = convolution({.inputs = 64, .size = 32, .outputs = 64, .kernel = 3, .pad = 1});
  const Estimate cost = of(layer);
  EXPECT_EQ(cost.cycles, 48u * 18 + 16u * 4 * 9 * 256 + 256);
  EXPECT_EQ(cost.slots, 4u * 4 * 2);
  EXPECT_EQ(cost.fmm_bytes_read, 64u * 32 * (9 + 10 + 10 + 9));
  EXPECT_EQ(cost.fmm_bytes_written, 64u * 1024);
  EXPECT_EQ(cost.wm_bytes_read, 4u * (64 * 64 * 9 + 64 * 12));
  // Half of either kind of lanes: twice the passes.
  EXPECT_EQ(of(layer, {.lanes_out = 8}).cycles, 48u * 18 + 32u * 4 * 9 * 256 + 256);
}

// A channel a group: 9 × 256 cycles for 9 × 256 products, 1/256 of the lanes.
TEST(NcuSchedule, DepthwiseConvolutionWastesLanes) {
  const Estimate cost =
      of(convolution({.inputs = 8, .size = 16, .outputs = 8, .kernel = 3, .pad = 1, .groups = 8}));
  EXPECT_EQ(cost.cycles, 16u + 8 * 9 * 256 + 256);
  EXPECT_EQ(cost.operations[Operation::multiply], 8u * 9 * 256);
}

// One slot: 4704 bytes in 294 cycles, 4 elements a window × 196 windows, 196 outputs to drain.
TEST(NcuSchedule, MaximumPool) {
  const Estimate cost = of(pool(KASANE_NCU_MAX_POOL, 6, 28, 2));
  EXPECT_EQ(cost.cycles, 294u + 784 + 196);
  EXPECT_EQ(cost.operations[Operation::compare], 4u * 6 * 196);
  EXPECT_EQ(cost.operations[Operation::requantize], 0u);
}

// 16 channels, then 4: loads of 64 and 16 cycles, 64 elements each, one output.
TEST(NcuSchedule, GlobalAveragePool) {
  const Estimate cost = of(pool(KASANE_NCU_AVERAGE_POOL, 20, 8, 8));
  EXPECT_EQ(cost.cycles, 64u + 64 + 64 + 1);
  EXPECT_EQ(cost.operations[Operation::add], 20u * 64);
  EXPECT_EQ(cost.operations[Operation::requantize], 20u);
}

// Slots of 4096, 4096, 1808 elements: the FMM port carries two loads and one store of each and bounds all.
TEST(NcuSchedule, Addition) {
  const Estimate cost = of(add(10000));
  EXPECT_EQ(cost.cycles, 512u + 512 + (256 + 226) + 256 + 113);
  EXPECT_EQ(cost.operations[Operation::add], 10000u);
  EXPECT_EQ(cost.operations[Operation::requantize], 20000u);
}

Estimate of_residual(std::uint16_t block, const std::vector<std::vector<KeptEntry>>& lists,
                     NcuConfig config = {}) {
  config.partial_sums = true;
  kasane_ncu_residual command = residual({.inputs = 6, .size = 14, .outputs = 16, .kernel = 5}, block);
  std::vector<std::uint8_t> words;
  append_lists(command, lists, words);
  EXPECT_EQ(check(record_of(command), config), static_cast<std::uint32_t>(KASANE_ERROR_NONE));
  return estimate(*make_schedule(command, config, KeptKernels::decode(command, words).value()), {}, {});
}

std::vector<KeptEntry> all_six(std::uint32_t outputs) {
  std::vector<KeptEntry> list;
  for (std::uint16_t channel = 0; channel < 6; ++channel) list.push_back({channel, outputs});
  return list;
}

// As LenetConvolution2, but first 52 bytes of lists in 4 cycles, and the load takes as long as the sums: 6400
// bytes in 400.
TEST(NcuSchedule, ResidualWithAllKernels) {
  const Estimate cost = of_residual(16, {all_six(0xFFFF)});
  EXPECT_EQ(cost.cycles, 4u + 400 + 25 * 100 + 100);
  EXPECT_EQ(cost.slots, 1u);
  EXPECT_EQ(cost.sums_bytes_read, 6400u);
  EXPECT_EQ(cost.fmm_bytes_read, 6u * 196);
  EXPECT_EQ(cost.wm_bytes_read, 52u + 192 + 48 + 2400);  // lists, parameters, list again, weights
  EXPECT_EQ(cost.operations[Operation::multiply], 6u * 16 * 25 * 100);
  EXPECT_EQ(cost.operations[Operation::accumulator_write], 1600u + 16 * 2500);
  EXPECT_EQ(cost.operations[Operation::accumulator_read], 16u * 2500 + 1600);
}

// Channels 0, 2 and 5 for half of the outputs: as many cycles, but products of 24 kernels of 96, in 8 lanes.
TEST(NcuSchedule, ResidualLoadsAndMultipliesOnlyWhatIsKept) {
  const Estimate cost = of_residual(16, {{{0, 0xFF}, {2, 0xFF}, {5, 0xFF}}});
  EXPECT_EQ(cost.cycles, 2u + 400 + 25 * 100 + 100);
  EXPECT_EQ(cost.fmm_bytes_read, 3u * 196);
  EXPECT_EQ(cost.wm_bytes_read, 28u + 192 + 24 + 24 * 25);
  EXPECT_EQ(cost.operations[Operation::multiply], 24u * 25 * 100);
  EXPECT_EQ(cost.operations[Operation::add], 24u * 25 * 100);
  EXPECT_EQ(cost.operations[Operation::operand_byte], 3u * 25 * 100 + 24 * 25 + 192);
  EXPECT_EQ(cost.operations[Operation::weight_read], 8u * 25);
  EXPECT_EQ(cost.operations[Operation::weight_write], 39u);  // 624 bytes in words of 16
  EXPECT_EQ(cost.operations[Operation::accumulator_write], 1600u + 8 * 2500);
  EXPECT_EQ(cost.operations[Operation::accumulator_read], 8u * 2500 + 1600);
  EXPECT_EQ(cost.operations[Operation::requantize], 1600u);
}

// Two blocks, the second without kernels: 3200 bytes of sums in 200 cycles each, the second ones while the
// first block computes; then both drain.
TEST(NcuSchedule, ResidualOfABlockWithoutKernelsOnlyRequantises) {
  const Estimate cost = of_residual(8, {all_six(0xFF), {}});
  EXPECT_EQ(cost.cycles, 4u + 200 + 25 * 100 + 100 + 100);
  EXPECT_EQ(cost.slots, 2u);
  EXPECT_EQ(cost.operations[Operation::multiply], 6u * 8 * 25 * 100);
  EXPECT_EQ(cost.operations[Operation::requantize], 1600u);
  // Nothing at all: lists of 4 bytes, sums, then drains of 100 pixels.
  EXPECT_EQ(of_residual(8, {{}, {}}).cycles, 1u + 200 + 200 + 100 + 100);
  EXPECT_EQ(of_residual(8, {{}, {}}).fmm_bytes_read, 0u);
}

// An entry of 16 kernels of 25 bytes and 8 of its own: two fit 1000 bytes. Three chunks of 2 channels.
TEST(NcuSchedule, ResidualIsCutToChunksOfTheList) {
  const Estimate cost = of_residual(16, {all_six(0xFFFF)}, {.lanes_in = 2, .weight_buffer_bytes = 1000});
  EXPECT_EQ(cost.slots, 3u);
  EXPECT_EQ(cost.cycles, 4u + 400 + 3 * 2500 + 100);
  EXPECT_EQ(cost.sums_bytes_read, 6400u);
  // Six channels on two lanes, in one chunk: three passes.
  EXPECT_EQ(of_residual(16, {all_six(0xFFFF)}, {.lanes_in = 2}).cycles, 4u + 400 + 3 * 2500 + 100);
}

// The half that holds a block's channels serves another block that keeps kernels of the same channels.
TEST(NcuSchedule, ResidualSharesInputsBetweenBlocks) {
  EXPECT_EQ(of_residual(8, {all_six(0xFF), all_six(0x0F)}).fmm_bytes_read, 6u * 196);
  EXPECT_EQ(of_residual(8, {all_six(0xFF), {{0, 1}, {1, 1}}}).fmm_bytes_read, 8u * 196);
}

TEST(NcuSchedule, RefusesImpossibleUnits) {
  EXPECT_THROW(kasane::check(NcuConfig{.lanes_in = 0}), std::invalid_argument);
  EXPECT_THROW(kasane::check(NcuConfig{.accumulator_pixels = 0}), std::invalid_argument);
  EXPECT_NO_THROW(kasane::check(NcuConfig{}));
}

template <typename Command, typename Change>
void expect_refused(const char* what, Command command, Change change) {
  ASSERT_EQ(check(record_of(command), {}), static_cast<std::uint32_t>(KASANE_ERROR_NONE)) << what;
  change(command);
  EXPECT_EQ(check(record_of(command), {}), static_cast<std::uint32_t>(KASANE_ERROR_PARAMETER)) << what;
}

TEST(NcuSchedule, RefusesImpossibleConvolutions) {
  const auto good = convolution({.inputs = 4, .size = 8, .outputs = 4, .kernel = 3, .pad = 1});
  using C = kasane_ncu_convolution;
  expect_refused("no channels", good, [](C& c) { c.input_channels = 0; });
  expect_refused("no rows", good, [](C& c) { c.output_height = 0; });
  expect_refused("no kernel", good, [](C& c) { c.kernel_width = 0; });
  expect_refused("no stride", good, [](C& c) { c.stride_height = 0; });
  expect_refused("no dilation", good, [](C& c) { c.dilation_width = 0; });
  expect_refused("no groups", good, [](C& c) { c.groups = 0; });
  expect_refused("groups do not divide", good, [](C& c) { c.groups = 3; });
  expect_refused("reserved byte", good, [](C& c) { c.reserved[39] = 1; });
  expect_refused("reserved header", good, [](C& c) { c.header.reserved = 1; });
  expect_refused("empty range", good, [](C& c) { c.output_min = 5, c.output_max = 4; });
  expect_refused("rows overlap", good, [](C& c) { c.output_row_pitch = 7; });
  expect_refused("planes overlap", good, [](C& c) { c.output_channel_pitch = 63; });
  expect_refused("beyond 32 bits", good, [](C& c) { c.output_address = 0xFFFFFFF0; });
  expect_refused("pitch beyond 32 bits", good, [](C& c) { c.input_channel_pitch = 0xFFFFFFFF; });
  expect_refused("weights beyond 32 bits", good, [](C& c) { c.weight_address = 0xFFFFFFF0; });
  expect_refused("parameters not aligned", good, [](C& c) { c.parameters_address = 2; });
  expect_refused("kernel larger than the buffers", good,
                 [](C& c) { c.kernel_height = c.kernel_width = 200; });
  expect_refused("dilation larger than the buffer", good, [](C& c) { c.dilation_height = 60000; });
  expect_refused("fully connected with a map", good,
                 [](C& c) { c.header.opcode = KASANE_NCU_FULLY_CONNECTED; });
}

TEST(NcuSchedule, RefusesImpossiblePoolsAndSums) {
  using P = kasane_ncu_pool;
  const auto maximum = pool(KASANE_NCU_MAX_POOL, 4, 8, 2);
  const auto average = pool(KASANE_NCU_AVERAGE_POOL, 4, 8, 2);
  expect_refused("first window outside", maximum, [](P& p) { p.pad_top = 2; });
  expect_refused("last window outside", maximum, [](P& p) { p.output_width = 5, p.output_row_pitch = 5; });
  expect_refused("parameters of a maximum", maximum, [](P& p) { p.parameter_count = 1; });
  expect_refused("parameter count", average, [](P& p) { p.parameter_count = 3; });
  expect_refused("window larger than the buffer", pool(KASANE_NCU_MAX_POOL, 1, 128, 128), [](P& p) {
    p.input_height = p.kernel_height = 129;
    p.output_address += 128;
  });
  using E = kasane_ncu_elementwise;
  const auto sum = add(100);
  expect_refused("no elements", sum, [](E& e) { e.count = 0; });
  expect_refused("shift", sum, [](E& e) { e.shift = 63; });
  expect_refused("multiplier", sum, [](E& e) { e.b_multiplier = -1; });
  expect_refused("b beyond 32 bits", sum, [](E& e) { e.b_address = 0xFFFFFFF0; });
  expect_refused("second operand of a requantisation", sum,
                 [](E& e) { e.header.opcode = KASANE_NCU_REQUANTIZE; });
}

}  // namespace
}  // namespace kasane::ncu
