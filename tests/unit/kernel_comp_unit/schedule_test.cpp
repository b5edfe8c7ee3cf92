/// A unit's phases, time and operations against cases worked by hand.
#include "models/kernel_comp_unit/schedule.h"

#include <gtest/gtest.h>

#include "tests/unit/kernel_comp_unit/layers.h"

namespace kasane::kcu {
namespace {

/// LeNet-5's first convolution: 28 x 28, 5 x 5, padding 2.
kasane_kcu_convolution lenet() {
  return convolution({.height = 28,
                      .width = 28,
                      .outputs = 6,
                      .output_height = 28,
                      .output_width = 28,
                      .kernel = 5,
                      .pad = 2});
}

// 256 responses hold 9 rows of 28. A padded row has 27 + 5 = 32 pixels, and the padded input 32 rows.
TEST(KcuSchedule, CutsLenetsFirstConvolutionIntoFourPhases) {
  const std::vector<Phase> phases = phases_of(lenet(), {});
  ASSERT_EQ(phases.size(), 4u);
  // Windows of rows 0 ... 8 reach padded row 13 = input row 11; 13 · 32 pixels.
  EXPECT_EQ(phases[0].rows, 9u);
  EXPECT_EQ(phases[0].input_rows, 11u);
  EXPECT_EQ(phases[0].streamed_pixels, 416u);
  EXPECT_EQ(phases[0].responses, 252u);
  // 9 rows more of both.
  EXPECT_EQ(phases[1].first_row, 9u);
  EXPECT_EQ(phases[1].first_input_row, 11u);
  EXPECT_EQ(phases[1].input_rows, 9u);
  EXPECT_EQ(phases[1].streamed_pixels, 288u);
  // The input ends at row 28; the ninth row is padding.
  EXPECT_EQ(phases[2].first_input_row, 20u);
  EXPECT_EQ(phases[2].input_rows, 8u);
  EXPECT_EQ(phases[2].streamed_pixels, 288u);
  // The last output row needs one more row of padding.
  EXPECT_EQ(phases[3].first_row, 27u);
  EXPECT_EQ(phases[3].rows, 1u);
  EXPECT_EQ(phases[3].input_rows, 0u);
  EXPECT_EQ(phases[3].streamed_pixels, 32u);
  EXPECT_EQ(phases[3].responses, 28u);
}

// For 6 targets with 4 lanes and ports of 16 bytes; weighing takes 2 cycles a response.
//   phase      load                respond   weigh   send
//   0          308 bytes:  20      416       504     6 · 1008 bytes: 378
//   1          252 bytes:  16      288       504     378
//   2          224 bytes:  14      288       504     378
//   3                0             32        56      6 · 112 bytes: 42
//   steps: 20, max(16, 416), max(14, 288, 504), max(0, 288, 504), max(32, 504), 56
TEST(KcuSchedule, TimesLenetsFirstConvolution) {
  const Estimate total = estimate(lenet(), 6, {}, {.bytes_per_cycle = 16}, {.bytes_per_cycle = 16});
  EXPECT_EQ(total.cycles, 20u + 416 + 504 + 504 + 504 + 56);
  EXPECT_EQ(total.fmm_bytes_read, 784u);
  EXPECT_EQ(total.sums_bytes_accumulated, 784u * 4 * 6);
  EXPECT_EQ(total.operations[Operation::window_shift], 1024u);  // each padded pixel once
  EXPECT_EQ(total.operations[Operation::line_read], 1024u);
  EXPECT_EQ(total.operations[Operation::line_write], 1024u);
  EXPECT_EQ(total.operations[Operation::response], 784u);
  EXPECT_EQ(total.operations[Operation::response_write], 784u);
  EXPECT_EQ(total.operations[Operation::response_read], 784u * 2);  // for 4 targets at once
  EXPECT_EQ(total.operations[Operation::gain], 784u * 6);
  EXPECT_EQ(total.operations[Operation::target_write], 6u);
  EXPECT_EQ(total.operations[Operation::target_read], 6u * 4);  // each phase
}

// A port of 2 bytes takes 504 cycles for each target's 1008 bytes: sending decides, 3024 cycles for each of
// three phases and 6 · 56 = 336 for the last; loading takes 154, 126, 112, 0.
TEST(KcuSchedule, NarrowPortsDecide) {
  const Estimate total = estimate(lenet(), 6, {}, {.bytes_per_cycle = 2}, {.bytes_per_cycle = 2});
  EXPECT_EQ(total.cycles, 154u + 416 + 3 * 3024 + 336);
}

// One target and 4 pixels a cycle: 104, 72, 72 and 8 cycles to respond; weighing 252, 252, 252, 28.
TEST(KcuSchedule, SeveralPixelsACycle) {
  const Estimate total =
      estimate(lenet(), 1, {.pixels_per_cycle = 4}, {.bytes_per_cycle = 16}, {.bytes_per_cycle = 16});
  EXPECT_EQ(total.cycles, 20u + 104 + 252 + 252 + 252 + 28);
}

// 7 x 9 with gaps between rows, 3 x 3, padding 1, strides 2 and 3, to 4 x 3: one phase. Its windows reach
// padded row 3 · 2 + 3 = 9, a padded row has 2 · 3 + 3 = 9 pixels: 81 in 27 cycles by three. 7 bursts of 9
// bytes take 2 + 1 cycles each. 12 responses for 5 targets with 2 lanes take 36 cycles; 5 bursts of 48 bytes
// 4 + 3 each.
TEST(KcuSchedule, StridesGapsAndLatencies) {
  kasane_kcu_convolution command = convolution({.channels = 2,
                                                .height = 7,
                                                .width = 9,
                                                .outputs = 5,
                                                .output_height = 4,
                                                .output_width = 3,
                                                .pad = 1});
  command.stride_height = 2;
  command.stride_width = 3;
  command.input_row_pitch = 12;
  command.input_channel_pitch = 100;
  const KcuConfig config{.lanes = 2, .pixels_per_cycle = 3};
  const std::vector<Phase> phases = phases_of(command, config);
  ASSERT_EQ(phases.size(), 1u);
  EXPECT_EQ(phases[0].input_rows, 7u);
  EXPECT_EQ(phases[0].streamed_pixels, 81u);
  const std::vector<Burst> loads = loads_of(command, phases[0], 1);
  ASSERT_EQ(loads.size(), 7u);
  EXPECT_EQ(loads[6].address, 100u + 6 * 12);
  EXPECT_EQ(loads[6].offset, 6u * 9);
  EXPECT_EQ(loads[6].bytes, 9u);
  const Estimate total = estimate(command, 5, config, {.bytes_per_cycle = 16, .burst_latency = 2},
                                  {.bytes_per_cycle = 16, .burst_latency = 4});
  EXPECT_EQ(total.cycles, 21u + 27 + 36);
}

// Rows below the last window are not loaded: 9 rows, stride 4, windows on rows 0 ... 2 and 4 ... 6.
TEST(KcuSchedule, LoadsNoRowThatNoWindowSees) {
  kasane_kcu_convolution command =
      convolution({.height = 9, .width = 5, .output_height = 2, .output_width = 3, .kernel = 3});
  command.stride_height = 4;
  const std::vector<Phase> phases = phases_of(command, {.response_words = 3});
  ASSERT_EQ(phases.size(), 2u);
  EXPECT_EQ(phases[0].input_rows, 3u);
  EXPECT_EQ(phases[1].first_input_row, 3u);
  EXPECT_EQ(phases[1].input_rows, 4u);
  EXPECT_EQ(loads_of(command, phases[1], 0).at(0).address, 15u);
}

TEST(KcuSchedule, SendsRowsToTheirPlaceInTheMap) {
  kasane_kcu_convolution command = lenet();
  command.sums_address = 64;
  command.sums_channel_pitch = 4000;
  const std::vector<Phase> phases = phases_of(command, {});
  const Burst burst = sums_of(command, phases[3], 5);
  EXPECT_EQ(burst.address, 64u + 5 * 4000 + 27 * 28 * 4);
  EXPECT_EQ(burst.bytes, 112u);
}

/// Whatever the layer, all its input rows that windows see, and all its outputs, occur once.
TEST(KcuSchedule, PhasesCoverTheLayerOnce) {
  for (const std::uint16_t kernel : std::vector<std::uint16_t>{3, 5, 7}) {
    for (std::uint32_t height = kernel; height < 20; ++height) {
      for (std::uint16_t stride = 1; stride < 5; ++stride) {
        for (std::uint16_t pad = 0; pad < kernel; ++pad) {
          kasane_kcu_convolution command = convolution({.height = height,
                                                        .width = 6,
                                                        .output_height = (height + pad - 1) / stride + 1,
                                                        .output_width = 5,
                                                        .kernel = kernel,
                                                        .pad = pad});
          command.stride_height = stride;
          std::uint32_t row = 0;
          std::uint32_t input_row = 0;
          for (const Phase& phase : phases_of(command, {.response_words = 17})) {
            EXPECT_EQ(phase.first_row, row);
            EXPECT_EQ(phase.first_input_row, input_row);
            row += phase.rows;
            input_row += phase.input_rows;
            // No window of the phase sees a row that is yet to come.
            const std::uint32_t seen =
                (row - 1) * stride + kernel - std::min<std::uint32_t>(pad, (row - 1) * stride + kernel);
            EXPECT_EQ(input_row, std::min(height, seen));
          }
          EXPECT_EQ(row, command.output_height);
        }
      }
    }
  }
}

}  // namespace
}  // namespace kasane::kcu
