/// Peak power against a search over every stretch.
#include "platform/trace/recording/peak_power.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <random>

namespace kasane {
namespace {

constexpr Picoseconds step = 100'000;

TEST(PeakPower, FindsTheHighestOfAllStretches) {
  std::mt19937_64 random(3);
  PeakPower peaks;
  std::vector<double> joules(25'000, 0.0);  // by step of 100 ns: 2.5 ms
  for (int burst = 0; burst < 400; ++burst) {
    const std::size_t first = random() % (joules.size() - 300);
    const std::size_t length = 1 + random() % 300;
    for (std::size_t index = first; index < first + length; ++index)
      joules[index] += 1e-12 * static_cast<double>(random() % 100);
  }
  for (std::size_t index = 0; index < joules.size(); ++index) {
    peaks.advance(index * step);
    if (joules[index] > 0) peaks.add({index * step + 5, index * step + 60'000}, joules[index]);
  }
  peaks.finish(joules.size() * step);
  const std::vector<PowerPeak> found = peaks.peaks();
  ASSERT_EQ(found.size(), 4u);
  std::size_t length = 10;
  for (const PowerPeak& peak : found) {
    double most = -1;
    std::size_t where = 0;
    for (std::size_t first = 0; first + length <= joules.size(); ++first) {
      double sum = 0;
      for (std::size_t index = first; index < first + length; ++index) sum += joules[index];
      if (sum > most * (1 + 1e-12)) {
        most = sum;
        where = first;
      }
    }
    EXPECT_DOUBLE_EQ(peak.window_seconds, static_cast<double>(length) * 1e-7);
    EXPECT_NEAR(peak.watts, most / peak.window_seconds, 1e-9 * peak.watts);
    EXPECT_DOUBLE_EQ(peak.begin_seconds, static_cast<double>(where) * 1e-7);
    length *= 10;
  }
}

TEST(PeakPower, SkipsQuietTimeAndFindsWhatFollows) {
  PeakPower peaks;
  peaks.set_background(0, 0.5);
  const Picoseconds late = 3'000'000'000'000;  // three seconds
  peaks.advance(late);
  peaks.add({late + 2 * step, late + 4 * step}, 1e-6);
  peaks.advance(late + 20'000 * step);
  peaks.finish(late + 20'000 * step);
  const std::vector<PowerPeak> found = peaks.peaks();
  ASSERT_EQ(found.size(), 4u);
  EXPECT_NEAR(found[0].watts, 0.5 + 1.0, 1e-9);
  EXPECT_NEAR(found[3].watts, 0.5 + 1e-3, 1e-9);
  // The first stretch that holds the whole burst.
  EXPECT_NEAR(found[0].begin_seconds, 3.0 + (4 - 10) * 1e-7, 1e-12);
  EXPECT_NEAR(found[3].begin_seconds, 3.0 + (4 - 10'000) * 1e-7, 1e-12);
}

TEST(PeakPower, HasNoEntryForLengthsBeyondTheRuns) {
  PeakPower peaks;
  peaks.set_background(0, 1.0);
  peaks.finish(50'000'000);  // 50 us
  ASSERT_EQ(peaks.peaks().size(), 2u);
  EXPECT_NEAR(peaks.peaks()[1].watts, 1.0, 1e-9);
  EXPECT_EQ(peaks.peaks()[1].begin_seconds, 0);
}

}  // namespace
}  // namespace kasane
