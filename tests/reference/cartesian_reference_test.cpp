/// The reference of the Cartesian-product array against cases worked by hand.
#include "tests/reference/cartesian_reference.h"

#include <gtest/gtest.h>

#include "tests/reference/hand_case.h"

namespace kasane::reference {
namespace {

struct Bench : HandCase<kasane_cartesian_convolution> {
  explicit Bench(const Bytes& bitmaps, const Bytes& weights, uint32_t outputs = 1) : HandCase(outputs) {
    c.header.opcode = KASANE_CARTESIAN_CONVOLUTION;
    c.tile_outputs = 32;
    c.input_bits = c.output_bits = 8;
    set_lists(bitmaps, weights);
  }

  /// Parameters that change nothing, then bitmaps and weights.
  void set_lists(const Bytes& bitmaps, const Bytes& weights) {
    reset_parameters();
    c.kept_address = static_cast<uint32_t>(wm.size());
    wm.insert(wm.end(), bitmaps.begin(), bitmaps.end());
    c.weight_address = static_cast<uint32_t>(wm.size());
    c.weight_bytes = static_cast<uint32_t>(weights.size());
    wm.insert(wm.end(), weights.begin(), weights.end());
  }

  Bytes after() const override { return cartesian_convolution(c, fmm, wm); }
};

/// Bit r * 3 + s.
Bytes bitmap(std::initializer_list<size_t> elements) {
  Bytes bytes(2);
  for (const size_t element : elements) bytes[element / 8] |= static_cast<uint8_t>(1 << element % 8);
  return bytes;
}

Bench only(size_t element, uint8_t weight = 1) {
  return Bench(bitmap({element}), {weight});
}

TEST(CartesianReference, OneCoordinateIsAPlaneShift) {
  expect_plane_shifts([](size_t element) { return only(element); });
  Bench padded = only(kLowerRight, 0xF);
  padded.c.pad_value = -8;
  EXPECT_EQ(padded.plane(), (std::vector{-5, -6, 8, 1, 2, 8, 8, 8, 8}));
}

TEST(CartesianReference, KeptCoordinatesAddUpInTheirRisingOrder) {
  // Weights -3 for the upper right, 2 for the lower right: 2 * 5 - 0, 2 * 6 - 0, 0; 2 * -1 - 3 * 2, ...
  EXPECT_EQ(Bench(bitmap({kUpperRight, kLowerRight}), {0xD, 0x2}).plane(),
            (std::vector{10, 12, 0, -8, -13, 0, -15, -18, 0}));
}

TEST(CartesianReference, HighNibblesOfBytesThatHoldOneElementDoNotCount) {
  Bench b = only(kMiddle, 0xA1);  // one output: the weight's high nibble is nobody's
  for (size_t a = 0; a < 9; ++a) b.fmm[a] |= static_cast<uint8_t>(a * 16);
  EXPECT_EQ(b.plane(), (std::vector{1, 2, 3, 4, 5, 6, 7, -1, -2}));
}

TEST(CartesianReference, StridesDilationsAndPaddingsAreApart) {
  expect_strides_dilations_and_paddings_apart([](size_t element) { return only(element); });
  Bench dilated = only(kLowerRight);
  dilated.c.dilation_width = dilated.c.pad_left = 2;
  dilated.c.dilation_height = 2;  // y + 4 - 1
  dilated.c.pad_value = 3;
  EXPECT_EQ(dilated.plane(), std::vector<int>(9, 3));
}

TEST(CartesianReference, PackedPlanesHoldTwoChannels) {
  // Channels 0 and 1 lie in plane 0, channel 2 in plane 1. Weights of outputs 0, 1, 2: of channel 0 1, 0, 0,
  // of channel 1 0, 1, -1, of channel 2 1, 1, 0.
  Bench b({1, 1, 1}, {0x01, 0x00, 0x10, 0x0F, 0x11, 0x00}, 3);
  b.use_point_kernels();
  b.c.input_channels = 3;
  b.c.input_height = b.c.output_height = 1;
  b.c.input_width = b.c.output_width = 2;
  b.c.input_bits = b.c.output_bits = 4;
  b.c.input_row_pitch = b.c.output_row_pitch = 2;
  b.c.input_plane_pitch = 3;
  b.c.output_plane_pitch = 2;
  b.c.output_min = -8;
  b.c.output_max = 7;
  b.fmm = {0x21, 0xF3, kGap, 0x04, 0x0D, kGap, kGap, kGap, kGap, 0xCC, 0xCC, 0xCC, 0xCC, 0xCC};
  // Pixel 0: channels 1, 2, 4: outputs 5, 6, -2. Pixel 1: channels 3, -1, -3: outputs 0, -4, 1.
  const Bytes after = b.after();
  EXPECT_EQ(Bytes(after.begin() + 9, after.end()), (Bytes{0x65, 0xC0, 0x0E, 0x01, 0xCC}));
}

TEST(CartesianReference, GroupsAndTilesFollowEachOtherInTheLists) {
  // Two groups of 1 -> 3 channels, tiles of 2 and 1 outputs, 1 x 1 kernels; the second tile of group 0 keeps
  // nothing. Weights: group 0 1, 2; group 1 3, 4, then 5.
  Bench b({1, 0, 1, 1}, {0x21, 0x43, 0x05}, 6);
  b.use_two_groups(3, 0xF);
  const Bytes after = b.after();
  const Bytes expected{3, 0xF, kGap, kGap, kGap, 3, kGap, 6, kGap, 0, kGap, 0xFD, kGap, 0xFC, kGap, 0xFB};
  EXPECT_EQ(after, expected);
}

TEST(CartesianReference, BiasJoinsAfterTheWrapAt24Bits) {
  // 64 coordinates of 2100 channels, all -8 * -8: 8,601,600 = 2^24 - 8,175,616.
  Bench b(Bytes(2100 * 8, 0xFF), Bytes(2100 * 64, 0x08));
  b.c.input_channels = 2100;
  b.c.kernel_height = b.c.kernel_width = 8;
  b.c.output_height = b.c.output_width = 1;
  b.c.pad_top = b.c.pad_left = 0;
  b.c.input_height = b.c.input_width = 1;
  b.c.input_plane_pitch = 0;  // the reference does not mind
  b.c.pad_value = -8;
  b.fmm = Bytes(16, 0x18);
  b.set_parameters(0, {.bias = 0, .multiplier = 1, .shift = 17});
  EXPECT_EQ(b.plane(), (std::vector{-62}));  // -62.37
  b.set_parameters(0, {.bias = -213'000, .multiplier = 1, .shift = 17});
  EXPECT_EQ(b.plane(), (std::vector{-64}));  // -8,388,616 does not fit 24 bits and does not wrap
  b.set_parameters(0, {.bias = -2'147'483'648, .multiplier = 1, .shift = 26});
  EXPECT_EQ(b.plane(), (std::vector{32}));  // but wraps at 32: 2,139,308,032 / 2^26 = 31.88
}

TEST(CartesianReference, RequantisesByChannelAndClamps) {
  Bench b(bitmap({kMiddle}), {0x71}, 2);
  b.set_parameters(0, {.bias = 3, .multiplier = 1, .shift = 1});
  b.set_parameters(1, {.bias = 0, .multiplier = 3, .shift = 2});
  b.c.output_zero_point = -2;
  b.c.output_min = -2;
  b.c.output_max = 30;
  // (1 ... 7, -1, -2) + 3, halved and rounded: 2, 3, 3, 4, 4, 5, 5, 1, 1; less 2.
  EXPECT_EQ(b.plane(0), (std::vector{0, 1, 1, 2, 2, 3, 3, -1, -1}));
  // Times 7 * 3 / 4: 5.25, 10.5, 15.75, 21, 26.25, 31.5, 36.75, -5.25, -10.5; less 2.
  EXPECT_EQ(b.plane(1), (std::vector{3, 9, 14, 19, 24, 30, 30, -2, -2}));
}

TEST(CartesianReference, EverythingOutsideTheOutputKeepsItsContent) {
  expect_content_outside_the_output_kept([](size_t element) { return only(element); });
}

TEST(CartesianReference, RefusesListsThatContradictTheCommand) {
  EXPECT_THROW(Bench(bitmap({9}), {}).after(), std::invalid_argument);
  EXPECT_THROW(Bench(bitmap({15}), {1}).after(), std::invalid_argument);
  EXPECT_THROW(Bench(bitmap({kMiddle}), {1, 1}).after(), std::invalid_argument);
  EXPECT_THROW(Bench(bitmap({kMiddle}), {}).after(), std::out_of_range);  // WM ends with the bitmap
  Bench b = only(kMiddle);
  b.c.output_address += 1;
  EXPECT_THROW(b.after(), std::out_of_range);
}

TEST(CartesianReference, TilesNameChannelsOfTheWholeLayer) {
  Bench b({0b10, 0b01, 0, 0b11}, {0x1, 0x2, 0x3, 0x4}, 4);
  b.c.input_channels = 2;
  b.c.groups = 2;
  b.c.tile_outputs = 1;
  b.c.kernel_height = 1;
  b.c.kernel_width = 2;
  const auto tiles = decode_cartesian_tiles(b.c, b.wm);
  ASSERT_EQ(tiles.size(), 4u);
  EXPECT_EQ(tiles[0].steps.size(), 1u);
  EXPECT_EQ(tiles[0].steps[0].column, 1u);
  EXPECT_EQ(tiles[1].first, 1u);
  EXPECT_EQ(tiles[1].steps[0].weights, std::vector{2});
  EXPECT_TRUE(tiles[2].steps.empty());
  EXPECT_EQ(tiles[3].first, 3u);
  ASSERT_EQ(tiles[3].steps.size(), 2u);
  EXPECT_EQ(tiles[3].steps[1].channel, 1u);
  EXPECT_EQ(tiles[3].steps[1].weights, std::vector{4});
}

}  // namespace
}  // namespace kasane::reference
