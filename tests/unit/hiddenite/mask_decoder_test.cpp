/// Masks: worked by hand, round trips over all codecs and densities, and nothing accepted that is not a mask.
#include "models/hiddenite/mask_decoder.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <optional>

#include "kasane/hiddenite.h"
#include "tests/reference/random_layers.h"
#include "tests/unit/hiddenite/mask_encoder.h"

namespace kasane::hiddenite {
namespace {

using Bytes = std::vector<std::uint8_t>;

/// Nothing if the mask is refused.
std::optional<Kept> decoded(const Bytes& mask, std::uint32_t field_bits, std::uint32_t fields,
                            std::uint32_t weights) {
  WeightBits bits;
  if (!decode_mask(mask, field_bits, fields, weights, bits)) return std::nullopt;
  Kept kept(weights);
  for (std::size_t weight = 0; weight < weights; ++weight) kept[weight] = bits[weight];
  for (std::size_t beyond = weights; beyond < 64 * WeightBits::words_of(weights); ++beyond) {
    EXPECT_FALSE(bits[beyond]) << "beyond the tile";
  }
  return kept;
}

std::optional<Kept> decoded(const std::vector<std::uint32_t>& fields, std::uint32_t field_bits,
                            std::uint32_t weights) {
  const EncodedMask mask = write_fields(fields, field_bits);
  return decoded(mask.bytes, field_bits, mask.fields, weights);
}

Kept random_mask(reference::Random& random, std::size_t weights, std::int64_t kept_per_thousand) {
  Kept kept(weights);
  for (std::size_t weight = 0; weight < weights; ++weight) {
    kept[weight] = random.between(1, 1000) <= kept_per_thousand;
  }
  return kept;
}

TEST(MaskDecoder, RawMasksHoldABitAWeight) {
  EXPECT_EQ(decoded(Bytes{0b1000'0101, 0b01}, 0, 10, 10),
            (Kept{true, false, true, false, false, false, false, true, true, false}));
  EXPECT_FALSE(decoded(Bytes{0b1000'0101, 0b101}, 0, 10, 10)) << "a bit after the last one";
  EXPECT_FALSE(decoded(Bytes{0b1000'0101, 0b01}, 0, 10, 11));
  EXPECT_FALSE(decoded(Bytes{0b1000'0101, 0b01}, 0, 10, 9));
}

TEST(MaskDecoder, FieldsAreRunsOfZeros) {
  // Kept at once; after two; three zeros and none kept, then one more zero and a kept one.
  EXPECT_EQ(decoded({0, 2, 3, 1}, 2, 9), (Kept{true, false, false, true, false, false, false, false, true}));
  EXPECT_EQ(decoded({1, 0, 1}, 1, 3), (Kept{false, true, false})) << "a run of one zero, or none";
  EXPECT_EQ(decoded({254, 255, 0}, 8, 511).value()[254], true);
}

TEST(MaskDecoder, TheLastKeptWeightMayLieJustBeyondTheTile) {
  EXPECT_EQ(decoded({0, 2}, 2, 3), (Kept{true, false, false}));
  EXPECT_FALSE(decoded({0, 2}, 2, 2)) << "the run itself goes on";
  EXPECT_FALSE(decoded({0, 3}, 2, 3)) << "three zeros where two weights are left";
  EXPECT_FALSE(decoded({0, 0, 0}, 2, 2)) << "the tile was covered before";
  EXPECT_FALSE(decoded({3, 0}, 2, 3)) << "likewise";
}

TEST(MaskDecoder, RefusesWhatDoesNotCoverTheTile) {
  EXPECT_FALSE(decoded(Bytes{}, 4, 0, 1));
  EXPECT_FALSE(decoded({2, 0}, 4, 5)) << "one weight short";
  EXPECT_FALSE(decoded(Bytes{0x21, 0x00}, 4, 2, 5)) << "a byte too many";
  EXPECT_FALSE(decoded(Bytes{}, 4, 2, 5)) << "none at all";
  EXPECT_FALSE(decoded(Bytes{0x11}, 4, 1, 2)) << "a bit after the last field";
}

/// Sizes around those that words and groups of fields hold, and long tiles.
constexpr std::uint32_t sizes[] = {1, 2, 7, 8, 9, 31, 63, 64, 65, 127, 128, 129, 575, 576, 4608, 10007};
constexpr std::int64_t densities[] = {0, 1, 10, 50, 100, 200, 300, 500, 900, 1000};  // of a thousand

template <typename Check>
void for_all_codecs(std::uint64_t seed, Check&& check) {
  reference::Random random(seed);
  for (std::uint32_t field_bits = 0; field_bits <= KASANE_HIDDENITE_MAX_FIELD_BITS; ++field_bits) {
    for (const std::uint32_t weights : sizes) {
      for (const std::int64_t density : densities) {
        SCOPED_TRACE(testing::Message() << field_bits << " bits, " << weights << " weights, " << density);
        check(random_mask(random, weights, density), field_bits);
      }
    }
  }
}

TEST(MaskDecoder, ReturnsWhatWasEncoded) {
  for_all_codecs(1, [](const Kept& kept, std::uint32_t field_bits) {
    const EncodedMask mask = encode_mask(kept, field_bits);
    ASSERT_EQ(decoded(mask.bytes, field_bits, mask.fields, static_cast<std::uint32_t>(kept.size())), kept);
  });
}

/// The bytes of one field less or more, with the number of fields that goes with them.
TEST(MaskDecoder, RefusesEveryTruncationAndExtension) {
  for_all_codecs(2, [](const Kept& kept, std::uint32_t field_bits) {
    const auto weights = static_cast<std::uint32_t>(kept.size());
    std::vector<std::uint32_t> fields =
        field_bits == 0 ? std::vector<std::uint32_t>(kept.begin(), kept.end()) : run_fields(kept, field_bits);
    const std::uint32_t bits = std::max(1u, field_bits);
    const auto refused = [&] {
      const EncodedMask mask = write_fields(fields, bits);
      return !decoded(mask.bytes, field_bits, mask.fields, weights);
    };
    ASSERT_FALSE(refused());
    fields.push_back(0);
    ASSERT_TRUE(refused());
    fields.back() = (1u << bits) - 1;
    ASSERT_TRUE(refused());
    fields.pop_back();
    for (int shorter = 0; shorter < 20 && !fields.empty(); ++shorter) {
      fields.pop_back();
      ASSERT_TRUE(refused());
    }
  });
}

/// Whatever the fields say, the decoder agrees with a walk weight by weight.
TEST(MaskDecoder, RefusesExactlyWhatTheDefinitionDoes) {
  reference::Random random(3);
  int accepted = 0, refused = 0;
  for (int round = 0; round < 30000; ++round) {
    const auto field_bits = static_cast<std::uint32_t>(random.between(1, KASANE_HIDDENITE_MAX_FIELD_BITS));
    const auto weights = static_cast<std::uint32_t>(random.between(1, 300));
    const std::uint32_t longest = (1u << field_bits) - 1;
    std::vector<std::uint32_t> fields = run_fields(random_mask(random, weights, 300), field_bits);
    for (std::int64_t change = random.between(0, 2); change > 0; --change) {
      auto& field = fields[static_cast<std::size_t>(random.between(0, std::ssize(fields) - 1))];
      field = static_cast<std::uint32_t>(random.between(0, longest));
    }
    Kept expected;
    bool valid = true;
    for (const std::uint32_t field : fields) {
      valid = valid && expected.size() < weights;
      expected.insert(expected.end(), field, false);
      valid = valid && expected.size() <= weights;
      if (field < longest) expected.push_back(true);
    }
    valid = valid && expected.size() >= weights;
    expected.resize(weights);
    const std::optional<Kept> result = decoded(fields, field_bits, weights);
    ASSERT_EQ(result.has_value(), valid) << field_bits << " bits, " << weights << " weights";
    if (valid) {
      ASSERT_EQ(*result, expected);
    }
    ++(valid ? accepted : refused);
  }
  EXPECT_GT(accepted, 5000);
  EXPECT_GT(refused, 5000);
}

/// Each bit turned over: another mask or none, but nothing outside the tile.
TEST(MaskDecoder, TurnedBitsInThePaddingAreRefused) {
  for_all_codecs(4, [](const Kept& kept, std::uint32_t field_bits) {
    EncodedMask mask = encode_mask(kept, field_bits);
    const std::size_t used = std::size_t{mask.fields} * std::max(1u, field_bits);
    for (std::size_t bit = used; bit < 8 * mask.bytes.size(); ++bit) {
      const auto turned = static_cast<std::uint8_t>(1 << bit % 8);
      mask.bytes.back() ^= turned;
      ASSERT_FALSE(decoded(mask.bytes, field_bits, mask.fields, static_cast<std::uint32_t>(kept.size())));
      mask.bytes.back() ^= turned;
    }
  });
}

}  // namespace
}  // namespace kasane::hiddenite
