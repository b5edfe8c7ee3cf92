/// Files of a run that was killed: no summary.json, each cut off where it was last flushed.
#include <gmock/gmock.h>

#include "tests/unit/check/small_run.h"

namespace kasane::checks {
namespace {

using testing::HasSubstr;

class KilledRun : public SmallRun {
 protected:
  KilledRun() { remove("summary.json"); }
};

TEST_F(KilledRun, HoldsWhereItsFilesAreWhole) {
  const std::string said = says(0);
  EXPECT_THAT(said, HasSubstr("skip  summary.json: absent, so the ledger is missing"));
  EXPECT_THAT(said, HasSubstr("hold; without summary.json nothing was compared with the ledger\n"));
}

TEST_F(KilledRun, MayEndWithinRecords) {
  for (const char* file :
       {"power.csv", "timeline.csv", "trace.pftrace", "waves.vcd", "results.csv", "regions.csv"}) {
    cut(file, 3);
  }
  expect_all_hold();
}

TEST_F(KilledRun, MayHaveOpenSlicesAndArrows) {
  packets.resize(12);
  write_packets();
  EXPECT_THAT(says(0), HasSubstr("1 slice open at the end"));
}

TEST_F(KilledRun, MayHaveEmptyFiles) {
  for (const char* file : {"timeline.csv", "trace.pftrace", "waves.vcd"}) write(file, "");
  EXPECT_THAT(says(0), HasSubstr("skip  waves.vcd: empty"));
}

TEST_F(KilledRun, IsStillInOrder) {
  change("power.csv", "3e-06,1e-06,0.25,0", "3.5e-06,1e-06,-0.25,0");
  change("timeline.csv", "1500e-9,1500e-9,ncu,phases", "1400e-9,1600e-9,ncu,phases");
  change("waves.vcd", "#2000000", "#900000");
  event("phases", 2).set_timestamp(999);
  event("cpu power", 2).mutable_track_event()->set_double_counter_value(-3);
  write_packets();
  expect_broken(
      {"power.csv: windows of whole nanoseconds from 0 without gap or overlap",
       "power.csv: power finite and not negative",
       "timeline.csv: slices of a track nest or follow each other", "waves.vcd: times in order",
       "trace.pftrace: events of a track in order of time", "trace.pftrace: power finite and not negative",
       "trace.pftrace: counters finite and not negative", "trace.pftrace: total power = sum of blocks"});
}

}  // namespace
}  // namespace kasane::checks
