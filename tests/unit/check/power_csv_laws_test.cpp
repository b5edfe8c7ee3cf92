/// Each law of power.csv, broken.
#include <gmock/gmock.h>

#include "tests/unit/check/small_run.h"

namespace kasane::checks {
namespace {

constexpr const char* time_law = "power.csv: windows of whole nanoseconds from 0 without gap or overlap";
constexpr const char* power_law = "power.csv: power finite and not negative";
constexpr const char* energy_law = "power.csv: energy = ledger";
constexpr const char* form_law = "power.csv: can be read to its end";

/// Only power.csv and its ledger, so that a change breaks nothing else.
class PowerCsv : public SmallRun {
 protected:
  PowerCsv() {
    for (const char* file : {"timeline.csv", "trace.pftrace", "waves.vcd", "results.csv", "regions.csv"})
      remove(file);
    change("summary.json", R"("peak_power": [{"window_seconds": 1e-06, "watts": 2.5, "begin_seconds": 1e-06},
                 {"window_seconds": 2e-06, "watts": 2.25, "begin_seconds": 1.0e-06}],)",
           "");
  }
};

TEST_F(PowerCsv, Holds) {
  expect_all_hold();
}

TEST_F(PowerCsv, HasAGap) {
  change("power.csv", "3e-06,1e-06,0.25,0", "4e-06,1e-06,0.25,0");
  expect_broken({time_law});
}

TEST_F(PowerCsv, HasAnOverlap) {
  change("power.csv", "3e-06,1e-06,0.25,0", "2.5e-06,1e-06,0.25,0");
  expect_broken({time_law});
}

TEST_F(PowerCsv, BeginsLate) {
  change("power.csv", "0,1e-06,0.5,0\n", "1e-07,9e-07,0.55555555555555555,0\n");
  expect_broken({time_law});
}

TEST_F(PowerCsv, HasAPartOfANanosecond) {
  change("power.csv", "3e-06,1e-06,0.25,0", "3e-06,1.0005e-06,0.24987506246876562,0");
  expect_broken({time_law});
}

TEST_F(PowerCsv, HasAnEmptyWindow) {
  change("power.csv", "3e-06,1e-06,0.25,0", "3e-06,0,0.25,0\n3e-06,1e-06,0.25,0");
  expect_broken({time_law});
}

TEST_F(PowerCsv, HasNegativePower) {
  change("power.csv", "1e-06,1e-06,0.5,2", "1e-06,1e-06,-0.5,2");
  change("power.csv", "2e-06,1e-06,1,1.0", "2e-06,1e-06,2,1");
  expect_broken({power_law});
}

TEST_F(PowerCsv, HasPowerThatIsNoNumber) {
  change("power.csv", "2e-06,1e-06,1,1.0", "2e-06,1e-06,nan,1");
  expect_broken({power_law, energy_law});
}

TEST_F(PowerCsv, HasInfinitePower) {
  change("power.csv", "2e-06,1e-06,1,1.0", "2e-06,1e-06,inf,1");
  expect_broken({power_law, energy_law});
}

TEST_F(PowerCsv, IsNotTheLedger) {
  change("power.csv", "2e-06,1e-06,1,1.0", "2e-06,1e-06,1,1.00000001");  // 3e-9 of the ncu's energy
  expect_broken({energy_law});
}

TEST_F(PowerCsv, MayDifferByRounding) {
  change("power.csv", "2e-06,1e-06,1,1.0", "2e-06,1e-06,1,1.000000001");  // 3e-10
  expect_all_hold();
}

TEST_F(PowerCsv, LacksABlock) {
  write("power.csv", "start_seconds,duration_seconds,cpu_watts\n0,4e-06,0.5625\n");
  expect_broken({energy_law});
}

TEST_F(PowerCsv, HasAnUnknownBlock) {
  change("power.csv", "ncu_watts", "npu_watts");
  expect_broken({energy_law});
}

TEST_F(PowerCsv, IsCutOffWithinARow) {
  cut("power.csv", 3);
  expect_broken({form_law, energy_law});
}

TEST_F(PowerCsv, HasAShortRow) {
  change("power.csv", "2e-06,1e-06,1,1.0", "2e-06,1e-06,1");
  expect_broken({form_law});
  EXPECT_THAT(says(1), testing::HasSubstr("line 4: expected 4 fields, found 3"));
}

TEST_F(PowerCsv, HasAWordForANumber) {
  change("power.csv", "2e-06,1e-06,1,1.0", "2e-06,1e-06,1,one");
  expect_broken({form_law});
}

TEST_F(PowerCsv, HasANegativeTime) {
  change("power.csv", "2e-06,1e-06,1,1.0", "-2e-06,1e-06,1,1");
  expect_broken({form_law});
}

TEST_F(PowerCsv, HasOtherColumns) {
  change("power.csv", "cpu_watts", "cpu");
  expect_broken({form_law});
}

TEST_F(PowerCsv, HasNoRows) {
  write("power.csv", "start_seconds,duration_seconds,cpu_watts,ncu_watts\n");
  expect_broken({form_law});
}

}  // namespace
}  // namespace kasane::checks
