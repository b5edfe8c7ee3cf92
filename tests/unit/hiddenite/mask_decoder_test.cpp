/// Masks: worked by hand, round trips over all codecs and densities, and nothing accepted that is not a mask.
#include "models/hiddenite/mask_decoder.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <optional>
#include <stdexcept>

#include "kasane/hiddenite.h"
#include "tests/reference/hiddenite_mask.h"
#include "tests/reference/random_layers.h"

namespace kasane::hiddenite {
namespace {

using reference::Mask;
using reference::MaskFields;
using Bytes = std::vector<std::uint8_t>;

/// Nothing if the mask is refused.
std::optional<Mask> decoded(const Bytes& mask, std::uint32_t field_bits, std::uint32_t fields,
                            std::uint32_t weights) {
  WeightBits bits;
  if (!decode_mask(mask, field_bits, fields, weights, bits)) return std::nullopt;
  Mask kept(weights);
  for (std::size_t weight = 0; weight < weights; ++weight) kept[weight] = bits[weight];
  for (std::size_t beyond = weights; beyond < 64 * WeightBits::words_of(weights); ++beyond) {
    EXPECT_FALSE(bits[beyond]) << "beyond the tile";
  }
  return kept;
}

std::optional<Mask> decoded(const MaskFields& fields, std::uint32_t field_bits, std::uint32_t weights) {
  return decoded(reference::pack_fields(fields, field_bits), field_bits,
                 static_cast<std::uint32_t>(fields.size()), weights);
}

Mask random_mask(reference::Random& random, std::size_t weights, std::int64_t kept_per_thousand) {
  Mask kept(weights);
  for (std::size_t weight = 0; weight < weights; ++weight) {
    kept[weight] = random.between(1, 1000) <= kept_per_thousand;
  }
  return kept;
}

TEST(MaskDecoder, RawMasksHoldABitAWeight) {
  EXPECT_EQ(decoded(Bytes{0b1000'0101, 0b01}, 0, 10, 10),
            (Mask{true, false, true, false, false, false, false, true, true, false}));
  EXPECT_FALSE(decoded(Bytes{0b1000'0101, 0b101}, 0, 10, 10)) << "a bit after the last one";
  EXPECT_FALSE(decoded(Bytes{0b1000'0101, 0b01}, 0, 10, 11));
  EXPECT_FALSE(decoded(Bytes{0b1000'0101, 0b01}, 0, 10, 9));
}

TEST(MaskDecoder, FieldsAreRunsOfZeros) {
  // Kept at once; after two; three zeros and none kept, then one more zero and a kept one.
  EXPECT_EQ(decoded({0, 2, 3, 1}, 2, 9), (Mask{true, false, false, true, false, false, false, false, true}));
  EXPECT_EQ(decoded({1, 0, 1}, 1, 3), (Mask{false, true, false})) << "a run of one zero, or none";
  EXPECT_EQ(decoded({254, 255, 0}, 8, 511).value()[254], true);
}

TEST(MaskDecoder, TheLastMaskWeightMayLieJustBeyondTheTile) {
  EXPECT_EQ(decoded({0, 2}, 2, 3), (Mask{true, false, false}));
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
constexpr std::uint32_t sizes[] = {1, 2, 7, 8, 9, 31, 63, 64, 65, 127, 128, 129, 576, 4608};
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
  for_all_codecs(1, [](const Mask& kept, std::uint32_t field_bits) {
    const MaskFields fields = reference::encode_mask(kept, field_bits);
    ASSERT_EQ(decoded(fields, field_bits, static_cast<std::uint32_t>(kept.size())), kept);
  });
}

TEST(MaskDecoder, RefusesEveryTruncationAndExtension) {
  for_all_codecs(2, [](const Mask& kept, std::uint32_t field_bits) {
    const auto weights = static_cast<std::uint32_t>(kept.size());
    MaskFields fields = reference::encode_mask(kept, field_bits);
    ASSERT_TRUE(decoded(fields, field_bits, weights));
    for (const std::uint32_t field : {0u, (1u << std::max(1u, field_bits)) - 1}) {
      fields.push_back(field);
      ASSERT_FALSE(decoded(fields, field_bits, weights));
      fields.pop_back();
    }
    for (int shorter = 0; shorter < 20 && !fields.empty(); ++shorter) {
      fields.pop_back();
      ASSERT_FALSE(decoded(fields, field_bits, weights));
    }
  });
}

/// Fewer or more bytes than the fields take.
TEST(MaskDecoder, RefusesMasksOfOtherSizes) {
  for_all_codecs(3, [](const Mask& kept, std::uint32_t field_bits) {
    const auto weights = static_cast<std::uint32_t>(kept.size());
    const MaskFields fields = reference::encode_mask(kept, field_bits);
    const auto count = static_cast<std::uint32_t>(fields.size());
    Bytes mask = reference::pack_fields(fields, field_bits);
    mask.push_back(0);
    ASSERT_FALSE(decoded(mask, field_bits, count, weights));
    mask.resize(mask.size() - 2);
    ASSERT_FALSE(decoded(mask, field_bits, count, weights));
  });
}

/// Whatever the fields say, they are refused or mean what the reference takes them for.
TEST(MaskDecoder, RefusesExactlyWhatTheDefinitionDoes) {
  reference::Random random(4);
  int accepted = 0, refused = 0;
  for (int round = 0; round < 20000; ++round) {
    const auto field_bits = static_cast<std::uint32_t>(random.between(1, KASANE_HIDDENITE_MAX_FIELD_BITS));
    const auto weights = static_cast<std::uint32_t>(random.between(1, 300));
    const std::uint32_t longest = (1u << field_bits) - 1;
    MaskFields fields = reference::encode_mask(random_mask(random, weights, 300), field_bits);
    for (std::int64_t change = random.between(0, 2); change > 0; --change) {
      auto& field = fields[static_cast<std::size_t>(random.between(0, std::ssize(fields) - 1))];
      field = static_cast<std::uint32_t>(random.between(0, longest));
    }
    std::optional<Mask> expected;
    try {
      expected = reference::decode_mask(fields, field_bits, weights);
    } catch (const std::invalid_argument&) {
    }
    ASSERT_EQ(decoded(fields, field_bits, weights), expected)
        << field_bits << " bits, " << weights << " weights";
    ++(expected ? accepted : refused);
  }
  EXPECT_GT(accepted, 3000);
  EXPECT_GT(refused, 3000);
}

TEST(MaskDecoder, RefusesBitsAfterTheLastField) {
  for_all_codecs(5, [](const Mask& kept, std::uint32_t field_bits) {
    const MaskFields fields = reference::encode_mask(kept, field_bits);
    Bytes mask = reference::pack_fields(fields, field_bits);
    for (std::size_t bit = fields.size() * std::max(1u, field_bits); bit < 8 * mask.size(); ++bit) {
      const auto turned = static_cast<std::uint8_t>(1 << bit % 8);
      mask.back() ^= turned;
      ASSERT_FALSE(decoded(mask, field_bits, static_cast<std::uint32_t>(fields.size()),
                           static_cast<std::uint32_t>(kept.size())));
      mask.back() ^= turned;
    }
  });
}

}  // namespace
}  // namespace kasane::hiddenite
