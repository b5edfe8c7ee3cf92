/// The hidden-network engine's reference against cases worked by hand.
#include "tests/reference/hiddenite_reference.h"

#include <gtest/gtest.h>

#include "tests/reference/hand_case.h"

namespace kasane::reference {
namespace {

/// Signs that the generators' published words give: murmur's of state 0 and 1 are 0 and 0x514E28B7, so with a
/// first weight of 0 the sign of weight 0 is + for seed 0 and - for seed 1.
constexpr uint32_t kPlus = 0, kMinus = 1;

/// The seed for which murmur's state, and with it the word, is 0 at `index`: the sign is +.
uint32_t seed_of_plus_at(size_t index) {
  return 0u - static_cast<uint32_t>(index) * 0x9E3779B9u;
}

/// Weights 0, 1, 2, ... of murmur with seed 1, by weight_generator_numpy.py.
const std::vector<int> kSignsOfSeedOne{-1, -1, 1, 1, -1, 1, -1, 1, 1, -1, -1, 1, 1, -1};

/// Under a raw mask.
struct Bench : HandCase<kasane_hiddenite_convolution> {
  explicit Bench(const std::vector<Mask>& tiles, uint32_t outputs = 1) : HandCase(outputs) {
    c.header.opcode = KASANE_HIDDENITE_CONVOLUTION;
    c.tile_outputs = 8;
    c.layer_seed = kPlus;
    set_masks(tiles, 0);
  }

  /// Parameters that change nothing, then tile table and masks.
  void set_masks(const std::vector<Mask>& tiles, uint8_t field_bits) {
    c.field_bits = field_bits;
    reset_parameters();
    c.tiles_address = static_cast<uint32_t>(wm.size());
    wm.resize(wm.size() + 4 * tiles.size());
    c.mask_address = static_cast<uint32_t>(wm.size());
    for (size_t tile = 0; tile < tiles.size(); ++tile) {
      const MaskFields fields = encode_mask(tiles[tile], field_bits);
      store_word(wm, c.tiles_address + 4 * tile, static_cast<int32_t>(fields.size()));
      const Bytes bytes = pack_fields(fields, field_bits);
      wm.insert(wm.end(), bytes.begin(), bytes.end());
    }
    c.mask_bytes = static_cast<uint32_t>(wm.size()) - c.mask_address;
  }

  Bytes after() const override { return hiddenite_convolution(c, fmm, wm); }
  OperandCounts counts() const { return count_operands(c, fmm, wm); }

  /// A kernel of one element, at 0, of the given sign; see kPlus.
  void use_point_kernel(uint32_t seed) {
    use_point_kernels();
    c.layer_seed = seed;
    set_masks({{true}}, 0);
  }
};

/// Keeps one element of nine.
Mask only(size_t element) {
  Mask mask(9);
  mask[element] = true;
  return mask;
}

Bench plus_at(size_t element) {
  Bench b({only(element)});
  b.c.layer_seed = seed_of_plus_at(element);
  return b;
}

TEST(HiddeniteReference, AWeightIsPlusOrMinusOne) {
  Bench b({only(0)});
  b.use_point_kernel(kPlus);
  EXPECT_EQ(b.plane(), (std::vector{1, 2, 3, 4, 5, 6, 7, -1, -2}));
  b.use_point_kernel(kMinus);
  EXPECT_EQ(b.plane(), (std::vector{-1, -2, -3, -4, -5, -6, -7, 1, 2}));
  b.set_masks({{false}}, 0);
  EXPECT_EQ(b.plane(), std::vector<int>(9, 0));
}

TEST(HiddeniteReference, SignsFollowTheIndexFromTheFirstWeightOn) {
  // 14 input channels of one pixel, each kept alone: the operand is 1, so the sum is the sign.
  for (uint32_t first = 0; first < 3; ++first)
    for (uint32_t n = 0; n < 14 - first; ++n) {
      Bench b({Mask(14)});
      b.use_pixels();
      b.c.input_channels = 14;
      b.c.output_address = 20;
      b.c.layer_seed = 1;
      b.c.first_weight = first;
      b.fmm = Bytes(30, 1);
      Mask mask(14);
      mask[n] = true;
      for (const int field_bits : {0, 1, 3}) {
        b.set_masks({mask}, static_cast<uint8_t>(field_bits));
        EXPECT_EQ(b.plane(), (std::vector{kSignsOfSeedOne[first + n]})) << first << " + " << n;
      }
    }
}

TEST(HiddeniteReference, OneKeptWeightIsAPlaneShift) {
  expect_plane_shifts(plus_at);
}

TEST(HiddeniteReference, ZeroPointIsTakenOffAndPaddingAddsNothing) {
  Bench b = plus_at(kLowerRight);
  b.c.input_zero_point = 5;
  EXPECT_EQ(b.plane(), (std::vector{0, 1, 0, -6, -7, 0, 0, 0, 0}));
  b.c.input_zero_point = -128;
  b.set_parameters(0, {.bias = 0, .multiplier = 1, .shift = 1});
  b.fmm[4] = 0x7F;  // 127 + 128, halved and rounded: 128, clamped
  EXPECT_EQ(b.plane(), (std::vector{127, 67, 0, 64, 63, 0, 0, 0, 0}));
}

TEST(HiddeniteReference, CountsEveryProductOnce) {
  Bench b({only(kMiddle)});
  EXPECT_EQ(b.counts(), (OperandCounts{.masked = 72, .zero = 0, .added = 9}));
  b.c.input_zero_point = 5;
  EXPECT_EQ(b.counts(), (OperandCounts{.masked = 72, .zero = 1, .added = 8}));
  Bench corner({only(kLowerRight)});
  EXPECT_EQ(corner.counts(), (OperandCounts{.masked = 72, .zero = 5, .added = 4}));  // padding
  EXPECT_EQ(Bench({Mask(9)}).counts(), (OperandCounts{.masked = 81, .zero = 0, .added = 0}));
  EXPECT_EQ(Bench({Mask(9, true)}).counts(), (OperandCounts{.masked = 0, .zero = 32, .added = 49}));
}

TEST(HiddeniteReference, StridesDilationsAndPaddingsAreApart) {
  expect_strides_dilations_and_paddings_apart(plus_at);
}

TEST(HiddeniteReference, GroupsAndTilesFollowEachOtherInTheLists) {
  // Two groups of 1 -> 3 channels, tiles of 2 and 1 outputs, 1 x 1 kernels, seed 1: - - + + - +. Weight 2,
  // all of group 0's second tile, is masked off.
  Bench b({{true, true}, {false}, {true, true}, {true}}, 6);
  b.use_two_groups(3, 7);
  b.c.layer_seed = 1;
  const Bytes expected{3, 7, kGap, kGap, kGap, 0xFD, kGap, 0xFD, kGap, 0, kGap, 7, kGap, 0xF9, kGap, 7};
  EXPECT_EQ(b.after(), expected);
  b.set_masks({{true, true}, {false}, {true, true}, {true}}, 4);
  EXPECT_EQ(b.c.mask_bytes, 1u + 1 + 1 + 1);
  EXPECT_EQ(b.after(), expected);
}

TEST(HiddeniteReference, BiasWrapsAt32BitsAndOutputsAreClamped) {
  Bench b({only(0)});
  b.use_point_kernel(kMinus);
  b.set_parameters(0, {.bias = -2'147'483'648, .multiplier = 1, .shift = 26});
  // -2^31 - 1 ... - 7 wrap to just below 2^31, which is 32 x 2^26; -2^31 + 1 and + 2 do not.
  EXPECT_EQ(b.plane(), (std::vector{32, 32, 32, 32, 32, 32, 32, -32, -32}));
  b.set_parameters(0, {.bias = 3, .multiplier = 1, .shift = 1});
  b.c.output_zero_point = -2;
  b.c.output_min = -2;
  b.c.output_max = -1;
  // 2, 1, 0, -1, -2, -3, -4, 4, 5, halved: 1, 0.5, 0, -0.5, -1, -1.5, -2, 2, 2.5.
  EXPECT_EQ(b.plane(), (std::vector{-1, -1, -2, -2, -2, -2, -2, -1, -1}));
}

TEST(HiddeniteReference, EverythingOutsideTheOutputKeepsItsContent) {
  expect_content_outside_the_output_kept(plus_at);
}

TEST(HiddeniteReference, RefusesMasksThatContradictTheCommand) {
  Bench b({only(kMiddle)});
  ++b.c.mask_bytes;
  EXPECT_THROW(b.after(), std::invalid_argument);
  Bench bits({only(kMiddle)});
  bits.wm.back() |= 2;  // bit 9 of 9
  EXPECT_THROW(bits.after(), std::invalid_argument);
  Bench fields({only(kMiddle)});
  store_word(fields.wm, fields.c.tiles_address, 10);
  EXPECT_THROW(fields.after(), std::invalid_argument);
  Bench outside({only(kMiddle)});
  outside.wm.pop_back();
  EXPECT_THROW(outside.after(), std::out_of_range);
}

}  // namespace
}  // namespace kasane::reference
