/// Percentiles by nearest rank, worked by hand.
#include "platform/trace/latency.h"

#include <gtest/gtest.h>

namespace kasane {
namespace {

TEST(Latency, OfNothingIsNothing) {
  const LatencyStatistics none = latency_statistics({});
  EXPECT_EQ(none.mean, 0);
  EXPECT_EQ(none.p50, 0);
  EXPECT_EQ(none.max, 0);
}

TEST(Latency, OfOneImageIsThatImages) {
  const LatencyStatistics one = latency_statistics({3});
  for (const double value : {one.mean, one.p50, one.p90, one.p99, one.max}) EXPECT_EQ(value, 3);
}

// Ranks of five: ceil(2.5), ceil(4.5), ceil(4.95).
TEST(Latency, TakesTheNearestRankUnsorted) {
  const LatencyStatistics five = latency_statistics({40, 15, 50, 20, 35});
  EXPECT_EQ(five.mean, 32);
  EXPECT_EQ(five.p50, 35);
  EXPECT_EQ(five.p90, 50);
  EXPECT_EQ(five.p99, 50);
  EXPECT_EQ(five.max, 50);
}

TEST(Latency, IsExactWhereRanksAreWhole) {
  std::vector<double> seconds;
  for (int image = 200; image > 0; --image) seconds.push_back(image);
  const LatencyStatistics all = latency_statistics(seconds);
  EXPECT_EQ(all.mean, 100.5);
  EXPECT_EQ(all.p50, 100);
  EXPECT_EQ(all.p90, 180);
  EXPECT_EQ(all.p99, 198);
  EXPECT_EQ(all.max, 200);
}

// Most leave early: a mean says little.
TEST(Latency, ShowsTheTail) {
  std::vector<double> seconds(94, 1);
  seconds.insert(seconds.end(), 6, 10);
  const LatencyStatistics all = latency_statistics(seconds);
  EXPECT_DOUBLE_EQ(all.mean, 1.54);
  EXPECT_EQ(all.p50, 1);
  EXPECT_EQ(all.p90, 1);
  EXPECT_EQ(all.p99, 10);
}

}  // namespace
}  // namespace kasane
