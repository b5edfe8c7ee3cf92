/// The reference of the NCU's residual against cases worked by hand.
#include <gtest/gtest.h>
#include <limits>

#include "tests/reference/kcu_reference.h"

namespace kasane::reference {
namespace {

constexpr int32_t kHighest = std::numeric_limits<int32_t>::max();

/// Two input channels of one row, 1 2 3 and 4 5 6; kernels of 1 x 2; results are halved. In WM: parameters of
/// up to 32 channels at 0, kept lists at 384, weights at 448.
struct Bench {
  explicit Bench(uint32_t outputs) {
    c.header.opcode = KASANE_NCU_RESIDUAL;
    c.output_address = 6;
    c.weight_address = 448;
    c.input_channels = 2;
    c.input_height = c.output_height = 1;
    c.input_width = c.input_row_pitch = c.input_channel_pitch = 3;
    c.output_channels = outputs;
    c.output_width = c.output_row_pitch = c.output_channel_pitch = 2;
    c.sums_address = 4;
    c.sums_channel_pitch = 12;
    c.kept_address = 384;
    c.kept_block = 2;
    c.kernel_height = 1;
    c.kernel_width = 2;
    c.stride_height = c.stride_width = 1;
    c.output_min = -128;
    c.output_max = 127;
    fmm.resize(6 + 2 * outputs);
    wm.resize(480);
    sums.resize(4 + 12 * outputs);
    for (uint32_t o = 0; o < outputs; ++o) set_parameters(o, 0, 1);
  }

  void set_parameters(uint32_t channel, int32_t bias, int32_t shift) {
    store_word(wm, channel * 12, bias);
    store_word(wm, channel * 12 + 4, 1);
    store_word(wm, channel * 12 + 8, shift);
  }

  void set_kept(const std::vector<int32_t>& words, const std::vector<int>& weights) {
    c.kept_bytes = static_cast<uint32_t>(words.size() * 4);
    for (size_t n = 0; n < words.size(); ++n) store_word(wm, c.kept_address + n * 4, words[n]);
    for (size_t n = 0; n < weights.size(); ++n)
      store(wm, c.weight_address + n, static_cast<int8_t>(weights[n]));
  }

  void set_sums(uint32_t channel, int32_t first, int32_t second) {
    store_word(sums, c.sums_address + channel * c.sums_channel_pitch, first);
    store_word(sums, c.sums_address + channel * c.sums_channel_pitch + 4, second);
  }

  std::vector<int> output(uint32_t channel) const {
    const Bytes after = residual(c, fmm, wm, sums);
    const uint64_t address = c.output_address + channel * c.output_channel_pitch;
    return {signed_byte(after, address), signed_byte(after, address + 1)};
  }

  kasane_ncu_residual c{};
  Bytes fmm{1, 2, 3, 4, 5, 6}, wm, sums;
};

/// Block 0: channel 0 keeps output 1, channel 1 keeps outputs 0 and 1. Block 1, one output only: channel 0.
Bench two_blocks() {
  Bench b(3);
  b.set_kept({2, 0, 0b10, 1, 0b11, 1, 0, 0b1}, {1, 2, 3, -1, -2, 4, 5, 6});
  b.set_sums(0, 100, 200);
  b.set_sums(1, -10, 20);
  b.set_sums(2, 7, -8);
  b.set_parameters(0, -100, 1);
  b.set_parameters(2, 1, 1);
  return b;
}

TEST(Residual, TwoBlocksByHand) {
  const Bench b = two_blocks();
  EXPECT_EQ(b.output(0), (std::vector{4, 55}));  // (100 - 100 + 3*4 - 5) / 2; (200 - 100 + 3*5 - 6) / 2
  EXPECT_EQ(b.output(1),
            (std::vector{4, 21}));  // (-10 + 1 + 2*2 - 2*4 + 4*5) / 2; (20 + 2 + 6 - 10 + 24) / 2
  EXPECT_EQ(b.output(2), (std::vector{13, 11}));  // (7 + 1 + 5 + 6*2) / 2; (-8 + 1 + 5*2 + 6*3) / 2
}

TEST(Residual, NothingKeptLeavesSumsAndBias) {
  Bench b(3);
  b.set_kept({0, 0}, {});
  b.set_sums(2, -9, 300);
  b.set_parameters(2, 2, 1);
  EXPECT_EQ(b.output(2), (std::vector{-3, 127}));  // -3.5, 151
  EXPECT_EQ(b.output(0), (std::vector{0, 0}));
}

TEST(Residual, TheLastBitOfTheWidestBlockIsAnOutput) {
  Bench b(32);
  b.c.kept_block = 32;
  b.set_kept({1, 1, std::numeric_limits<int32_t>::min()}, {2, 4});
  EXPECT_EQ(b.output(31), (std::vector{14, 17}));  // (2*4 + 4*5) / 2; (2*5 + 4*6) / 2
  EXPECT_EQ(b.output(30), (std::vector{0, 0}));
}

TEST(Residual, PaddingAndStrideAreTheConvolutions) {
  Bench b(1);
  b.set_kept({1, 0, 1}, {10, 2});
  b.c.pad_left = 1;
  b.c.pad_value = -3;
  b.c.stride_width = 3;
  EXPECT_EQ(b.output(0), (std::vector{-14, 12}));  // (-30 + 2) / 2; (10*3 + 2*-3) / 2
}

TEST(Residual, AccumulatorsWrapAt32Bits) {
  Bench b(1);
  b.set_kept({1, 0, 1}, {1, 0});
  b.set_sums(0, kHighest, kHighest - 1);
  b.set_parameters(0, 0, 25);
  EXPECT_EQ(b.output(0), (std::vector{-64, -64}));  // both wrap to -2^31
  b.set_parameters(0, -2, 25);
  EXPECT_EQ(b.output(0), (std::vector{64, 64}));  // the bias takes them back
}

TEST(Residual, RefusesListsThatContradictTheRecord) {
  const auto refuses = [](const std::vector<int32_t>& words, uint32_t kept_bytes_more = 0) {
    Bench b(3);
    b.set_kept(words, {});
    b.c.kept_bytes += kept_bytes_more;
    EXPECT_THROW(b.output(0), std::invalid_argument);
  };
  EXPECT_NO_THROW(two_blocks().output(0));
  refuses({1, 2, 1, 0});                 // no such channel
  refuses({1, 0, 0, 0});                 // no outputs
  refuses({1, 0x10000, 1, 0});           // reserved
  refuses({2, 1, 1, 0, 1, 0});           // channels fall
  refuses({2, 1, 1, 1, 2, 0});           // a channel twice
  refuses({0, 1, 0, 0b10});              // beyond the last block's one output
  refuses({0, 0}, 4);                    // bytes left over
  refuses({1, 0, 1, 1, 0, 1, 0, 0}, 0);  // words left over
}

}  // namespace
}  // namespace kasane::reference
