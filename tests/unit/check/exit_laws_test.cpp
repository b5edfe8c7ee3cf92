/// The laws of networks with several exits, and of images that overlap, broken.
#include "tests/unit/check/small_run.h"

namespace kasane::checks {
namespace {

constexpr const char* sums_law = "summary.json: images and correct of the exits add up to the run's";
constexpr const char* macs_law =
    "summary.json: operations of layers = those of segments that images went through";
constexpr const char* order_law =
    "results.csv: at most two images overlap, ends in order, energy not negative";
constexpr const char* decisions_law =
    "results.csv: images leave at the first exit whose entropy is below its threshold";
constexpr const char* counts_law = "results.csv: images and correct of each exit = summary.json";
constexpr const char* times_law = "results.csv: latencies, and the time in which they lie = summary.json";
constexpr const char* tracks_law = "timeline.csv: images and their latencies = summary.json";
constexpr const char* form_law = "results.csv: can be read to its end";

/// The small run's images leave by two exits: the first one by exit 1 after 2 us, the other by exit 2 after
/// 1 us. Layer conv (100 MAC) leads to exit 1, layer fc (50 MAC) on to exit 2.
class Exits : public SmallRun {
 protected:
  Exits() {
    change("summary.json", R"("images": 2,)",
           R"("images": 2, "correct": 1, "seconds_per_image": 1.5e-06,
  "latency_seconds": {"mean": 1.5e-06, "p50": 1e-06, "p90": 2e-06, "p99": 2e-06, "max": 2e-06},
  "exits": [{"name": "a", "macs": 100, "images": 1, "correct": 1, "threshold_nats": 0.5},
            {"name": "b", "macs": 50, "images": 1, "correct": 0}],)");
    change("summary.json", R"("name": "conv",)", R"("name": "conv", "macs": 200,)");
    change("summary.json", R"("name": "fc",)", R"("name": "fc", "macs": 50,)");
    change("summary.json", R"("name": "other",)", R"("name": "other", "macs": 0,)");
    write("results.csv",
          "image,label,predicted,begin_seconds,seconds,joules,output_hex,exit,entropies\n"
          "0,9,9,1e-06,2e-06,4.5e-06,f5,1,0.25\n"
          "1,2,3,3e-06,1e-06,2.5e-07,d8,2,0.75 0.875\n");
    remove("trace.pftrace");  // which has no images
    write("timeline.csv", text("timeline.csv") +
                              "1e-06,2e-06,software,images 1,image 0 (exit 1),\n"
                              "3e-06,1e-06,software,images 2,image 1 (exit 2),\n");
  }
  void change_result(const std::string& from, const std::string& to) { change("results.csv", from, to); }
};

TEST_F(Exits, Hold) {
  expect_all_hold();
}

TEST_F(Exits, DoNotTakeAnEntropyOfTheThresholdItself) {
  change_result("0.75 0.875", "0.5");
  expect_all_hold();
  change_result("1,0.25", "1,0.5");
  expect_broken({decisions_law});
}

TEST_F(Exits, AreTakenTooEarly) {
  change_result("1,0.25", "1,0.625");
  expect_broken({decisions_law});
}

TEST_F(Exits, AreTakenTooLate) {
  change_result("0.75 0.875", "0.25 0.875");
  expect_broken({decisions_law});
}

TEST_F(Exits, LackAnEntropy) {
  change_result("0.75 0.875", "");
  expect_broken({decisions_law});
}

TEST_F(Exits, HaveAnEntropyTooMany) {
  change_result("1,0.25", "1,0.25 0.25");
  expect_broken({decisions_law});
}

TEST_F(Exits, AreOthersThanTheSummaryCounts) {
  change_result("2,0.75 0.875", "1,0.25");
  expect_broken({counts_law});
}

TEST_F(Exits, AreNotInTheSummary) {
  change_result("2,0.75 0.875", "3,0.75 0.875 1");
  expect_broken({counts_law});
}

TEST_F(Exits, AreRightMoreOftenThanTheSummaryCounts) {
  change_result("1,2,3,", "1,3,3,");
  expect_broken({counts_law});
}

TEST_F(Exits, CountFromOne) {
  change_result("f5,1,", "f5,0,");
  expect_broken({form_law});
}

TEST_F(Exits, HaveEntropiesThatAreNumbers) {
  change_result("0.25", "0.25x");
  expect_broken({form_law});
}

TEST_F(Exits, OfTheSummaryAddUpToMoreImages) {
  change("summary.json", R"("macs": 50, "images": 1)", R"("macs": 50, "images": 2)");
  expect_broken({sums_law, macs_law, counts_law});
}

TEST_F(Exits, HaveLayersWithOperationsOfImagesThatLeft) {
  change("summary.json", R"("name": "fc", "macs": 50,)", R"("name": "fc", "macs": 100,)");
  expect_broken({macs_law});
}

TEST_F(Exits, HaveOtherImagesInTheTimeline) {
  change("timeline.csv", "1e-06,2e-06,software,images 1,image 0 (exit 1),\n", "");
  expect_broken({tracks_law});
}

/// The second image begins 1 us before the first one ends: 2 ... 4 us.
class Overlap : public Exits {
 protected:
  Overlap() {
    change_result("1,2,3,3e-06,1e-06,2.5e-07", "1,2,3,2e-06,2e-06,2.25e-06");
    change("timeline.csv", "3e-06,1e-06,software,images 2", "2e-06,2e-06,software,images 2");
    change("summary.json", R"("mean": 1.5e-06, "p50": 1e-06)", R"("mean": 2e-06, "p50": 2e-06)");
  }
};

TEST_F(Overlap, Holds) {
  expect_all_hold();
}

TEST_F(Overlap, CountsTheSharedTimeOnce) {
  change("summary.json", R"("seconds_per_image": 1.5e-06)", R"("seconds_per_image": 2e-06)");
  expect_broken({times_law});
}

TEST_F(Overlap, HasOtherLatencies) {
  change("summary.json", R"("p90": 2e-06)", R"("p90": 1.9e-06)");
  expect_broken({times_law});
}

TEST_F(Overlap, IsOfTwoImages) {
  change_result("0,9,9,1e-06,2e-06,4.5e-06,f5,1,0.25\n",
                "0,9,9,1e-06,2e-06,4.5e-06,f5,1,0.25\n5,9,9,1e-06,2e-06,4.5e-06,f5,1,0.25\n");
  const std::string said = says(1);
  EXPECT_NE(said.find(std::string("FAIL  ") + order_law), std::string::npos) << said;
}

TEST_F(Overlap, EndsInOrder) {
  change_result("1,2,3,2e-06,2e-06,2.25e-06", "1,2,3,2e-06,9e-07,1.9e-06");
  const std::string said = says(1);
  EXPECT_NE(said.find(std::string("FAIL  ") + order_law), std::string::npos) << said;
}

}  // namespace
}  // namespace kasane::checks
