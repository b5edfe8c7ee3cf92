/// The decision at an exit against the entropy's definition in long double, over the whole range, and its
/// thresholds at the extremes.
#include <algorithm>
#include <array>
#include <cmath>
#include <gtest/gtest.h>
#include <random>
#include <vector>

extern "C" {
#include "sw/drivers/registers.h"
#include "sw/runtime/exit_decision.h"
}

namespace kasane {
namespace {

/// -sum p ln p of softmax, nats.
long double exact_entropy(const std::vector<int8_t>& logits, uint32_t step_q24) {
  const long double step = std::ldexp(static_cast<long double>(step_q24), -24);
  const int largest = *std::max_element(logits.begin(), logits.end());
  long double sum = 0;
  for (const int8_t logit : logits) sum += std::exp(step * (logit - largest));
  long double entropy = 0;
  for (const int8_t logit : logits) {
    const long double p = std::exp(step * (logit - largest)) / sum;
    if (p > 0) entropy -= p * std::log(p);
  }
  return entropy;
}

long double entropy_of(const std::vector<int8_t>& logits, uint32_t step_q24) {
  const auto decision = kasane_exit_decide(logits.data(), static_cast<uint32_t>(logits.size()), step_q24);
  EXPECT_EQ(decision.largest, std::max_element(logits.begin(), logits.end()) - logits.begin());
  return std::ldexp(static_cast<long double>(decision.entropy_q24), -24);
}

TEST(ExitEntropy, IsWithinOneHundredThousandthOfTheExactValue) {
  std::mt19937 engine(1);
  std::array<int, 12> tenths{};  // how often the exact entropy of ten logits fell into each 0.2 nats
  long double worst = 0;
  for (int round = 0; round < 20000; ++round) {
    const size_t count = round % 2 == 0 ? 10 : 1 + engine() % 200;
    const int spread = 1 + static_cast<int>(engine() % 128);
    std::uniform_int_distribution<int> value(-spread, spread - 1);
    std::vector<int8_t> logits(count);
    for (auto& logit : logits) logit = static_cast<int8_t>(value(engine));
    const uint32_t step_q24 = static_cast<uint32_t>(engine() >> (engine() % 32));
    const long double exact = exact_entropy(logits, step_q24);
    worst = std::max(worst, std::abs(entropy_of(logits, step_q24) - exact));
    if (count == 10) ++tenths[static_cast<size_t>(exact * 5)];
  }
  EXPECT_LT(worst, 1e-5L);
  for (const int rounds : tenths) EXPECT_GT(rounds, 30) << "a part of 0 ... ln 10 was not looked at";
}

TEST(ExitEntropy, ReachesItsExtremes) {
  for (const size_t count : {1U, 2U, 10U, 1000U, 65536U}) {
    const std::vector<int8_t> equal(count, -128);
    const long double most = std::log(static_cast<long double>(count));
    EXPECT_NEAR(static_cast<double>(entropy_of(equal, 1U << 24)), static_cast<double>(most), 1e-5);
    auto certain = equal;
    certain.back() = 127;
    EXPECT_EQ(entropy_of(certain, 1U << 24), count == 1 ? 0 : entropy_of(certain, UINT32_MAX));
    EXPECT_NEAR(static_cast<double>(entropy_of(certain, 1U << 24)), 0, 1e-5);
    EXPECT_NEAR(static_cast<double>(entropy_of(certain, 0)), static_cast<double>(most), 1e-5);
  }
}

constexpr uint32_t step_q24 = 1U << 19;  // 1/32

/// Three exits of ten logits on two edges, and an exit unit of which software sees registers.
class ExitDecision : public ::testing::Test {
 protected:
  ExitDecision() {
    network_.header.exit_count = 3;
    for (uint32_t edge = 0; edge < NETWORK_EDGES; ++edge)
      network_.edges[edge].output = reinterpret_cast<uintptr_t>(outputs_[edge].data());
    for (uint32_t e = 0; e < 3; ++e) {
      network_.exits[e].output_offset = e * 10;
      network_.exits[e].output.bytes = 10;
      network_.exits[e].scale_q24 = step_q24;
    }
    unit_.base = reinterpret_cast<uintptr_t>(registers_.data());
  }

  /// Random logits for exit `exit` on edge `edge`.
  std::vector<int8_t> fill(uint32_t exit, uint32_t edge) {
    for (int8_t& logit : outputs_[edge]) logit = static_cast<int8_t>(random_());
    const auto from = outputs_[edge].begin() + exit * 10;
    return {from, from + 10};
  }

  bool decide(uint32_t exit, uint32_t edge, exit_record& record) {
    return exit_decide(&rules_, exit, edge, &record);
  }

  std::mt19937 random_{2};
  std::array<std::array<int8_t, 30>, NETWORK_EDGES> outputs_{};
  std::vector<uint64_t> registers_ = std::vector<uint64_t>(64);
  network network_{};
  engine unit_{};
  std::array<uint32_t, 2> thresholds_{};
  exit_rules rules_{&network_, thresholds_.data(), nullptr};
};

TEST_F(ExitDecision, ComparesTheEntropyWithItsOwnThreshold) {
  int left = 0;
  for (int round = 0; round < 1000; ++round) {
    const uint32_t exit = round % 2;
    const uint32_t edge = round / 2 % 2;
    const auto logits = fill(exit, edge);
    const long double exact = exact_entropy(logits, step_q24);
    thresholds_ = {static_cast<uint32_t>(random_() % (3U << 24)),
                   static_cast<uint32_t>(random_() % (3U << 24))};
    const long double threshold = std::ldexp(static_cast<long double>(thresholds_[exit]), -24);
    if (std::abs(threshold - exact) < 1e-5L) continue;
    exit_record record{};
    const bool leaves = decide(exit, edge, record);
    EXPECT_EQ(leaves, exact < threshold);
    left += leaves;
    EXPECT_EQ(record.exit, exit);
    EXPECT_EQ(record.predicted, std::max_element(logits.begin(), logits.end()) - logits.begin());
    ASSERT_EQ(record.entropies, 1U);
    EXPECT_NEAR(record.entropy_q24[0] / 0x1p24, static_cast<double>(exact), 1e-5);
  }
  EXPECT_GT(left, 200);
  EXPECT_LT(left, 800);
}

TEST_F(ExitDecision, ExtremeThresholdsSendNoneOrAll) {
  for (const int spread : {0, 1, 20, 128}) {
    for (int round = 0; round < 200; ++round) {
      fill(0, 0);
      for (int8_t& logit : outputs_[0]) logit = static_cast<int8_t>(spread == 0 ? 7 : logit % spread);
      exit_record record{};
      thresholds_[0] = 0;
      EXPECT_FALSE(decide(0, 0, record));
      thresholds_[0] = static_cast<uint32_t>(std::ceil((std::log(10.0) + 1e-5) * 0x1p24));
      EXPECT_TRUE(decide(0, 0, record));
    }
  }
}

TEST_F(ExitDecision, TheLastExitTakesWhoIsLeft) {
  const auto logits = fill(2, 1);
  exit_record record{.exit = 1, .predicted = 99, .entropies = 2, .entropy_q24 = {1, 2}};
  EXPECT_TRUE(decide(2, 1, record));
  EXPECT_EQ(record.exit, 2U);
  EXPECT_EQ(record.predicted, std::max_element(logits.begin(), logits.end()) - logits.begin());
  EXPECT_EQ(record.entropies, 2U);
}

TEST_F(ExitDecision, BelievesTheUnitWhereTheExitUsesIt) {
  rules_.unit = &unit_;
  network_.exits[0].uses_unit = network_.exits[2].uses_unit = 1;
  register_write32(unit_.base, KASANE_EXIT_UNIT_ENTROPY, 1000);
  register_write32(unit_.base, KASANE_EXIT_UNIT_CLASS, 4);
  thresholds_ = {1000, UINT32_MAX};
  exit_record record{};
  EXPECT_FALSE(decide(0, 0, record));
  thresholds_[0] = 1001;
  record = {};
  EXPECT_TRUE(decide(0, 0, record));
  EXPECT_EQ(record.predicted, 4U);
  EXPECT_EQ(record.entropy_q24[0], 1000U);
  fill(1, 0);
  EXPECT_TRUE(decide(1, 0, record));
  EXPECT_NE(record.entropy_q24[1], 1000U);
  EXPECT_TRUE(decide(2, 0, record));
  EXPECT_EQ(record.entropies, 3U);
  EXPECT_EQ(record.entropy_q24[2], 1000U);
  EXPECT_EQ(record.predicted, 4U);
}

}  // namespace
}  // namespace kasane
