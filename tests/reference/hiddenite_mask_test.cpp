/// The reference's mask codecs: cases worked by hand, what must be refused, and how many bits they cost.
#include "tests/reference/hiddenite_mask.h"

#include <array>
#include <cmath>
#include <gtest/gtest.h>

#include "tests/reference/random_layers.h"

namespace kasane::reference {
namespace {

Mask mask_of(const std::string& text) {
  Mask mask;
  for (const char c : text) mask.push_back(c == '1');
  return mask;
}

Mask random_mask(Random& random, size_t weights, int64_t kept_per_1000) {
  Mask mask;
  for (size_t n = 0; n < weights; ++n) mask.push_back(random.between(1, 1000) <= kept_per_1000);
  return mask;
}

TEST(HiddenMask, ZeroRunsByHand) {
  // A run of three is the largest field and then an empty run; of four 3 and 1; the last one ends beyond.
  EXPECT_EQ(encode_mask(mask_of("1"), 2), (MaskFields{0}));
  EXPECT_EQ(encode_mask(mask_of("0010001000011"), 2), (MaskFields{2, 3, 0, 3, 1, 0}));
  EXPECT_EQ(encode_mask(mask_of("100"), 2), (MaskFields{0, 2}));
  EXPECT_EQ(encode_mask(mask_of("1000"), 2), (MaskFields{0, 3}));
  EXPECT_EQ(encode_mask(mask_of("10000"), 2), (MaskFields{0, 3, 1}));
  EXPECT_EQ(encode_mask(mask_of("000000"), 2), (MaskFields{3, 3}));
  // With one bit a field is the raw mask's complement.
  EXPECT_EQ(encode_mask(mask_of("0110100"), 1), (MaskFields{1, 0, 0, 1, 0, 1, 1}));
  EXPECT_EQ(encode_mask(mask_of("0110100"), 0), (MaskFields{0, 1, 1, 0, 1, 0, 0}));
  Mask lonely(600);
  lonely[599] = true;
  EXPECT_EQ(encode_mask(lonely, 8), (MaskFields{255, 255, 89}));
}

TEST(HiddenMask, FieldsFillBytesFromTheirLowestBit) {
  EXPECT_EQ(pack_fields({1, 2, 3, 0, 5}, 3), (Bytes{0b11'010'001, 0b0'101'000'0}));
  EXPECT_EQ(pack_fields({1, 0, 1, 1, 0, 0, 0, 0, 1}, 0), (Bytes{0b1101, 1}));
  EXPECT_EQ(pack_fields({7, 200}, 8), (Bytes{7, 200}));
  EXPECT_EQ(unpack_fields({0xFF, 0b11'010'001, 0b0'101'000'0}, 1, 5, 3), (MaskFields{1, 2, 3, 0, 5}));
  EXPECT_THROW(unpack_fields({0b11'010'001, 0b1'101'000'0}, 0, 5, 3), std::invalid_argument);
  EXPECT_THROW(unpack_fields({0b11'010'001, 0b0'101'000'0}, 0, 6, 3), std::out_of_range);
}

TEST(HiddenMask, FieldsCoverTheirTileExactly) {
  EXPECT_EQ(decode_mask({0, 1}, 2, 3), mask_of("101"));
  EXPECT_EQ(decode_mask({0, 1}, 2, 2), mask_of("10"));  // the kept one behind the tile is dropped
  for (const uint64_t weights : {1, 4}) EXPECT_THROW(decode_mask({0, 1}, 2, weights), std::invalid_argument);
  EXPECT_EQ(decode_mask({3}, 2, 3), mask_of("000"));
  for (const uint64_t weights : {1, 2, 4}) EXPECT_THROW(decode_mask({3}, 2, weights), std::invalid_argument);
  EXPECT_THROW(decode_mask({2}, 2, 1), std::invalid_argument);     // two masked-off weights of one
  EXPECT_THROW(decode_mask({3, 0}, 2, 3), std::invalid_argument);  // nothing is left for the second field
  EXPECT_THROW(decode_mask({}, 2, 1), std::invalid_argument);
  for (const uint64_t weights : {2, 4})
    EXPECT_THROW(decode_mask({0, 1, 1}, 0, weights), std::invalid_argument);
}

TEST(HiddenMask, RoundTripsOfEveryDensityAndCodec) {
  Random random(1);
  for (uint32_t field_bits = 0; field_bits <= 8; ++field_bits)
    for (int64_t kept_per_1000 = 0; kept_per_1000 <= 1000; kept_per_1000 += 20)
      for (int i = 0; i < 5; ++i) {
        const Mask mask = random_mask(random, static_cast<size_t>(random.between(1, 700)), kept_per_1000);
        const MaskFields fields = encode_mask(mask, field_bits);
        const Bytes bytes = pack_fields(fields, field_bits);
        ASSERT_EQ(bytes.size(), mask_bytes(fields.size(), field_bits));
        ASSERT_EQ(unpack_fields(bytes, 0, fields.size(), field_bits), fields);
        ASSERT_EQ(decode_mask(fields, field_bits, mask.size()), mask);
      }
}

// At every place at most one field is right, so a tile has one code only: what decodes is what was encoded.
TEST(HiddenMask, EachMaskHasOneCode) {
  int covering = 0;
  for (uint32_t code = 0; code < 1 << 12; ++code) {
    MaskFields fields;
    for (uint32_t rest = code, n = 0; n < 6; ++n, rest /= 4) fields.push_back(rest % 4);
    for (uint64_t weights = 1; weights < 24; ++weights) {
      Mask mask;
      try {
        mask = decode_mask(fields, 2, weights);
      } catch (const std::invalid_argument&) {
        continue;
      }
      ++covering;
      ASSERT_EQ(encode_mask(mask, 2), fields) << code << ", " << weights << " weights";
    }
  }
  EXPECT_GT(covering, 1 << 12);
}

/// Weights that a field stands for, of a random mask of density p: none of the largest 2^r - 1 before it is
/// kept with probability q^(2^r - 1), q = 1 - p.
struct FieldRun {
  double mean = 0;
  double variance = 0;
};

FieldRun run_of(double kept, uint32_t field_bits) {
  const int largest = (1 << field_bits) - 1;
  double mean = 0, square = 0;
  for (int length = 1; length <= largest; ++length) {
    const double probability = std::pow(1 - kept, length - 1) * (length == largest ? 1 : kept);
    mean += probability * length;
    square += probability * length * length;
  }
  return {mean, square - mean * mean};
}

double entropy(double kept) {
  return -kept * std::log2(kept) - (1 - kept) * std::log2(1 - kept);
}

// The published derivation: r (1 - q) / (1 - q^(2^r - 1)) bits a weight. Fields of a random mask are a
// renewal process: of n weights it has n / mean fields with a variance of n variance / mean^3.
TEST(HiddenMask, BitsAWeightAreAsDerived) {
  constexpr size_t weights = 200'000;
  Random random(2026);
  for (const int64_t kept_per_1000 : {10, 50, 100, 200, 300, 350, 500, 700, 950}) {
    const double kept = static_cast<double>(kept_per_1000) / 1000, q = 1 - kept;
    const Mask mask = random_mask(random, weights, kept_per_1000);
    for (uint32_t r = 1; r <= 8; ++r) {
      const double bits = r * static_cast<double>(encode_mask(mask, r).size()) / weights;
      const double derived = r * (1 - q) / (1 - std::pow(q, (1 << r) - 1));
      const FieldRun run = run_of(kept, r);
      EXPECT_NEAR(derived, r / run.mean, 1e-12);
      const double deviation = r * std::sqrt(run.variance / (weights * std::pow(run.mean, 3)));
      EXPECT_NEAR(bits, derived, 4.5 * deviation + 1.0 * r / weights) << r << " bits at " << kept;
      EXPECT_GT(derived, entropy(kept) - 1e-12);
    }
    EXPECT_EQ(encode_mask(mask, 0).size(), weights);
  }
}

TEST(HiddenMask, PublishedBitsAWeight) {
  EXPECT_NEAR(4 / run_of(0.1, 4).mean, 0.504, 0.0005);
  EXPECT_NEAR(2 / run_of(0.3, 2).mean, 0.913, 0.0005);
  const std::array<std::pair<double, uint32_t>, 5> cheapest{
      {{0.03, 6}, {0.07, 5}, {0.1, 4}, {0.2, 3}, {0.3, 2}}};
  for (const auto& [kept, best] : cheapest)
    for (uint32_t r = 1; r <= 8; ++r)
      EXPECT_GE(r / run_of(kept, r).mean, best / run_of(kept, best).mean) << kept;
  // Two bits for a run of up to three cost less than raw ones while 1 + q + q^2 > 2.
  const double golden = (std::sqrt(5.0) - 1) / 2, raw_from = 1 - golden;  // 38.2 %
  EXPECT_LT(2 / run_of(raw_from - 0.001, 2).mean, 1);
  for (uint32_t r = 2; r <= 8; ++r) EXPECT_GT(r / run_of(raw_from + 0.001, r).mean, 1) << r;
}

}  // namespace
}  // namespace kasane::reference
