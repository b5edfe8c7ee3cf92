#include "sw/compiler/kernel_clustering/kernel_slices.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <limits>
#include <numeric>

#include "tests/unit/compiler/kernel_clustering/clustering_graphs.h"

namespace kasane::compiler::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Two output and two input channels; the weights are 1, 2, 3 ...
Graph counting_graph(std::uint32_t kernel) {
  std::vector<float> weights(std::size_t{4} * kernel * kernel);
  std::iota(weights.begin(), weights.end(), 1.0F);
  Graph graph = empty_graph(2, 16);
  add_convolution(graph, 2, kernel, weights);
  return graph;
}

TEST(KernelSlices, AreThePlanesOfOihwWeights) {
  const Graph graph = counting_graph(3);
  const auto slices = slice_kernels({&graph});
  ASSERT_EQ(slices.size(), 4U);
  for (std::uint32_t i = 0; i < 4; ++i) {
    EXPECT_EQ(slices[i].network, 0U);
    EXPECT_EQ(slices[i].layer, 0U);
    EXPECT_EQ(slices[i].output, i / 2);
    EXPECT_EQ(slices[i].input, i % 2);
    EXPECT_EQ(slices[i].size, 3U);
    EXPECT_EQ(slices[i].index(2), i);
  }
  EXPECT_THAT(slices[0].elements, ElementsAre(1, 2, 3, 4, 5, 6, 7, 8, 9));
  EXPECT_THAT(slices[2].elements, ElementsAre(19, 20, 21, 22, 23, 24, 25, 26, 27));
  EXPECT_DOUBLE_EQ(slices[0].norm, std::sqrt(285.0));  // 1 + 4 + ... + 81
}

TEST(KernelSlices, SeveralNetworksAndSizesKeepTheirPlaces) {
  Graph first = counting_graph(3);
  add_convolution(first, 1, 5, std::vector<float>(50, 2.0F));
  const Graph second = counting_graph(7);
  const auto slices = slice_kernels({&first, &second});
  ASSERT_EQ(slices.size(), 4U + 2U + 4U);
  EXPECT_EQ(slices[5].network, 0U);
  EXPECT_EQ(slices[5].layer, 1U);
  EXPECT_EQ(slices[5].output, 0U);
  EXPECT_EQ(slices[5].input, 1U);
  EXPECT_EQ(slices[5].size, 5U);
  EXPECT_DOUBLE_EQ(slices[5].norm, 10.0);
  EXPECT_EQ(slices[9].network, 1U);
  EXPECT_EQ(slices[9].elements.size(), 49U);
  EXPECT_EQ(slices[9].elements.back(), 196.0F);
}

TEST(KernelSlices, OnlyPlainSquareConvolutionsHaveUnitKernels) {
  const auto accepts = [](auto change) {
    Graph graph = counting_graph(3);
    change(graph.layers[0]);
    return has_unit_kernels(graph.layers[0]);
  };
  EXPECT_TRUE(accepts([](Layer&) {}));
  EXPECT_TRUE(accepts([](Layer& layer) { layer.window.stride_width = 2; }));
  EXPECT_FALSE(accepts([](Layer& layer) { layer.groups = 2; }));
  EXPECT_FALSE(accepts([](Layer& layer) { layer.window.dilation_height = 2; }));
  EXPECT_FALSE(accepts([](Layer& layer) { layer.window.dilation_width = 2; }));
  EXPECT_FALSE(accepts([](Layer& layer) { layer.window.kernel_width = 1; }));
  EXPECT_FALSE(accepts([](Layer& layer) { layer.kind = LayerKind::fully_connected; }));
  for (const std::uint32_t kernel : {1U, 2U, 4U, 6U, 9U, 11U})
    EXPECT_FALSE(has_unit_kernels(counting_graph(kernel).layers[0])) << kernel;
}

TEST(KernelSlices, WeightsThatAreNotFiniteAreRefused) {
  Graph graph = counting_graph(3);
  graph.layers[0].weights[20] = std::numeric_limits<float>::infinity();
  try {
    slice_kernels({&graph});
    FAIL() << "accepted";
  } catch (const CompileError& error) {
    EXPECT_THAT(error.what(), HasSubstr("conv0"));
    EXPECT_THAT(error.what(), HasSubstr("not finite"));
  }
}

}  // namespace
}  // namespace kasane::compiler::test
