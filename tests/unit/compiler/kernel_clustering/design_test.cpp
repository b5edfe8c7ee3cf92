// Which units come out of hand-made networks.
#include "sw/compiler/kernel_clustering/design.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <set>

#include "tests/unit/compiler/kernel_clustering/clustering_graphs.h"

namespace kasane::compiler::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(DivideClusters, LargestRemainderAtLeastOneEach) {
  EXPECT_THAT(divide_clusters(10, {3, 5, 2}), ElementsAre(3, 5, 2));
  EXPECT_THAT(divide_clusters(4, {10, 10, 10}), ElementsAre(2, 1, 1));
  EXPECT_THAT(divide_clusters(5, {10, 10, 10}), ElementsAre(2, 2, 1));
  EXPECT_THAT(divide_clusters(7, {1, 6, 3}), ElementsAre(1, 4, 2));      // 0.7, 4.2, 2.1
  EXPECT_THAT(divide_clusters(30, {1000, 1}), ElementsAre(29, 1));       // 29.97, 0.03
  EXPECT_THAT(divide_clusters(3, {1000, 1, 1}), ElementsAre(1, 1, 1));   // 2.99, then one given back
  EXPECT_THAT(divide_clusters(30, {192, 1, 7}), ElementsAre(28, 1, 1));  // 28.8, 0.15, 1.05
  EXPECT_THAT(divide_clusters(256, {600000}), ElementsAre(256));
}

/// Three obvious shapes. In the comments: members; 9 x mean absolute element; 9 x variance.
Graph three_clusters() {
  std::vector<std::vector<float>> kernels;
  for (const float amplitude : {6.0F, 6.0F, 6.0F}) kernels.push_back(impulse(3, 0, amplitude));  // 3; 6; 0
  for (const float amplitude : {1.0F, 5.0F}) kernels.push_back(impulse(3, 4, amplitude));        // 2; 3; 4
  for (const float amplitude : {1.0F, 1.0F, 1.0F, 2.0F})
    kernels.push_back(impulse(3, 8, amplitude));  // 4; 1.25; 0.1875
  return graph_of_kernels(3, 3, kernels);
}

/// Positions of the impulses of the units, in order.
std::vector<std::size_t> unit_positions(const Design& design) {
  std::vector<std::size_t> positions;
  for (const Unit& unit : design.units.units)
    positions.push_back(
        static_cast<std::size_t>(std::ranges::find(unit.constants, 31) - unit.constants.begin()));
  return positions;
}

TEST(Design, TheThreeOrdersDifferAsWorkedOutByHand) {
  const Graph graph = three_clusters();
  const auto positions = [&](ClusterOrder order) {
    return unit_positions(design_units({&graph}, {.clusters = 3, .count = 3, .order = order}));
  };
  EXPECT_THAT(positions(ClusterOrder::members), ElementsAre(4, 0, 8));
  EXPECT_THAT(positions(ClusterOrder::mean_absolute), ElementsAre(8, 4, 0));
  EXPECT_THAT(positions(ClusterOrder::variance), ElementsAre(0, 8, 4));
}

TEST(Design, StatisticsAreTheHandWorkedOnes) {
  const Graph graph = three_clusters();
  const Design design = design_units({&graph}, {.clusters = 3, .count = 2, .order = ClusterOrder::members});
  ASSERT_EQ(design.clusters.size(), 3U);
  ASSERT_EQ(design.units.units.size(), 2U);
  const ClusterStatistics& first = design.clusters[design.order[0]];
  EXPECT_EQ(first.size, 3U);
  EXPECT_EQ(first.members, 2U);
  EXPECT_NEAR(first.mean_absolute, 3.0 / 9, 1e-12);
  EXPECT_NEAR(first.variance, 4.0 / 9, 1e-12);
  EXPECT_NEAR(first.amplitude, 3.0, 1e-12);
  EXPECT_NEAR(first.cohesion, 1.0, 1e-6);
  EXPECT_EQ(design.units.units[0].amplitude, 3.0F);
  EXPECT_EQ(design.units.units[1].amplitude, 6.0F);
  const auto& clusters = design.cluster_of.at(0).at(0);
  ASSERT_EQ(clusters.size(), 9U);
  for (std::size_t i = 0; i < 9; ++i)
    EXPECT_EQ(clusters[i], static_cast<std::int32_t>(design.order[i < 3 ? 1 : i < 5 ? 0 : 2])) << i;
}

TEST(Design, VarianceCountsSignsAndAmplitudesEvenWithGains) {
  const Graph graph = graph_of_kernels(1, 3, {impulse(3, 2, 1), impulse(3, 2, -3)});
  const Design with = design_units({&graph}, {.clusters = 2, .count = 2});
  ASSERT_EQ(with.clusters.size(), 1U) << "one shape";
  EXPECT_NEAR(with.clusters[0].variance, 4.0 / 9, 1e-12);  // mean -1, squares 4 and 4
  EXPECT_NEAR(with.clusters[0].mean_absolute, 2.0 / 9, 1e-12);
  EXPECT_EQ(design_units({&graph}, {.clusters = 2, .count = 2, .gains = false}).clusters.size(), 2U);
}

TEST(Design, EqualClustersComeByIndexAndSizesAscending) {
  Graph graph = empty_graph(1, 20);
  std::vector<float> large = impulse(5, 7, 1), small = impulse(3, 1, 1);
  add_convolution(graph, 1, 5, large);
  add_convolution(graph, 1, 3, small);
  const Design design = design_units({&graph}, {.clusters = 2, .count = 2});
  EXPECT_THAT(design.order, ElementsAre(0, 1));  // both of variance 0
  EXPECT_EQ(design.units.units[0].size, 3U);
  EXPECT_EQ(design.units.units[1].size, 5U);
  EXPECT_THAT(design.cluster_of[0][0], ElementsAre(1));
  EXPECT_THAT(design.cluster_of[0][1], ElementsAre(0));
}

TEST(Design, KernelsOfZerosBelongToNoCluster) {
  const Graph graph =
      graph_of_kernels(1, 3, {impulse(3, 0, 0), impulse(3, 5, 2), impulse(3, 0, 0), impulse(3, 1, 1)});
  const Design design = design_units({&graph}, {.clusters = 4, .count = 4});
  EXPECT_EQ(design.clusters.size(), 2U);
  EXPECT_EQ(design.units.units.size(), 2U);
  EXPECT_EQ(design.cluster_of[0][0][0], -1);
  EXPECT_EQ(design.cluster_of[0][0][2], -1);
  EXPECT_EQ(std::set({design.cluster_of[0][0][1], design.cluster_of[0][0][3]}), std::set({0, 1}));
}

TEST(Design, SeveralNetworksShareTheirShapes) {
  const Graph first = graph_of_kernels(1, 3, {impulse(3, 0, 1), impulse(3, 4, 1)});
  const Graph second = graph_of_kernels(1, 3, {impulse(3, 4, -2)});
  const Design design = design_units({&first, &second}, {.clusters = 2, .count = 2});
  EXPECT_EQ(design.cluster_of[1][0][0], design.cluster_of[0][0][1]);
  EXPECT_NE(design.cluster_of[1][0][0], design.cluster_of[0][0][0]);
}

TEST(Design, NetworksWithoutUnitKernelsGetNoUnits) {
  Graph graph = empty_graph(2, 8);
  add_convolution(graph, 2, 1, {1, 2, 3, 4});
  const Design design = design_units({&graph});
  EXPECT_TRUE(design.units.units.empty());
  EXPECT_THAT(design.cluster_of, ElementsAre(ElementsAre(::testing::IsEmpty())));
  EXPECT_TRUE(design_units({}).units.units.empty());
}

TEST(Design, CountOfZeroIsAnEmptySetWithItsClusters) {
  const Graph graph = three_clusters();
  const Design design = design_units({&graph}, {.clusters = 3, .count = 0});
  EXPECT_TRUE(design.units.units.empty());
  EXPECT_EQ(design.clusters.size(), 3U);
}

TEST(Design, FewerUnitsAreTheFirstOfMore) {
  const Graph graph = graph_of_kernels(4, 3, random_kernels(3, 200, 5));
  const Design all = design_units({&graph}, {.clusters = 20, .count = 20});
  ASSERT_EQ(all.units.units.size(), 20U);
  const Design some = design_units({&graph}, {.clusters = 20, .count = 7});
  ASSERT_EQ(some.units.units.size(), 7U);
  for (std::size_t n = 0; n < 7; ++n) EXPECT_EQ(some.units.units[n], all.units.units[n]);
  EXPECT_EQ(some.cluster_of, all.cluster_of);
  for (std::size_t n = 1; n < 20; ++n)
    EXPECT_LE(all.clusters[all.order[n - 1]].variance, all.clusters[all.order[n]].variance);
}

TEST(Design, ImpossibleOptionsAreRefusedInOneLine) {
  Graph graph = three_clusters();
  const auto refusal = [&](const DesignOptions& options) -> std::string {
    try {
      design_units({&graph}, options);
    } catch (const std::invalid_argument& error) {
      return error.what();
    }
    return "accepted";
  };
  EXPECT_THAT(refusal({.clusters = 3, .count = 4}), HasSubstr("count is 4, expected at most clusters"));
  EXPECT_THAT(refusal({.clusters = 300, .count = 257}), HasSubstr("expected at most 256"));
  EXPECT_THAT(refusal({.constant_bits = 1}), HasSubstr("expected 2 ... 8"));
  EXPECT_THAT(refusal({.constant_bits = 9}), HasSubstr("expected 2 ... 8"));
  EXPECT_THAT(refusal({.iterations = 0}), HasSubstr("iterations"));
  EXPECT_THAT(refusal({.starts = 0}), HasSubstr("starts"));
  EXPECT_EQ(refusal({.clusters = 1, .count = 1}), "accepted");
  graph = empty_graph(1, 20);
  add_convolution(graph, 1, 5, impulse(5, 3, 1));
  add_convolution(graph, 1, 3, impulse(3, 3, 1));
  EXPECT_THAT(refusal({.clusters = 1, .count = 1}), HasSubstr("each of the 2 kernel sizes"));
}

}  // namespace
}  // namespace kasane::compiler::test
