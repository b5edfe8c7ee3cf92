// Requantisation constants, ranges, folding and the float executor on hand-worked cases.
#include "sw/compiler/quantize.h"

#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>

#include "sw/compiler/float_executor.h"
#include "sw/compiler/fold.h"
#include "sw/compiler/histogram.h"
#include "tests/unit/compiler/model_builder.h"

namespace kasane::compiler::test {
namespace {

TEST(Multiplier, IsWithinHalfAUnitOfTheFactor) {
  std::mt19937 random(7);
  std::uniform_real_distribution<double> exponent(-30, 29);
  for (int i = 0; i < 10000; ++i) {
    const double factor = std::exp2(exponent(random));
    const Multiplier m = quantize_multiplier(factor);
    ASSERT_GE(m.multiplier, 1 << 30);
    ASSERT_GE(m.shift, 1);
    ASSERT_LE(m.shift, 62);
    ASSERT_LE(std::abs(std::ldexp(m.multiplier, -m.shift) / factor - 1), 0x1p-31);
  }
}

TEST(Multiplier, IsExactForPowersOfTwoAndSafeAtTheEnds) {
  EXPECT_EQ(quantize_multiplier(0.25).multiplier, 1 << 30);
  EXPECT_EQ(quantize_multiplier(0.25).shift, 32);
  EXPECT_EQ(quantize_multiplier(0).multiplier, 0);
  EXPECT_EQ(quantize_multiplier(0x1p-70).shift, 62);
  EXPECT_EQ(quantize_multiplier(0x1p40).shift, 1);
  // The next smaller double than 1 rounds up to 2^31, which no int32 holds.
  const Multiplier one = quantize_multiplier(std::nextafter(1.0, 0.0));
  EXPECT_EQ(one.multiplier, 1 << 30);
  EXPECT_EQ(one.shift, 30);
}

TEST(Range, HoldsZeroExactly) {
  EXPECT_EQ(quantize_range({0, 2.55}).zero_point, -128);
  EXPECT_EQ(quantize_range({-2.55, 0}).zero_point, 127);
  EXPECT_EQ(quantize_range({-1.28, 1.27}).zero_point, 0);
  EXPECT_EQ(quantize_range({1, 2.55}).zero_point, -128);
  EXPECT_NEAR(quantize_range({-1, 1.55}).scale, 0.01, 1e-9);
  EXPECT_GT(quantize_range({0, 0}).scale, 0);
}

TEST(Histogram, SeesEverythingAndClipsOutliers) {
  Histogram histogram;
  std::mt19937 random(1);
  std::normal_distribution<float> normal(0, 1);
  std::vector<float> values;
  for (int i = 0; i < 100000; ++i) values.push_back(normal(random));
  values.push_back(50);
  histogram.add(values);
  EXPECT_EQ(histogram.min_max().high, 50);
  const Range percentile = histogram.percentile(0.01);
  EXPECT_NEAR(percentile.high, 2.326, 0.1);  // the normal distribution's 99 % quantile
  EXPECT_NEAR(percentile.low, -2.326, 0.1);
  const Range best = histogram.least_squared_error(255);
  // Of (50 - h)^2 + 100000 (h - l)^2 / (12 * 255^2) the minimum is at h = 43.9, with l close to the smallest
  // value -4.
  EXPECT_NEAR(best.high, 43.9, 1);
  EXPECT_LT(best.low, -3);
}

TEST(Float, ConvolutionWithPaddingStrideAndDilation) {
  ModelBuilder b({1, 1, 3, 3});
  auto& node = b.node("Conv", "conv",
                      {"input", b.constant("w", {1, 1, 2, 2}, {1, 2, 3, 4}), b.constant("b", {1}, {10})});
  ModelBuilder::ints(node, "pads", {1, 0, 0, 1});
  ModelBuilder::ints(node, "strides", {2, 1});
  const Graph graph = import_onnx(b.save());
  EXPECT_EQ(graph.outputs[0].map.shape, (Shape{1, 2, 3}));
  const std::vector<float> input = {1, 2, 3, 4, 5, 6, 7, 8, 9};
  // Row 0: 3*1+4*2=11, 3*2+4*3=18, 3*3=9. Row 1: 4+10+21+32=67, 5+12+24+36=77, 6+27=33. Plus 10.
  EXPECT_EQ(execute_float(graph, input)[1], (std::vector<float>{21, 28, 19, 77, 87, 43}));
}

TEST(Float, PoolingCountsOnlyWhatIsInside) {
  ModelBuilder b({1, 1, 2, 2});
  auto& pool = b.pool("AveragePool", "pool", 2, 1);
  ModelBuilder::ints(pool, "pads", {1, 1, 0, 0});
  const Graph graph = import_onnx(b.save());
  const std::vector<float> input = {4, 8, 12, 16};
  EXPECT_EQ(execute_float(graph, input)[1], (std::vector<float>{4, 6, 8, 10}));
}

TEST(Fold, BatchNormalizationJoinsTheConvolution) {
  ModelBuilder b({1, 1, 1, 2});
  b.node("Conv", "conv", {"input", b.constant("w", {1, 1, 1, 1}, {3}), b.constant("b", {1}, {1})});
  auto& norm = b.node("BatchNormalization", "bn",
                      {"conv", b.constant("s", {1}, {2}), b.constant("t", {1}, {5}),
                       b.constant("m", {1}, {4}), b.constant("v", {1}, {4})});
  auto* epsilon = norm.add_attribute();
  epsilon->set_name("epsilon");
  epsilon->set_type(onnx::AttributeProto::FLOAT);
  epsilon->set_f(0);
  b.relu("relu");
  Graph graph = import_onnx(b.save());
  fold(graph);
  ASSERT_EQ(graph.layers.size(), 1U);
  EXPECT_EQ(graph.layers[0].operators, "Conv+BatchNormalization+Relu");
  EXPECT_EQ(graph.layers[0].weights[0], 3);  // 3 * 2 / sqrt(4)
  EXPECT_EQ(graph.layers[0].bias[0], 2);     // (1 - 4) * 2 / sqrt(4) + 5
  EXPECT_EQ(graph.layers[0].low, 0);
}

TEST(Fold, BatchNormalizationAloneBecomesDepthwise) {
  ModelBuilder b({1, 2, 1, 2});
  b.node("BatchNormalization", "bn",
         {"input", b.constant("s", {2}, {1, 2}), b.constant("t", {2}, {0, 1}), b.constant("m", {2}, {0, 0}),
          b.constant("v", {2}, {1, 1})});
  Graph graph = import_onnx(b.save());
  fold(graph);
  ASSERT_EQ(graph.layers.size(), 1U);
  EXPECT_EQ(graph.layers[0].groups, 2U);
  const auto output = execute_float(graph, std::vector<float>{1, 2, 3, 4})[1];
  EXPECT_THAT(output, ::testing::Pointwise(::testing::FloatNear(1e-4F), {1.0F, 2.0F, 7.0F, 9.0F}));
}

TEST(Fold, MatMulTakesTheBiasOfAFollowingAdd) {
  ModelBuilder b({1, 2});
  b.node("MatMul", "fc", {"input", b.constant("w", {2, 3}, {1, 2, 3, 4, 5, 6})});
  b.node("Add", "add", {"fc", b.constant("b", {3}, {10, 20, 30})});
  Graph graph = import_onnx(b.save());
  fold(graph);
  ASSERT_EQ(graph.layers.size(), 1U);
  EXPECT_EQ(execute_float(graph, std::vector<float>{1, 2})[graph.outputs[0].map.tensor],
            (std::vector<float>{19, 32, 45}));
}

TEST(Fold, ASharedOutputIsNotClamped) {
  ModelBuilder b({1, 1, 2, 2});
  b.convolution("conv", "input", 1, 1, 1);
  b.relu("relu");
  b.node("Add", "sum", {"relu", "conv"});
  Graph graph = import_onnx(b.save());
  fold(graph);
  EXPECT_EQ(graph.layers.size(), 3U);
}

}  // namespace
}  // namespace kasane::compiler::test
