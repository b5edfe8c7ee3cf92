/// Each law of timeline.csv, broken.
#include "platform/check/slice_order.h"
#include "tests/unit/check/small_run.h"

namespace kasane::checks {
namespace {

constexpr const char* sorted_law = "timeline.csv: slices of a track are sorted by their end";
constexpr const char* nested_law = "timeline.csv: slices of a track nest or follow each other";
constexpr const char* layer_law = "timeline.csv: time of each layer = summary.json";
constexpr const char* region_law = "timeline.csv: stays in each region = summary.json";
constexpr const char* domain_law = "timeline.csv: time in each state of a power domain = summary.json";
constexpr const char* form_law = "timeline.csv: can be read to its end";
constexpr const char* same_law = "trace.pftrace: each track has the slices of timeline.csv";

/// Without the other timeline, so that a change breaks nothing else.
class Timeline : public SmallRun {
 protected:
  Timeline() { remove("trace.pftrace"); }
};

TEST_F(Timeline, Holds) {
  expect_all_hold();
}

TEST_F(Timeline, HasSlicesThatOverlap) {
  change("timeline.csv", "1500e-9,1500e-9,ncu,phases", "1400e-9,1600e-9,ncu,phases");
  expect_broken({nested_law});
}

TEST_F(Timeline, HasASliceThatLeavesItsParent) {
  change("timeline.csv", "1000e-9,2000e-9,ncu,phases", "1100e-9,1900e-9,ncu,phases");
  expect_broken({nested_law});
}

TEST_F(Timeline, IsNotSorted) {
  change("timeline.csv", "1000e-9,500e-9,ncu,phases,load input,conv\n", "");
  write("timeline.csv", text("timeline.csv") + "1000e-9,500e-9,ncu,phases,load input,conv\n");
  expect_broken({sorted_law});
}

TEST_F(Timeline, HasANegativeDuration) {
  change("timeline.csv", "1000e-9,500e-9,ncu", "1000e-9,-500e-9,ncu");
  expect_broken({form_law});
}

TEST_F(Timeline, HasALayerOfOtherTime) {
  change("timeline.csv", "3000e-9,500e-9,software,layers", "3000e-9,501e-9,software,layers");
  expect_broken({layer_law});
}

TEST_F(Timeline, HasARegionOfOtherTime) {
  change("timeline.csv", "1000e-9,2500e-9,software,regions", "1000e-9,2501e-9,software,regions");
  expect_broken({region_law});
}

TEST_F(Timeline, HasAStayTooMany) {
  write("timeline.csv", text("timeline.csv") + "3500e-9,0,software,regions: inference,inference,\n");
  expect_broken({region_law});
}

TEST_F(Timeline, HasAStateOfOtherTime) {
  change("timeline.csv", "3000e-9,1000e-9,domain main", "3000e-9,1001e-9,domain main");
  expect_broken({domain_law});
}

TEST_F(Timeline, IsCutOff) {
  cut("timeline.csv", 1);
  expect_broken({form_law, domain_law});
}

TEST_F(Timeline, LacksAColumn) {
  change("timeline.csv", "track,", "row,");
  expect_broken({form_law});
}

TEST_F(Timeline, MayQuoteNames) {
  change("timeline.csv", "ncu,phases,compute,conv", R"(ncu,phases,"compute, ""tile"" 1",conv)");
  expect_all_hold();
}

class BothTimelines : public SmallRun {};

TEST_F(BothTimelines, DifferByASlice) {
  change("timeline.csv", "1000e-9,500e-9,ncu,phases,load input,conv\n", "");
  expect_broken({same_law});
}

TEST_F(BothTimelines, DifferByATime) {
  change("timeline.csv", "500e-9,500e-9,cpu,driver calls", "500e-9,499e-9,cpu,driver calls");
  expect_broken({same_law});
}

TEST_F(BothTimelines, DifferByAName) {
  change("timeline.csv", "phases,compute", "phases,load weights");
  expect_broken({same_law});
}

TEST_F(BothTimelines, MayDifferByPicoseconds) {
  change("timeline.csv", "500e-9,500e-9,cpu,driver calls", "500.4e-9,500.2e-9,cpu,driver calls");
  expect_all_hold();
}

TEST(SliceOrder, FindsWhatASliceCuts) {
  SliceOrder order;
  EXPECT_FALSE(order.add({0, 10}));
  EXPECT_FALSE(order.add({10, 10}));
  EXPECT_FALSE(order.add({10, 20}));
  EXPECT_FALSE(order.add({0, 20}));
  EXPECT_FALSE(order.add({25, 30}));
  const auto cut = order.add({15, 35});
  ASSERT_TRUE(cut);
  EXPECT_EQ(cut->begin, 0);
  EXPECT_EQ(cut->end, 20);
}

TEST(SliceOrder, KeepsABoundedNumber) {
  SliceOrder order(2);
  for (std::int64_t n = 0; n < 5; ++n) EXPECT_FALSE(order.add({10 * n, 10 * n + 10}));
  EXPECT_TRUE(order.add({35, 60})) << "30 ... 40 is kept";
  EXPECT_FALSE(order.add({5, 60})) << "0 ... 10 is forgotten";
}

}  // namespace
}  // namespace kasane::checks
