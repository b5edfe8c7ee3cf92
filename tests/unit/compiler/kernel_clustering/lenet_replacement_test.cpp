// The trained LeNet-5 with its kernels replaced, in floating point.
#include <algorithm>
#include <fstream>
#include <gtest/gtest.h>

#include "sw/compiler/float_executor.h"
#include "sw/compiler/fold.h"
#include "sw/compiler/kernel_clustering/mapping.h"
#include "sw/compiler/onnx_import.h"
#include "tests/unit/compiler/kernel_clustering/clustering_graphs.h"

namespace kasane::compiler::test {
namespace {

Graph lenet() {
  Graph graph = import_onnx(KASANE_SOURCE_DIR "/sw/networks/lenet5-fashion.onnx");
  fold(graph);
  return graph;
}

/// Smooth blobs of brightness 0 ... 1, one an index.
std::vector<float> picture(std::uint32_t index) {
  std::mt19937 random(index);
  const auto uniform = [&] { return static_cast<float>(random() >> 8) * 0x1p-24F; };
  std::vector<float> pixels(28 * 28);
  for (int blob = 0; blob < 6; ++blob) {
    const float row = 28 * uniform(), column = 28 * uniform(), width = 10 + 60 * uniform();
    for (int y = 0; y < 28; ++y) {
      for (int x = 0; x < 28; ++x) {
        const float dy = static_cast<float>(y) - row, dx = static_cast<float>(x) - column;
        float& pixel = pixels[static_cast<std::size_t>(y * 28 + x)];
        pixel = std::max(pixel, std::exp(-(dy * dy + dx * dx) / width));
      }
    }
  }
  return pixels;
}

/// Norm of the difference over norm of the logits' spread around their mean, over all pictures.
double relative_error(const Graph& exact, const Graph& changed) {
  double error = 0, spread = 0;
  for (std::uint32_t index = 1; index <= 20; ++index) {
    const auto input = picture(index);
    const auto wanted = execute_float(exact, input)[exact.outputs[0].map.tensor];
    const auto got = execute_float(changed, input)[changed.outputs[0].map.tensor];
    double mean = 0;
    for (const float logit : wanted) mean += logit / static_cast<double>(wanted.size());
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      error += std::pow(double{got[i]} - wanted[i], 2);
      spread += std::pow(wanted[i] - mean, 2);
    }
  }
  return std::sqrt(error / spread);
}

TEST(LenetReplacement, EachKernelItsOwnUnitKeepsTheOutputs) {
  const Graph graph = lenet();
  const auto kernels = static_cast<std::uint32_t>(slice_kernels({&graph}).size());
  ASSERT_LE(kernels, 256U);
  const Design design = design_units({&graph}, {.clusters = kernels, .count = kernels, .constant_bits = 8});
  EXPECT_EQ(design.units.units.size(), kernels) << "trained kernels are all distinct";
  const KernelMapping mapping = map_kernels(graph, design.units, {.threshold = -1});
  EXPECT_EQ(count_network(graph, mapping).replaced, kernels);
  for (const KernelSlice& slice : slice_kernels({&graph})) {
    const std::uint32_t inputs = graph.layers[slice.layer].inputs[0].shape.channels;
    // Rounding leaves at most half a step of largest/126.5 per element, k elements' worth in the norm.
    const double error = 0.5 * slice.size / 126.5;
    EXPECT_GE(mapping.layers[slice.layer][slice.index(inputs)].similarity,
              std::sqrt(1 - error * error) - 1e-6);
  }
  const double error = relative_error(graph, replace_kernels(graph, design.units, mapping));
  RecordProperty("relative_error", std::to_string(error));
  EXPECT_LT(error, 0.02);
  EXPECT_GT(error, 0) << "8-bit constants cannot be exact";
}

TEST(LenetReplacement, ErrorGrowsWithFewerUnitsAndFewerBits) {
  const Graph graph = lenet();
  const auto error = [&](std::uint32_t units, std::uint32_t bits) {
    const Design design = design_units({&graph}, {.clusters = units, .count = units, .constant_bits = bits});
    return relative_error(graph,
                          replace_kernels(graph, design.units, map_kernels(graph, design.units, {-1})));
  };
  const double all = error(102, 8), coarse = error(102, 3), some = error(40, 8), few = error(4, 8);
  EXPECT_LT(all, coarse);
  EXPECT_LT(all, some);
  EXPECT_LT(some, few);
  EXPECT_GT(few, 0.2);
}

TEST(LenetReplacement, AThresholdAboveOneChangesNothing) {
  const Graph graph = lenet();
  const Design design = design_units({&graph});
  const KernelMapping mapping = map_kernels(graph, design.units, {.threshold = 1.001});
  EXPECT_EQ(count_network(graph, mapping).replaced, 0U);
  EXPECT_EQ(relative_error(graph, replace_kernels(graph, design.units, mapping)), 0.0);
}

TEST(LenetReplacement, TwoDesignsAreTheSameBytes) {
  std::string texts[2];
  for (std::string& text : texts) {
    const Graph graph = lenet();
    const auto file = std::filesystem::path(::testing::TempDir()) / "kasane_lenet_units.yaml";
    save_units(design_units({&graph}).units, file);
    std::ifstream stream(file, std::ios::binary);
    text.assign(std::istreambuf_iterator<char>(stream), {});
  }
  EXPECT_FALSE(texts[0].empty());
  EXPECT_EQ(texts[0], texts[1]);
}

}  // namespace
}  // namespace kasane::compiler::test
