/// The reference of Kernel Comp Units against cases worked by hand, and against the NCU's whole convolution.
#include "tests/reference/kcu_reference.h"

#include <gtest/gtest.h>
#include <limits>

namespace kasane::reference {
namespace {

const UnitKernel kCross{3, {1, 0, -1, 2, 0, -2, 0, 0, 3}};
const UnitKernel kAllLargest{3, std::vector<int8_t>(9, 127)};
constexpr int32_t kGap = 0x55555555;

/// One job of unit `unit` on channel 0.
Job job(uint16_t unit, std::vector<kasane_kcu_target> targets) {
  return {.unit = unit, .channel = 0, .targets = std::move(targets)};
}

/// A convolution of one 4 x 4 map of 1 ... 16 with a frame of tens, on the memories it works on.
struct Bench {
  explicit Bench(std::vector<Job> table_jobs, uint32_t output_channels = 1) : jobs(std::move(table_jobs)) {
    c.header.opcode = KASANE_KCU_CONVOLUTION;
    c.input_channels = 1;
    c.input_height = c.input_width = c.input_row_pitch = 4;
    c.input_channel_pitch = 16;
    c.output_channels = output_channels;
    c.output_height = c.output_width = 4;
    c.sums_address = 8;
    c.sums_channel_pitch = 68;
    c.table_address = 4;
    c.job_count = static_cast<uint32_t>(jobs.size());
    for (const Job& j : jobs) c.table_bytes += static_cast<uint32_t>(8 + 4 * j.targets.size());
    c.kernel = 3;
    c.stride_height = c.stride_width = 1;
    c.pad_top = c.pad_left = 1;
    c.pad_value = 10;
    for (uint8_t value = 1; value <= 16; ++value) fmm.push_back(value);
    table = encode_table(c, jobs, Bytes(c.table_bytes + 8, 0xAA));
  }

  std::vector<int32_t> sums(uint32_t channel = 0) const {
    const Bytes after = kcu_convolution(c, units, fmm, table, Bytes(8 + 68 * c.output_channels, 0x55));
    std::vector<int32_t> values;
    for (uint32_t n = 0; n < c.output_height * c.output_width; ++n)
      values.push_back(word(after, c.sums_address + channel * c.sums_channel_pitch + n * 4));
    return values;
  }

  kasane_kcu_convolution c{};
  std::vector<Job> jobs;
  std::vector<UnitKernel> units{kCross, kAllLargest, {5, std::vector<int8_t>(25, 1)}};
  Bytes fmm, table;
};

TEST(KcuConvolution, ThreeByThreeWithPaddingByHand) {
  // Top left: 1*10 - 1*10 + 2*10 - 2*2 + 3*6 = 34. In the middle: -2 - 4 + 3 * (lower right).
  EXPECT_EQ(Bench({job(0, {{0, 1}})}).sums(), (std::vector{34, 17, 20, 16,  //
                                                           46, 27, 30, 17,  //
                                                           46, 39, 42, 29,  //
                                                           22, 24, 24, 41}));
}

TEST(KcuConvolution, StridesAreApartForRowsAndColumns) {
  Bench rows({job(0, {{0, 1}})});
  rows.c.stride_height = 2;
  rows.c.output_height = 2;
  EXPECT_EQ(rows.sums(), (std::vector{34, 17, 20, 16, 46, 39, 42, 29}));
  Bench both({job(0, {{0, 1}})});
  both.c.stride_height = both.c.stride_width = 2;
  both.c.output_height = both.c.output_width = 2;
  EXPECT_EQ(both.sums(), (std::vector{34, 20, 46, 42}));
}

TEST(KcuConvolution, PaddingsAreApartForRowsAndColumns) {
  Bench b({job(0, {{0, 1}})});
  b.c.pad_top = 0;
  b.c.output_height = 1;
  EXPECT_EQ(b.sums(), (std::vector{46, 27, 30, 17}));
  b.c.pad_top = 1;
  b.c.pad_left = 0;
  b.c.output_width = 2;
  EXPECT_EQ(b.sums(), (std::vector{17, 20}));
}

TEST(KcuConvolution, HalvesOfNegativeProductsRoundUp) {
  Bench b({job(0, {{0, -1}})});
  b.c.output_height = 1;
  b.c.gain_shift = 1;
  EXPECT_EQ(b.sums(), (std::vector{-17, -8, -10, -8}));  // -17, -8.5, -10, -8
}

TEST(KcuConvolution, QuartersRoundToTheNearest) {
  Bench b({job(0, {{0, 3}})}), negative({job(0, {{0, -3}})});
  b.c.output_height = negative.c.output_height = 1;
  b.c.gain_shift = negative.c.gain_shift = 2;
  EXPECT_EQ(b.sums(), (std::vector{26, 13, 15, 12}));             // 25.5, 12.75, 15, 12
  EXPECT_EQ(negative.sums(), (std::vector{-25, -13, -15, -12}));  // -25.5, -12.75, -15, -12
}

TEST(KcuConvolution, EachContributionIsRoundedBeforeItIsAdded) {
  Bench b({job(0, {{0, 1}}), job(0, {{0, 1}})});
  b.c.output_height = 1;
  b.c.gain_shift = 1;
  EXPECT_EQ(b.sums(), (std::vector{34, 18, 20, 16}));  // 8.5 + 8.5 as 9 + 9
}

TEST(KcuConvolution, OneResponseFansOutAndTheRestIsCleared) {
  Bench b({job(0, {{2, 2}, {0, -1}, {2, 5}})}, 3);
  b.c.output_height = 1;
  EXPECT_EQ(b.sums(0), (std::vector{-34, -17, -20, -16}));
  EXPECT_EQ(b.sums(1), (std::vector{0, 0, 0, 0}));
  EXPECT_EQ(b.sums(2), (std::vector{7 * 34, 7 * 17, 7 * 20, 7 * 16}));
}

TEST(KcuConvolution, ChannelsAreReadAtTheirPitches) {
  Bench b({job(0, {{0, 1}})});
  b.c.input_channels = 2;
  b.c.input_address = 3;
  b.c.input_row_pitch = 5;
  b.c.input_channel_pitch = 7;
  b.c.input_height = b.c.input_width = b.c.output_height = b.c.output_width = 1;
  b.jobs[0].channel = 1;
  b.table = encode_table(b.c, b.jobs, b.table);
  b.units[0].constants = {0, 0, 0, 0, 1, 0, 0, 0, 0};
  EXPECT_EQ(b.sums(), (std::vector{11}));  // byte 3 + 7
}

TEST(KcuConvolution, SumsWrapAt32Bits) {
  Bench b({job(1, {{0, 32767}, {1, -32768}})}, 2);
  b.fmm.assign(16, 127);
  b.c.pad_value = 127;
  b.c.output_height = b.c.output_width = 1;
  // 9 * 127 * 127 = 145161; times 32767 is 2^32 + 461523191; times -32768 is -2^32 - 461668352.
  EXPECT_EQ(b.sums(0), (std::vector{461523191}));
  EXPECT_EQ(b.sums(1), (std::vector{-461668352}));
}

TEST(KcuConvolution, LargestShiftKeepsTheSign) {
  Bench b({job(1, {{0, 32767}, {1, -32768}})}, 2);
  b.fmm.assign(16, 127);
  b.c.output_height = b.c.output_width = 1;
  b.c.pad_value = 127;
  b.c.gain_shift = 31;
  EXPECT_EQ(b.sums(0), (std::vector{2}));   // 2.2149
  EXPECT_EQ(b.sums(1), (std::vector{-2}));  // -2.2150
}

TEST(KcuConvolution, GapsBetweenPlanesKeepTheirContent) {
  const Bench b({job(0, {{0, 1}})}, 2);
  const Bytes after = kcu_convolution(b.c, b.units, b.fmm, b.table, Bytes(8 + 68 * 2 + 4, 0x55));
  for (const uint64_t gap : {0, 4, 8 + 64, 8 + 68 + 64, 8 + 68 * 2}) EXPECT_EQ(word(after, gap), kGap) << gap;
}

TEST(KcuConvolution, RefusesTablesThatDoNotFit) {
  const Bench good({job(0, {{0, 1}})});
  EXPECT_NO_THROW(good.sums());
  const auto refuses = [](Bench b) { EXPECT_THROW(b.sums(), std::invalid_argument); };
  refuses(Bench({job(3, {{0, 1}})}));  // no such unit
  refuses(Bench({job(2, {{0, 1}})}));  // a 5 x 5 unit
  refuses(Bench({job(0, {{1, 1}})}));  // no such output channel
  refuses(Bench({job(0, {})}));
  Bench b = good;
  b.c.table_bytes += 4;
  refuses(b);
  b = good;
  b.table[4 + 6] = 1;  // reserved
  refuses(b);
  b = good;
  b.table[4 + 2] = 1;  // channel
  refuses(b);
  b = good;
  b.c.table_address = 16;
  EXPECT_THROW(b.sums(), std::out_of_range);
}

TEST(DesignCrc, IsTheCommonCrc32) {
  // The check value of CRC-32 for the digits 1 ... 9, the first of which stands for the size here.
  EXPECT_EQ(design_crc({{'1', {'2', '3', '4', '5', '6', '7', '8', '9'}}}), 0xCBF43926u);
  EXPECT_EQ(design_crc({}), 0u);
}

}  // namespace
}  // namespace kasane::reference
