/// The laws of results.csv, regions.csv and peak_power, broken.
#include "tests/unit/check/small_run.h"

namespace kasane::checks {
namespace {

constexpr const char* image_energy_law = "results.csv: energy = integral of power.csv";
constexpr const char* image_order_law = "results.csv: images follow each other, energy not negative";
constexpr const char* image_count_law = "results.csv: images = summary.json";
constexpr const char* region_energy_law = "regions.csv: energy = integral of power.csv";
constexpr const char* region_average_law = "regions.csv: average power = energy / time, not negative";
constexpr const char* region_total_law = "regions.csv: count, time and energy of each region = summary.json";
constexpr const char* summary_average_law = "summary.json: average power of each region = energy / time";
constexpr const char* peak_order_law = "summary.json: peaks begin at whole 100 ns and fall with their length";
constexpr const char* peak_bound_law = "summary.json: no stretch of power.csv exceeds its peak_power";
constexpr const char* peak_begin_law =
    "summary.json: the stretch that a peak_power names reaches it in power.csv";

class Results : public SmallRun {};
class Regions : public SmallRun {};
class Peaks : public SmallRun {};

TEST_F(Results, HoldOtherEnergyThanPower) {
  change("results.csv", "4.5e-06", "4.50001e-06");
  expect_broken({image_energy_law});
}

TEST_F(Results, MayCutWindows) {
  // From 1.5 to 2.5 us: 0 ... 2.5 uJ and 0 ... 2 uJ.
  change("results.csv", "1e-06,2e-06,4.5e-06", "1.5e-06,1e-06,4.49e-06");
  expect_all_hold();
}

TEST_F(Results, HoldMoreThanTheWindowsTheyCut) {
  change("results.csv", "1e-06,2e-06,4.5e-06", "1.5e-06,1e-06,4.51e-06");
  expect_broken({image_energy_law});
}

TEST_F(Results, HoldLessThanTheWindowsWithin) {
  // The window from 1 to 2 us holds 2.5 uJ.
  change("results.csv", "1e-06,2e-06,4.5e-06", "0.9e-06,1.2e-06,2.4e-06");
  expect_broken({image_energy_law});
}

TEST_F(Results, Overlap) {
  change("results.csv", "1e-06,2e-06,4.5e-06", "1e-06,2.5e-06,4.6e-06");
  expect_broken({image_order_law});
}

TEST_F(Results, LackAnImage) {
  change("results.csv", "1,2,3,3e-06,1e-06,2.5e-07,d8\n", "");
  expect_broken({image_count_law});
}

TEST_F(Results, AreCutOff) {
  cut("results.csv", 2);
  expect_broken({"results.csv: can be read to its end", image_count_law});
}

TEST_F(Results, HoldNegativeEnergy) {
  change("results.csv", "2.5e-07", "-2.5e-07");
  expect_broken({image_order_law, image_energy_law});
}

TEST_F(Regions, HoldOtherEnergyThanPower) {
  // All three say so, but power.csv: windows within hold 4.5 uJ, with the cut one 4.75 uJ.
  change("regions.csv", "4.625e-06,1.85", "4.8e-06,1.92");
  change("summary.json", R"("energy_joules": 4.625e-06, "average_watts": 1.85)",
         R"("energy_joules": 4.8e-06, "average_watts": 1.92)");
  expect_broken({region_energy_law});
}

TEST_F(Regions, HoldOtherPower) {
  change("regions.csv", "1.85", "1.86");
  expect_broken({region_average_law});
}

TEST_F(Regions, HoldOtherEnergyThanTheSummary) {
  change("regions.csv", "4.625e-06,1.85", "4.65e-06,1.86");
  expect_broken({region_total_law});
}

TEST_F(Regions, HoldOtherTimeThanTheSummary) {
  change("regions.csv", "2.5e-06,4.625e-06,1.85", "2.55e-06,4.625e-06,1.8137254901960784");
  expect_broken({region_total_law});
}

TEST_F(Regions, HoldMoreStaysThanTheSummary) {
  write("regions.csv", text("regions.csv") + "inference,3.6e-06,0,0,0\n");
  expect_broken({region_total_law});
}

TEST_F(Regions, HoldAStayTheSummaryDoesNotKnow) {
  write("regions.csv", text("regions.csv") + "warm up,0,1e-06,5e-07,0.5\n");
  expect_broken({region_total_law});
}

TEST_F(Regions, LackAColumn) {
  change("regions.csv", "average_watts", "watts");
  expect_broken({"regions.csv: can be read to its end"});
}

TEST_F(Regions, OfTheSummaryHaveOtherPower) {
  change("summary.json", R"("average_watts": 1.85)", R"("average_watts": 1.9)");
  expect_broken({summary_average_law});
}

TEST_F(Peaks, BeginBetweenAlignedMoments) {
  change("summary.json", R"("watts": 2.5, "begin_seconds": 1e-06)",
         R"("watts": 2.5, "begin_seconds": 1.05e-06)");
  expect_broken({peak_order_law});
}

TEST_F(Peaks, AreExceeded) {
  // What it says of its own stretch is right, but another one holds more.
  change("summary.json", R"("watts": 2.25, "begin_seconds": 1.0e-06)",
         R"("watts": 1.125, "begin_seconds": 2e-06)");
  expect_broken({peak_bound_law});
}

TEST_F(Peaks, AreElsewhere) {
  change("summary.json", R"("watts": 2.5, "begin_seconds": 1e-06)",
         R"("watts": 2.5, "begin_seconds": 2e-06)");
  expect_broken({peak_begin_law});
}

TEST_F(Peaks, OfLongerStretchesAreLower) {
  change("summary.json", R"("watts": 2.25, "begin_seconds": 1.0e-06)",
         R"("watts": 2.6, "begin_seconds": 1e-06)");
  expect_broken({peak_order_law, peak_begin_law});
}

TEST_F(Peaks, LiveBetweenWindowsOfTheTrace) {
  // The summary knows of finer moments than windows of 1 us: 0.5 us at the end of the window hold it all.
  change("summary.json", R"("window_seconds": 1e-06, "watts": 2.5, "begin_seconds": 1e-06)",
         R"("window_seconds": 5e-07, "watts": 5, "begin_seconds": 1.5e-06)");
  expect_all_hold();
}

TEST_F(Peaks, OfStretchesWithinAWindowAreNoLowerThanItsAverage) {
  // 0.5 us of 2.4 W twice make no 2.5 uJ.
  change("summary.json", R"("window_seconds": 1e-06, "watts": 2.5, "begin_seconds": 1e-06)",
         R"("window_seconds": 5e-07, "watts": 2.4, "begin_seconds": 1.5e-06)");
  expect_broken({peak_bound_law});
}

TEST_F(Peaks, AreExceededInTheFirstAndInTheLastStretch) {
  const std::string header = "start_seconds,duration_seconds,cpu_watts,ncu_watts\n";
  change("summary.json", R"("peak_power": [{"window_seconds": 1e-06, "watts": 2.5, "begin_seconds": 1e-06},
                 {"window_seconds": 2e-06, "watts": 2.25, "begin_seconds": 1.0e-06}],)",
         R"("peak_power": [{"window_seconds": 2e-06, "watts": 1.25, "begin_seconds": 1e-06}],)");
  for (const char* rows :
       {"0,1e-06,0,2\n1e-06,1e-06,1,0\n2e-06,1e-06,1,0.5\n3e-06,1e-06,0.25,0.5\n",
        "0,1e-06,0.25,0.5\n1e-06,1e-06,0.75,0.25\n2e-06,1e-06,1,0.5\n3e-06,1e-06,0.25,1.75\n"}) {
    for (const char* file : {"trace.pftrace", "waves.vcd", "results.csv", "regions.csv"}) remove(file);
    write("power.csv", header + rows);
    expect_broken({peak_bound_law});
  }
}

}  // namespace
}  // namespace kasane::checks
