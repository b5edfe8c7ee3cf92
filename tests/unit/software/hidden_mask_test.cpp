// Masks of hidden-network layers on the CPU: what is written by hand and at random is read again, and what is
// truncated or corrupt is refused.
#include <gtest/gtest.h>
#include <random>
#include <vector>

extern "C" {
#include "sw/runtime/software_hidden_mask.h"
}

namespace kasane {
namespace {

struct Mask {
  std::vector<std::uint8_t> bytes;
  std::uint32_t fields = 0;
};

void append(Mask& mask, std::uint32_t value, std::uint32_t bits) {
  for (std::uint32_t bit = 0; bit < bits; ++bit) {
    const std::size_t at = std::size_t{mask.fields} * bits + bit;
    mask.bytes.resize(at / 8 + 1);
    mask.bytes[at / 8] |= static_cast<std::uint8_t>((value >> bit & 1) << at % 8);
  }
  ++mask.fields;
}

/// Written from kasane/hiddenite.h.
Mask encode(const std::vector<bool>& kept, std::uint32_t field_bits) {
  Mask mask;
  if (field_bits == 0) {
    for (const bool one : kept) append(mask, one ? 1 : 0, 1);
    return mask;
  }
  const std::uint32_t longest = (1U << field_bits) - 1;
  std::uint32_t run = 0;
  for (const bool one : kept) {
    if (one) {
      append(mask, run, field_bits);
      run = 0;
    } else if (++run == longest) {
      append(mask, longest, field_bits);
      run = 0;
    }
  }
  if (run > 0) append(mask, run, field_bits);
  return mask;
}

std::vector<std::uint32_t> walk(const Mask& mask, std::uint32_t field_bits, std::uint32_t weights) {
  std::vector<std::uint32_t> kept;
  hidden_mask walk = hidden_mask_begin(mask.bytes.data(), mask.fields, field_bits);
  for (; walk.kept < weights; hidden_mask_advance(&walk)) kept.push_back(walk.kept);
  return kept;
}

std::vector<bool> random_mask(std::mt19937& random, std::size_t weights, double density) {
  std::bernoulli_distribution keep(density);
  std::vector<bool> kept(weights);
  for (std::size_t n = 0; n < weights; ++n) kept[n] = keep(random);
  return kept;
}

bool good(const Mask& mask, std::uint32_t field_bits, std::uint32_t weights) {
  return hidden_mask_good(mask.bytes.data(), mask.fields, field_bits, weights);
}

TEST(HiddenMask, ReadsRunsWrittenByHand) {
  // Two bits a field: 1, 3, 0, 2 = one off and one on; three off; one on; two off and one that is dropped.
  const Mask mask{{0b10'00'11'01}, 4};
  EXPECT_EQ(walk(mask, 2, 8), (std::vector<std::uint32_t>{1, 5}));
  EXPECT_TRUE(good(mask, 2, 8));
  EXPECT_EQ(walk(mask, 2, 9), (std::vector<std::uint32_t>{1, 5, 8}));
  EXPECT_TRUE(good(mask, 2, 9));
  EXPECT_FALSE(good(mask, 2, 7));   // the last run is longer than what is left
  EXPECT_FALSE(good(mask, 2, 10));  // one weight is not covered
}

TEST(HiddenMask, ReadsBackRandomMasksOfAllWidths) {
  std::mt19937 random(1);
  for (std::uint32_t field_bits = 0; field_bits <= 8; ++field_bits) {
    for (const double density : {0.0, 0.01, 0.1, 0.3, 0.5, 0.9, 1.0}) {
      for (const std::size_t weights : {1U, 7U, 8U, 255U, 256U, 1153U}) {
        const std::vector<bool> kept = random_mask(random, weights, density);
        std::vector<std::uint32_t> expected;
        for (std::uint32_t n = 0; n < weights; ++n) {
          if (kept[n]) expected.push_back(n);
        }
        const Mask mask = encode(kept, field_bits);
        ASSERT_EQ(hidden_mask_bytes(mask.fields, field_bits), mask.bytes.size());
        ASSERT_TRUE(good(mask, field_bits, static_cast<std::uint32_t>(weights)));
        ASSERT_EQ(walk(mask, field_bits, static_cast<std::uint32_t>(weights)), expected);
      }
    }
  }
}

TEST(HiddenMask, RefusesTruncatedAndCorruptOnes) {
  std::mt19937 random(2);
  for (std::uint32_t field_bits = 0; field_bits <= 8; ++field_bits) {
    for (int round = 0; round < 50; ++round) {
      const auto weights = static_cast<std::uint32_t>(2 + random() % 300);
      const Mask mask = encode(random_mask(random, weights, 0.3), field_bits);
      Mask shorter = mask;
      --shorter.fields;
      EXPECT_FALSE(good(shorter, field_bits, weights));
      Mask longer = mask;
      append(longer, 0, field_bits == 0 ? 1 : field_bits);
      EXPECT_FALSE(good(longer, field_bits, weights));
      EXPECT_FALSE(good(Mask{{}, 0}, field_bits, weights));
      const std::uint32_t bits = mask.fields * (field_bits == 0 ? 1 : field_bits);
      if (bits % 8 == 0) continue;
      Mask unclean = mask;
      unclean.bytes.back() |= 0x80;
      EXPECT_FALSE(good(unclean, field_bits, weights));
    }
  }
}

TEST(HiddenMask, NoneIsReadBeyondItsEnd) {
  // Each in memory of its own size: the sanitizers see any byte too many.
  std::mt19937 random(3);
  for (int round = 0; round < 5000; ++round) {
    const auto field_bits = static_cast<std::uint32_t>(random() % 9);
    const auto fields = static_cast<std::uint32_t>(random() % 40);
    std::vector<std::uint8_t> bytes(hidden_mask_bytes(fields, field_bits));
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random());
    const Mask mask{bytes, fields};
    const auto weights = static_cast<std::uint32_t>(1 + random() % 200);
    for (const std::uint32_t kept : walk(mask, field_bits, weights)) ASSERT_LT(kept, weights);
    if (!good(mask, field_bits, weights)) continue;
    std::vector<bool> decoded(weights);
    for (const std::uint32_t kept : walk(mask, field_bits, weights)) decoded[kept] = true;
    // Whatever is accepted decodes to what encodes to as many fields or fewer: no field was for nothing.
    EXPECT_LE(encode(decoded, field_bits).fields, fields);
  }
}

}  // namespace
}  // namespace kasane
