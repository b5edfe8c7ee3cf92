/// The decision that firmware and the exit unit share (kasane/softmax.h) against floating point.
#include <gtest/gtest.h>
#include <random>
#include <vector>

#include "kasane/softmax.h"
#include "tests/unit/exit_unit/exact_entropy.h"

namespace kasane::exit_unit {
namespace {

using Logits = std::vector<std::int8_t>;

constexpr double tolerance = 1e-5;  // nats
constexpr std::uint32_t one_q24 = 1u << 24;

kasane_exit_decision decide(const Logits& logits, std::uint32_t step_q24) {
  return kasane_exit_decide(logits.data(), static_cast<std::uint32_t>(logits.size()), step_q24);
}

double entropy(const Logits& logits, std::uint32_t step_q24) {
  return decide(logits, step_q24).entropy_q24 * nats_of_q24;
}

double error(const Logits& logits, std::uint32_t step_q24) {
  return std::abs(entropy(logits, step_q24) - exact_entropy(logits, step_q24));
}

TEST(ExitDecision, OneLogitIsCertain) {
  EXPECT_EQ(decide({-128}, one_q24).entropy_q24, 0u);
  EXPECT_EQ(decide({-128}, one_q24).largest, 0u);
}

TEST(ExitDecision, EqualLogitsAreAsUncertainAsCanBe) {
  for (const std::size_t count : {2u, 3u, 10u, 100u, 1000u, 65535u, 65536u})
    EXPECT_NEAR(entropy(Logits(count, -77), one_q24), std::log(static_cast<double>(count)), tolerance)
        << count;
}

TEST(ExitDecision, AllRangeOfTwoLogits) {
  for (int distance = 0; distance < 256; ++distance)
    for (const std::uint32_t step_q24 : {1u, 1000u, one_q24 / 100, one_q24 / 20, one_q24 / 8, one_q24, ~0u})
      EXPECT_LT(error({127, static_cast<std::int8_t>(127 - distance)}, step_q24), tolerance)
          << distance << " steps of " << step_q24;
}

// Many logits far below the largest weigh together what each alone does not: 65535 of them at 11 nats are as
// likely as it is, at 21 nats they still make 1e-3 nats of entropy.
TEST(ExitDecision, ManyUnlikelyClasses) {
  for (const std::size_t count : {10u, 1000u, 65536u})
    for (int distance = 8; distance < 256; distance += 8) {
      Logits logits(count, static_cast<std::int8_t>(127 - distance));
      logits[count / 2] = 127;
      for (const std::uint32_t step_q24 : {one_q24 / 8, one_q24 / 12})
        EXPECT_LT(error(logits, step_q24), tolerance) << count << " at " << distance * step_q24 * nats_of_q24;
    }
}

TEST(ExitDecision, RandomLogitsOfAllSpreads) {
  std::mt19937 random(8);
  double smallest = 1;
  double largest = 0;
  for (int trial = 0; trial < 20'000; ++trial) {
    const std::size_t count = 1 + random() % 40;
    const int spread = 1 + static_cast<int>(random() % 256);
    Logits logits(count);
    for (std::int8_t& logit : logits)
      logit = static_cast<std::int8_t>(static_cast<int>(random()) % spread / 2);
    const std::uint32_t step_q24 = static_cast<std::uint32_t>(random()) >> random() % 32;
    ASSERT_LT(error(logits, step_q24), tolerance) << count << " logits, step " << step_q24;
    const double relative = entropy(logits, step_q24) / std::log(static_cast<double>(count) + 1e-9);
    smallest = std::min(smallest, relative);
    largest = std::max(largest, relative);
  }
  EXPECT_LT(smallest, 1e-6);  // the whole range was met
  EXPECT_GT(largest, 0.999);
}

TEST(ExitDecision, ClassIsTheFirstLargest) {
  EXPECT_EQ(decide({3, 9, -4, 9, 9}, one_q24).largest, 1u);
  EXPECT_EQ(decide({-128, -128, -127}, one_q24).largest, 2u);
}

// Logits further apart are never less certain.
TEST(ExitDecision, FallsWithTheStep) {
  const Logits logits{40, 12, 11, -3, -60, 7, 0, 38, 2, -128};
  std::uint32_t before = ~0u;
  for (std::uint32_t step_q24 = 0; step_q24 < one_q24; step_q24 += one_q24 / 64) {
    const std::uint32_t now = decide(logits, step_q24).entropy_q24;
    EXPECT_LE(now, before) << step_q24;
    before = now;
  }
}

// What lets hardware divide by Horner's constants with a multiplication by 33 bits: floor(x / n) =
// x * ceil(2^(30 + l) / n) >> (30 + l), with 2^l >= n, for all x < 2^30.
TEST(ExitDecision, ReciprocalsDivideExactly) {
  std::mt19937 random(9);
  for (const std::uint64_t n : {3u, 5u, 6u, 7u, 9u, 10u}) {
    const int shift = 30 + (n <= 4 ? 2 : n <= 8 ? 3 : 4);
    const std::uint64_t reciprocal = ((std::uint64_t{1} << shift) + n - 1) / n;
    ASSERT_EQ(reciprocal >> 33, 0u);
    for (int trial = 0; trial < 100'000; ++trial) {
      const std::uint64_t x = random() >> 2;
      ASSERT_EQ(x * reciprocal >> shift, x / n) << x << " / " << n;
      const std::uint64_t multiple = x / n * n;  // where rounding shows
      ASSERT_EQ(multiple * reciprocal >> shift, x / n);
      if (multiple > 0) {
        ASSERT_EQ((multiple - 1) * reciprocal >> shift, x / n - 1);
      }
    }
  }
}

}  // namespace
}  // namespace kasane::exit_unit
