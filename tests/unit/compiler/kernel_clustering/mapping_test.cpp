// Similarities, gains, jobs and replaced weights of hand-made networks.
#include "sw/compiler/kernel_clustering/mapping.h"

#include <gtest/gtest.h>
#include <limits>
#include <set>

#include "tests/unit/compiler/kernel_clustering/clustering_graphs.h"

namespace kasane::compiler::test {
namespace {

Unit impulse_unit(std::size_t position, float amplitude = 1, std::int8_t value = 31) {
  Unit unit{3, std::vector<std::int8_t>(9), amplitude};
  unit.constants[position] = value;
  return unit;
}

/// w = (3, 4, 0, ...): cosine 0.6 to the first impulse, 0.8 to the second.
const std::vector<float> between = {3, 4, 0, 0, 0, 0, 0, 0, 0};

TEST(Mapping, GoesToTheMostSimilarUnitWithTheLeastSquaresGain) {
  const Graph graph = graph_of_kernels(1, 3, {between});
  const UnitSet set{{impulse_unit(0), impulse_unit(1), impulse_unit(2)}};
  const MappedKernel kernel = map_kernels(graph, set, {.threshold = 0.79}).layers[0][0];
  EXPECT_EQ(kernel.unit, 1);
  EXPECT_FLOAT_EQ(kernel.similarity, 0.8F);
  EXPECT_FLOAT_EQ(kernel.gain, 4.0F / 31);  // <w, q> / <q, q> = 4 * 31 / 31^2
  const MappedKernel stays = map_kernels(graph, set, {.threshold = 0.81}).layers[0][0];
  EXPECT_EQ(stays.unit, kernel_stays);
  EXPECT_FLOAT_EQ(stays.similarity, 0.8F);
  EXPECT_EQ(stays.gain, 0.0F);
}

TEST(Mapping, GainsCarryTheSignAndTheAmplitude) {
  const UnitSet set{{{3, {1, -2, 0, 0, 3, 0, 0, 0, 5}, 10.0F}}};
  std::vector<float> twice(9), negative(9);
  for (std::size_t e = 0; e < 9; ++e) {
    twice[e] = 2.0F * static_cast<float>(set.units[0].constants[e]);
    negative[e] = -0.5F * static_cast<float>(set.units[0].constants[e]);
  }
  const Graph graph = graph_of_kernels(2, 3, {twice, negative});
  const auto with = map_kernels(graph, set).layers[0];
  EXPECT_EQ(with[0].unit, 0);
  EXPECT_EQ(with[1].unit, 0);
  EXPECT_FLOAT_EQ(with[0].gain, 2.0F);
  EXPECT_FLOAT_EQ(with[1].gain, -0.5F);
  EXPECT_FLOAT_EQ(with[1].similarity, 1.0F);
  const auto without = map_kernels(graph, set, {.gains = false}).layers[0];
  EXPECT_EQ(without[0].unit, 0);
  EXPECT_FLOAT_EQ(without[0].gain, 10.0F / std::sqrt(39.0F));  // amplitude / norm of the constants
  EXPECT_EQ(without[1].unit, kernel_stays) << "the sign matters without gains";
  EXPECT_FLOAT_EQ(without[1].similarity, -1.0F);
}

TEST(Mapping, ThresholdsBeyondTheCosinesRangeMeanNothingAndEverything) {
  const auto kernels = random_kernels(3, 300, 4);
  const Graph graph = graph_of_kernels(3, 3, kernels);
  UnitSet set{{impulse_unit(0), impulse_unit(4)}};
  // Also kernels that are a unit's exactly, or its negative.
  Graph exact = graph_of_kernels(1, 3, {impulse(3, 0, 0.3F), impulse(3, 0, -0.7F)});
  for (const bool gains : {true, false}) {
    for (const Graph* tested : {&graph, static_cast<const Graph*>(&exact)}) {
      const auto count = [&](double threshold) {
        return count_network(*tested, map_kernels(*tested, set, {threshold, gains})).replaced;
      };
      const std::uint64_t all = count_network(*tested, map_kernels(*tested, set)).kernels;
      EXPECT_EQ(count(std::nextafter(1.0, 2.0)), 0U);
      EXPECT_EQ(count(-1.0), all);
      EXPECT_EQ(count(-2.0), all);
    }
  }
  EXPECT_EQ(count_network(exact, map_kernels(exact, set, {1.0, true})).replaced, 2U);
}

TEST(Mapping, OnlyUnitsOfTheKernelsSizeCount) {
  Graph graph = empty_graph(1, 20);
  add_convolution(graph, 1, 5, impulse(5, 0, 1));
  add_convolution(graph, 2, 1, {1, 1});
  add_convolution(graph, 1, 3, std::vector<float>(18, 1));
  const UnitSet set{{{5, std::vector<std::int8_t>(25, 1), 1}, impulse_unit(0)}};
  const KernelMapping mapping = map_kernels(graph, set, {.threshold = -1});
  ASSERT_EQ(mapping.layers.size(), 3U);
  EXPECT_EQ(mapping.layers[0][0].unit, 0);
  EXPECT_TRUE(mapping.layers[1].empty());
  ASSERT_EQ(mapping.layers[2].size(), 2U);
  EXPECT_EQ(mapping.layers[2][0].unit, 1);
  EXPECT_EQ(map_kernels(graph, {}, {.threshold = -1}).layers[0][0].unit, kernel_stays);
}

TEST(Mapping, KernelsOfZerosNeedNobody) {
  const Graph graph = graph_of_kernels(1, 3, {impulse(3, 0, 0), impulse(3, 0, 1)});
  const UnitSet set{{impulse_unit(0)}};
  const KernelMapping mapping = map_kernels(graph, set, {.threshold = -1});
  EXPECT_EQ(mapping.layers[0][0].unit, kernel_is_zero);
  EXPECT_EQ(mapping.layers[0][0].gain, 0.0F);
  const MappingCounts counts = count_network(graph, mapping);
  EXPECT_EQ(counts.kernels, 2U);
  EXPECT_EQ(counts.zero, 1U);
  EXPECT_EQ(counts.replaced, 1U);
}

TEST(Mapping, ByClusterOnlyOwnUnitsCount) {
  // Two tight groups around positions 0 and 4, and the design realises one of them.
  const Graph graph = graph_of_kernels(
      1, 3, {impulse(3, 0, 1), impulse(3, 0, 1), impulse(3, 4, 1), impulse(3, 4, 2), between});
  Design design = design_units({&graph}, {.clusters = 2, .count = 1, .order = ClusterOrder::variance});
  // Clusters: {0, 1} and {2, 3}; `between` = (3, 4, 0 ...) is nearest to the former (0.6 against 0), whose
  // variance then is the larger. So the unit is position 4's.
  ASSERT_EQ(design.units.units[0], impulse_unit(4, 1.5F));
  const auto own = map_kernels_by_cluster(graph, design, 0, {.threshold = -1}).layers[0];
  const auto nearest = map_kernels(graph, design.units, {.threshold = -1}).layers[0];
  for (const std::size_t i : {0U, 1U, 4U}) {
    EXPECT_EQ(own[i].unit, kernel_stays) << i;
    EXPECT_EQ(nearest[i].unit, 0) << i;
  }
  for (const std::size_t i : {2U, 3U}) {
    EXPECT_EQ(own[i].unit, 0);
    EXPECT_EQ(own[i].gain, nearest[i].gain);
    EXPECT_FLOAT_EQ(own[i].gain, static_cast<float>(i - 1) / 31);
  }
  EXPECT_THROW(map_kernels_by_cluster(graph, design, 1), std::invalid_argument);
  const Graph other = graph_of_kernels(1, 3, {between});
  EXPECT_THROW(map_kernels_by_cluster(other, design, 0), std::invalid_argument);
}

TEST(Mapping, OnlyChosenLayersAreClusteredAndReplaced) {
  Graph graph = graph_of_kernels(1, 3, {impulse(3, 0, 1), impulse(3, 0, 1)});
  add_convolution(graph, 2, 3, [] {
    std::vector<float> weights;
    for (int kernel = 0; kernel < 4; ++kernel) {
      const auto elements = impulse(3, 4, 1);
      weights.insert(weights.end(), elements.begin(), elements.end());
    }
    return weights;
  }());
  const std::string second = graph.layers[1].name;
  const Design design = design_units({&graph}, {.clusters = 1, .count = 1, .layers = {second}});
  EXPECT_EQ(design.units.units[0].constants[4], 31) << "the first layer's kernels are not in the cluster";
  EXPECT_EQ(design.cluster_of[0][0], (std::vector<std::int32_t>{-1, -1}));
  const MappingOptions options{.threshold = -1, .layers = {second}};
  for (const KernelMapping& mapping :
       {map_kernels(graph, design.units, options), map_kernels_by_cluster(graph, design, 0, options)}) {
    ASSERT_EQ(mapping.layers[0].size(), 2U);
    EXPECT_EQ(mapping.layers[0][0].unit, kernel_stays);
    ASSERT_EQ(mapping.layers[1].size(), 4U);
    EXPECT_EQ(mapping.layers[1][3].unit, 0);
  }
  EXPECT_THROW(map_kernels(graph, design.units, {.layers = {"nothing"}}), std::invalid_argument);
  EXPECT_THROW(design_units({&graph}, {.clusters = 1, .count = 1, .layers = {"nothing"}}),
               std::invalid_argument);
}

TEST(Mapping, ByClusterTheThresholdStillCounts) {
  const Graph graph = graph_of_kernels(1, 3, {impulse(3, 1, 1), impulse(3, 1, 1), between});
  const Design design = design_units({&graph}, {.clusters = 1, .count = 1, .constant_bits = 8});
  const auto everything = map_kernels_by_cluster(graph, design, 0, {.threshold = -1}).layers[0];
  for (const MappedKernel& kernel : everything) EXPECT_EQ(kernel.unit, 0);
  // The centroid is (0.6, 2.8, 0 ...) / 2.8636; its cosine to the impulse 0.978, to (3, 4, 0 ...) 0.908.
  EXPECT_NEAR(everything[0].similarity, 0.978, 2e-3);
  EXPECT_NEAR(everything[2].similarity, 0.908, 4e-3);
  const auto strict = map_kernels_by_cluster(graph, design, 0, {.threshold = 0.95}).layers[0];
  EXPECT_EQ(strict[0].unit, 0);
  EXPECT_EQ(strict[2].unit, kernel_stays);
}

TEST(Mapping, JobsAreDistinctUnitsAndInputChannels) {
  // VGG16's first layer has 64 x 3 kernels. Here kernel (o, i) is an impulse at o mod 9, and the first five
  // positions are units: 8 + 4 x 7 = 36 of the 64 outputs, for each of three channels.
  std::vector<std::vector<float>> kernels;
  for (std::size_t o = 0; o < 64; ++o)
    for (std::size_t i = 0; i < 3; ++i) kernels.push_back(impulse(3, o % 9, o % 2 == 0 ? 1.0F : -1.0F));
  const Graph graph = graph_of_kernels(3, 3, kernels);
  UnitSet set;
  for (std::size_t position = 0; position < 5; ++position) set.units.push_back(impulse_unit(position));
  const MappingCounts counts = count_network(graph, map_kernels(graph, set));
  EXPECT_EQ(counts.kernels, 192U);
  EXPECT_EQ(counts.replaced, 108U);
  EXPECT_EQ(counts.jobs, 15U);
  EXPECT_EQ(counts.macs, 64U * 3 * 9 * 5 * 5);
  EXPECT_EQ(counts.replaced_macs, 108U * 9 * 5 * 5);
}

TEST(Mapping, ThirtyUnitsNeedAtMostNinetyJobsOnVgg16sFirstLayer) {
  const Graph graph = graph_of_kernels(3, 3, random_kernels(3, 192, 8));
  const Design design = design_units({&graph});
  ASSERT_EQ(design.units.units.size(), 30U);
  const KernelMapping mapping = map_kernels(graph, design.units, {.threshold = -1});
  const MappingCounts counts = count_network(graph, mapping);
  EXPECT_EQ(counts.replaced, 192U);
  EXPECT_LE(counts.jobs, 90U);
  std::set<std::pair<int, std::size_t>> jobs;
  for (std::size_t i = 0; i < 192; ++i) jobs.emplace(mapping.layers[0][i].unit, i % 3);
  EXPECT_EQ(counts.jobs, jobs.size());
}

TEST(ReplaceKernels, OnlyReplacedKernelsChange) {
  Graph graph = graph_of_kernels(1, 3, {between, impulse(3, 8, 2)});
  const UnitSet set{{impulse_unit(1)}};
  const Graph replaced = replace_kernels(graph, set, map_kernels(graph, set, {.threshold = 0.8}));
  for (std::size_t e = 0; e < 18; ++e) {
    const float wanted = e == 1 ? 4.0F : e < 9 ? 0.0F : graph.layers[0].weights[e];
    EXPECT_FLOAT_EQ(replaced.layers[0].weights[e], wanted) << e;
  }
}

}  // namespace
}  // namespace kasane::compiler::test
