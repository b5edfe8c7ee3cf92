/// The law of traces: all windows together hold exactly what was added, each what happened within it.
#include "platform/trace/recording/rate_sampler.h"

#include <cstdint>
#include <gtest/gtest.h>
#include <random>
#include <vector>

namespace kasane {
namespace {

struct Window {
  Span when;
  std::vector<double> rates;
  double amount(std::size_t channel) const { return rates[channel] * when.seconds(); }
};

struct Sampled {
  explicit Sampled(std::size_t channels, Picoseconds window)
      : sampler(channels, window, [this](const Span& when, std::span<const double> rates) {
          EXPECT_EQ(when.begin, windows.empty() ? 0 : windows.back().when.end) << "windows follow each other";
          EXPECT_LT(when.begin, when.end);
          windows.push_back({when, {rates.begin(), rates.end()}});
        }) {}

  double sum(std::size_t channel) const {
    double amount = 0;
    for (const Window& window : windows) amount += window.amount(channel);
    return amount;
  }

  std::vector<Window> windows;
  RateSampler sampler;
};

TEST(RateSampler, SharesAnIntervalAmongItsWindows) {
  Sampled sampled(1, 1000);
  sampled.sampler.add(0, {500, 2500}, 4.0);  // 2 per 1000 ps
  EXPECT_EQ(sampled.sampler.finish(3000), 3000u);
  ASSERT_EQ(sampled.windows.size(), 3u);
  EXPECT_DOUBLE_EQ(sampled.windows[0].amount(0), 1.0);
  EXPECT_DOUBLE_EQ(sampled.windows[1].amount(0), 2.0);
  EXPECT_DOUBLE_EQ(sampled.windows[2].amount(0), 1.0);
}

/// What the window holds of an interval by definition.
double part_of(const Window& window, const Span& when, double amount) {
  if (when.length() == 0) return when.begin >= window.when.begin && when.begin < window.when.end ? amount : 0;
  const Picoseconds from = std::max(window.when.begin, when.begin);
  const Picoseconds to = std::min(window.when.end, when.end);
  return from < to ? amount * static_cast<double>(to - from) / static_cast<double>(when.length()) : 0;
}

TEST(RateSampler, HoldsInEachWindowWhatOverlapsIt) {
  std::mt19937_64 random(7);
  struct Added {
    std::size_t channel;
    Span when;
    double amount;
  };
  std::vector<Added> all;
  Sampled sampled(3, 777);
  double background = 0;
  Picoseconds since = 0;
  Picoseconds now = 0;
  for (int step = 0; step < 3000; ++step) {
    const Picoseconds begin = now + random() % 3000;
    const Picoseconds length = step % 50 == 0      ? random() % 1'000'000
                               : random() % 5 == 0 ? 0
                                                   : random() % 4000;
    const double amount = static_cast<double>(random() % 1000) * 1e-12;
    all.push_back({random() % 2, {begin, begin + length}, amount});
    if (step % 3 == 0) {  // two channels at once
      all.push_back({1 - all.back().channel, all.back().when, 2 * amount});
      sampled.sampler.add(all.back().channel, 2 * amount, 1 - all.back().channel, amount, all.back().when);
    } else {
      sampled.sampler.add(all.back().channel, all.back().when, amount);
    }
    if (step % 7 == 0) {
      if (background > 0)
        all.push_back({2, {since, now}, background * static_cast<double>(now - since) / 1e12});
      background = static_cast<double>(random() % 100) * 1e-3;
      since = now;
      sampled.sampler.set_background(2, now, background);
    }
    now += random() % (step % 100 == 0 ? 2'000'000 : 2000);
    if (step % 2 == 0) sampled.sampler.advance(now);
  }
  all.push_back({2, {since, now}, background * static_cast<double>(now - since) / 1e12});
  sampled.sampler.finish(now);
  std::array<double, 3> total{};
  for (const Added& added : all) total[added.channel] += added.amount;
  for (std::size_t channel = 0; channel < 3; ++channel) {
    EXPECT_NEAR(sampled.sum(channel), total[channel], 1e-12 * total[channel]) << channel;
    for (const Window& window : sampled.windows) {
      double expected = 0;
      for (const Added& added : all) {
        if (added.channel == channel) expected += part_of(window, added.when, added.amount);
      }
      ASSERT_NEAR(window.amount(channel), expected, 1e-10 * expected + 1e-18)
          << channel << " at " << window.when.begin;
    }
  }
}

TEST(RateSampler, GivesAQuietSecondAsOneWindow) {
  Sampled sampled(2, 1000);  // a nanosecond: a thousand million windows
  sampled.sampler.set_background(1, 0, 0.25);
  sampled.sampler.add(0, {500, 1500}, 1e-9);
  sampled.sampler.advance(1'000'000'000'500);
  ASSERT_EQ(sampled.windows.size(), 3u);
  EXPECT_EQ(sampled.windows[2].when.begin, 2000u);
  EXPECT_EQ(sampled.windows[2].when.end, 1'000'000'000'000u);
  EXPECT_DOUBLE_EQ(sampled.windows[2].rates[1], 0.25);
  sampled.sampler.finish(1'000'000'000'500);
  EXPECT_NEAR(sampled.sum(1), 0.25 * 1.0000000005, 1e-12);
}

TEST(RateSampler, KeepsALongPhaseOverShortWindowsInBoundedMemory) {
  Sampled sampled(1, 10);
  sampled.sampler.add(0, {0, 1'000'000'000'000}, 1.0);  // 10^11 windows ahead, at once
  sampled.sampler.advance(1000);
  ASSERT_EQ(sampled.windows.size(), 100u);
  for (const Window& window : sampled.windows) EXPECT_DOUBLE_EQ(window.rates[0], 1.0);
}

TEST(RateSampler, EndsWithTheLastAmountRoundedUpToANanosecond) {
  Sampled sampled(1, 100'000);
  sampled.sampler.add(0, {100'000, 130'100}, 1.0);
  EXPECT_EQ(sampled.sampler.finish(120'000), 131'000u);
  EXPECT_EQ(sampled.windows.back().when.end, 131'000u);
  EXPECT_NEAR(sampled.sum(0), 1.0, 1e-15);
}

TEST(RateSampler, PutsAnInstantIntoTheWindowThatBeginsThere) {
  Sampled sampled(1, 1000);
  sampled.sampler.add(0, {1000, 1000}, 1.0);
  sampled.sampler.finish(2000);
  ASSERT_EQ(sampled.windows.size(), 2u);
  EXPECT_EQ(sampled.windows[0].rates[0], 0);
  EXPECT_DOUBLE_EQ(sampled.windows[1].amount(0), 1.0);
}

TEST(RateSampler, HoldsWhatHappensAtTheVeryEnd) {
  Sampled sampled(1, 1000);
  sampled.sampler.advance(2000);
  sampled.sampler.add(0, {2000, 2000}, 1.0);
  EXPECT_EQ(sampled.sampler.finish(2000), 3000u);
  EXPECT_NEAR(sampled.sum(0), 1.0, 1e-15);
}

TEST(RateSampler, OfNothingIsNothing) {
  Sampled sampled(1, 1000);
  EXPECT_EQ(sampled.sampler.finish(0), 0u);
  EXPECT_TRUE(sampled.windows.empty());
}

}  // namespace
}  // namespace kasane
