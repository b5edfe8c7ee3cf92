/// The hidden-network engine's reference against cases worked by hand.
#include "tests/reference/hiddenite_reference.h"

#include <gtest/gtest.h>

namespace kasane::reference {
namespace {

constexpr uint8_t kGap = 0x5A;

/// Signs that the generators' published words give: murmur's of state 0 and 1 are 0 and 0x514E28B7, so with a
/// first weight of 0 the sign of weight 0 is + for seed 0 and - for seed 1.
constexpr uint32_t kPlus = 0, kMinus = 1;

/// The seed for which murmur's state, and with it the word, is 0 at `index`: the sign is +.
uint32_t seed_of_plus_at(size_t index) {
  return 0u - static_cast<uint32_t>(index) * 0x9E3779B9u;
}

/// Weights 0, 1, 2, ... of murmur with seed 1, by weight_generator_numpy.py.
const std::vector<int> kSignsOfSeedOne{-1, -1, 1, 1, -1, 1, -1, 1, 1, -1, -1, 1, 1, -1};

/// One 3 x 3 map and 3 x 3 kernels under a raw mask; the output is the accumulator itself.
struct Bench {
  explicit Bench(const std::vector<Mask>& tiles, uint32_t outputs = 1) {
    c.header.opcode = KASANE_HIDDENITE_CONVOLUTION;
    c.input_channels = 1;
    c.input_height = c.input_width = c.output_height = c.output_width = 3;
    c.output_channels = outputs;
    c.input_row_pitch = c.output_row_pitch = 3;
    c.input_channel_pitch = c.output_channel_pitch = 9;
    c.output_address = 9;
    c.groups = 1;
    c.kernel_height = c.kernel_width = 3;
    c.stride_height = c.stride_width = c.dilation_height = c.dilation_width = 1;
    c.pad_top = c.pad_left = 1;
    c.tile_outputs = 8;
    c.layer_seed = kPlus;
    c.output_min = -128;
    c.output_max = 127;
    fmm = {1, 2, 3, 4, 5, 6, 7, 0xFF, 0xFE};  // the last two are -1 and -2
    fmm.resize(9 + 9 * outputs, kGap);
    set_masks(tiles, 0);
  }

  /// Parameters that change nothing, then tile table and masks.
  void set_masks(const std::vector<Mask>& tiles, uint8_t field_bits) {
    c.field_bits = field_bits;
    wm.assign(c.output_channels * sizeof(kasane_channel_parameters) + 4 * tiles.size(), 0);
    for (uint32_t o = 0; o < c.output_channels; ++o)
      set_parameters(o, {.bias = 0, .multiplier = 2, .shift = 1});
    c.tiles_address = c.output_channels * static_cast<uint32_t>(sizeof(kasane_channel_parameters));
    c.mask_address = static_cast<uint32_t>(wm.size());
    for (size_t tile = 0; tile < tiles.size(); ++tile) {
      const MaskFields fields = encode_mask(tiles[tile], field_bits);
      store_word(wm, c.tiles_address + 4 * tile, static_cast<int32_t>(fields.size()));
      const Bytes bytes = pack_fields(fields, field_bits);
      wm.insert(wm.end(), bytes.begin(), bytes.end());
    }
    c.mask_bytes = static_cast<uint32_t>(wm.size()) - c.mask_address;
  }

  void set_parameters(uint32_t output, const kasane_channel_parameters& p) {
    const uint64_t address = c.parameters_address + output * sizeof p;
    store_word(wm, address, p.bias);
    store_word(wm, address + 4, p.multiplier);
    store_word(wm, address + 8, p.shift);
  }

  Bytes after() const { return hiddenite_convolution(c, fmm, wm); }
  OperandCounts counts() const { return count_operands(c, fmm, wm); }

  /// The output's only or first channel, row by row.
  std::vector<int> plane(uint32_t number = 0) const {
    const Bytes memory = after();
    std::vector<int> values;
    for (uint32_t y = 0; y < c.output_height; ++y)
      for (uint32_t x = 0; x < c.output_width; ++x)
        values.push_back(signed_byte(
            memory, c.output_address + number * c.output_channel_pitch + y * c.output_row_pitch + x));
    return values;
  }

  /// A kernel of one element, at 0, of the given sign; see kPlus.
  void use_point_kernel(uint32_t seed) {
    c.kernel_height = c.kernel_width = 1;
    c.pad_top = c.pad_left = 0;
    c.layer_seed = seed;
    set_masks({{true}}, 0);
  }

  kasane_hiddenite_convolution c{};
  Bytes fmm, wm;
};

/// Keeps one element of nine.
Mask only(size_t element) {
  Mask mask(9);
  mask[element] = true;
  return mask;
}
constexpr size_t kUpperLeft = 0, kUpperRight = 2, kMiddle = 4, kLowerRight = 8;

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
      b.c.input_channels = 14;
      b.c.kernel_height = b.c.kernel_width = 1;
      b.c.pad_top = b.c.pad_left = 0;
      b.c.input_height = b.c.input_width = b.c.output_height = b.c.output_width = 1;
      b.c.input_channel_pitch = 1;
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
  const auto shifted = [](size_t element) {
    Bench b({only(element)});
    b.c.layer_seed = seed_of_plus_at(element);
    return b.plane();
  };
  EXPECT_EQ(shifted(kMiddle), (std::vector{1, 2, 3, 4, 5, 6, 7, -1, -2}));
  EXPECT_EQ(shifted(kUpperLeft), (std::vector{0, 0, 0, 0, 1, 2, 0, 4, 5}));
  EXPECT_EQ(shifted(kLowerRight), (std::vector{5, 6, 0, -1, -2, 0, 0, 0, 0}));
}

TEST(HiddeniteReference, ZeroPointIsTakenOffAndPaddingAddsNothing) {
  Bench b({only(kLowerRight)});
  b.c.layer_seed = seed_of_plus_at(kLowerRight);
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
  const auto bench = [](size_t element) {
    Bench b({only(element)});
    b.c.layer_seed = seed_of_plus_at(element);
    return b;
  };
  Bench strided = bench(kMiddle);
  strided.c.stride_width = 2;
  strided.c.output_width = 2;
  EXPECT_EQ(strided.plane(), (std::vector{1, 3, 4, 6, 7, -2}));
  strided.c.stride_width = 1;
  strided.c.stride_height = 2;
  strided.c.output_height = 2;
  EXPECT_EQ(strided.plane(), (std::vector{1, 2, 7, -1}));
  // The right column at x + 4 - 2, the upper row at y - 1.
  Bench dilated = bench(kUpperRight);
  dilated.c.dilation_width = 2;
  dilated.c.pad_left = 2;
  EXPECT_EQ(dilated.plane(), (std::vector{0, 0, 0, 3, 0, 0, 6, 0, 0}));
  dilated.c.pad_top = 0;
  EXPECT_EQ(dilated.plane(), (std::vector{3, 0, 0, 6, 0, 0, -2, 0, 0}));
}

TEST(HiddeniteReference, GroupsAndTilesFollowEachOtherInTheLists) {
  // Two groups of 1 -> 3 channels, tiles of 2 and 1 outputs, 1 x 1 kernels, seed 1: - - + + - +. Weight 2,
  // all of group 0's second tile, is masked off.
  Bench b({{true, true}, {false}, {true, true}, {true}}, 6);
  b.c.input_channels = 2;
  b.c.groups = 2;
  b.c.tile_outputs = 2;
  b.c.kernel_height = b.c.kernel_width = 1;
  b.c.pad_top = b.c.pad_left = 0;
  b.c.input_height = b.c.input_width = b.c.output_height = b.c.output_width = 1;
  b.c.input_channel_pitch = 1;
  b.c.output_channel_pitch = 2;
  b.c.output_address = 5;
  b.c.layer_seed = 1;
  b.fmm = {3, 7};
  b.fmm.resize(16, kGap);
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
  Bench b({only(kMiddle)});
  b.c.output_row_pitch = 4;
  b.fmm.resize(9 + 13, kGap);
  const Bytes after = b.after();
  EXPECT_TRUE(std::equal(after.begin(), after.begin() + 9, b.fmm.begin()));
  for (const size_t gap : {12, 16, 20, 21}) EXPECT_EQ(after[gap], kGap) << gap;
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
