/// The folder as a whole: what is read, what is said, what cannot be read.
#include <gmock/gmock.h>
#include <sstream>

#include "platform/check/check.h"
#include "platform/check/findings.h"
#include "tests/unit/check/small_run.h"

namespace kasane::checks {
namespace {

using testing::HasSubstr;
using testing::Not;

class Folder : public SmallRun {
 protected:
  void expect_unreadable(const std::string& message) {
    std::ostringstream out;
    try {
      check_run(folder, out);
      FAIL() << "read: " << out.str();
    } catch (const CannotRead& error) {
      EXPECT_THAT(error.what(), HasSubstr(message));
      EXPECT_THAT(error.what(), Not(HasSubstr("\n")));
    }
  }
};

TEST_F(Folder, KeepsEveryLaw) {
  change("summary.json", R"("images": 2,)", R"("images": 2, "seconds_per_image": 1.5e-06,
  "latency_seconds": {"mean": 1.5e-06, "p50": 1e-06, "p90": 2e-06, "p99": 2e-06, "max": 2e-06},)");
  const std::string said = says(0);
  EXPECT_THAT(said, Not(HasSubstr("FAIL")));
  EXPECT_THAT(said, Not(HasSubstr("skip")));
  for (const char* file : {"power.csv", "trace.pftrace", "waves.vcd"}) {
    EXPECT_THAT(said, HasSubstr("ok    " + std::string(file) + ": 2 blocks, ")) << file;
  }
  EXPECT_THAT(said, HasSubstr("ok    power.csv: 2 blocks, 4 rows: energy = ledger, worst deviation "));
  EXPECT_THAT(said, HasSubstr("ok    trace.pftrace: 2 blocks, 15 values: energy = ledger, "));
  EXPECT_THAT(said, HasSubstr("ok    trace.pftrace: 1 arrow, 3 steps: "));
  EXPECT_TRUE(said.ends_with(" checks hold\n")) << said;
}

TEST_F(Folder, SaysWhatIsAbsent) {
  for (const char* file :
       {"power.csv", "timeline.csv", "trace.pftrace", "waves.vcd", "results.csv", "regions.csv"}) {
    remove(file);
  }
  const std::string said = says(0);
  for (const char* file :
       {"power.csv", "timeline.csv", "trace.pftrace", "waves.vcd", "results.csv", "regions.csv"}) {
    EXPECT_THAT(said, HasSubstr("skip  " + std::string(file) + ": absent"));
  }
  EXPECT_THAT(said, HasSubstr("skip  summary.json: peak_power: no power.csv"));
}

TEST_F(Folder, SaysWhichKeysAreAbsent) {
  write("summary.json",
        R"({"simulated_seconds": 4e-06, "images": 2, "energy_joules": 5.25e-06, "dynamic_joules": 4.5e-06,
    "leakage_joules": 7.5e-07, "blocks": {"cpu": {"energy_joules": {"dynamic": 2e-06, "leakage": 2.5e-07}},
    "ncu": {"energy_joules": {"dynamic": 2.5e-06, "leakage": 5e-07}}}, "layers": [
    {"name": "conv", "seconds": 2e-06, "energy_joules": 4.5e-06}, {"name": "fc", "seconds": 5e-07, "energy_joules": 1.25e-07},
    {"name": "other", "seconds": 1.5e-06, "energy_joules": 6.25e-07}]})");
  const std::string said = says(0);
  for (const char* key : {"layers have no time", "layers have no blocks", "no energy_range_joules",
                          "no regions", "no domains", "no peak_power"}) {
    EXPECT_THAT(said, HasSubstr("skip  summary.json: " + std::string(key)));
  }
}

TEST_F(Folder, PowerEndsAtOneTime) {
  change("waves.vcd", "r0 !\nr0 \"\n", "r0 !\nr0 \"\n#5000000\nr0 \"\n");
  expect_broken({"traces of power: end at the same time"});
}

TEST_F(Folder, IsNone) {
  std::filesystem::remove_all(folder);
  expect_unreadable("not a folder");
}

TEST_F(Folder, IsEmpty) {
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  expect_unreadable("no file of a run");
}

TEST_F(Folder, HasASummaryThatIsNoJson) {
  cut("summary.json", 20);
  expect_unreadable("not JSON");
}

TEST_F(Folder, HasASummaryWithoutLedger) {
  change("summary.json", R"("dynamic": 2e-06, )", "");
  expect_unreadable("blocks.cpu.energy_joules: expected a key dynamic");
}

TEST_F(Folder, HasASummaryWithATextForANumber) {
  change("summary.json", R"("simulated_seconds": 4e-06)", R"("simulated_seconds": "4 us")");
  expect_unreadable("simulated_seconds: expected a number");
}

TEST(Violations, AreShownUpToTen) {
  std::ostringstream out;
  Findings findings(out);
  Law law(findings, "file", "law");
  for (int n = 1; n <= 12; ++n) law.violated("number " + std::to_string(n));
  law.close("12 things");
  findings.verdict(true);
  EXPECT_THAT(out.str(), HasSubstr("FAIL  file: law: number 10\n"));
  EXPECT_THAT(out.str(), Not(HasSubstr("number 11")));
  EXPECT_THAT(out.str(),
              HasSubstr("FAIL  file: law: 12 violations in all, 10 shown\n1 of 1 checks failed\n"));
}

}  // namespace
}  // namespace kasane::checks
