// INT4 weights: what lies on a grid comes back as it is; what does not, with the least error that any scale
// has.
#include "sw/compiler/int4_weights.h"

#include <algorithm>
#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <numeric>
#include <random>

namespace kasane::compiler::test {
namespace {

using ::testing::ElementsAre;

Int4Weights code_of(const std::vector<float>& channel) {
  return quantize_int4(channel, 1);
}

double squared_error(const std::vector<float>& weights, const Int4Weights& code) {
  double error = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const double missed = weights[i] - code.scales[0] * code.weights[i];
    error += missed * missed;
  }
  return error;
}

/// Of a symmetric grid of -7 ... 7 steps.
double squared_error(const std::vector<float>& weights, double step) {
  double error = 0;
  for (const double weight : weights) {
    const double missed = weight - step * std::clamp(std::round(weight / step), -7.0, 7.0);
    error += missed * missed;
  }
  return error;
}

/// Training leaves float weights of step * q with |q| at most `levels`; folding multiplies by a float factor.
TEST(Int4Weights, OnAGridComeBackExactly) {
  std::mt19937 random(3);
  std::uniform_real_distribution<float> exponent(-12, 2);
  for (int levels = 1; levels <= 7; ++levels) {
    for (int round = 0; round < 50; ++round) {
      const float step = std::exp2(exponent(random));
      const float factor = std::exp2(exponent(random)) * (round % 2 == 0 ? 1.0F : -1.0F);
      std::uniform_int_distribution<int> level(-levels, levels);
      std::vector<int> integers(1 + random() % 300);
      for (int& integer : integers) integer = random() % 3 == 0 ? 0 : level(random);
      integers[0] = levels;
      if (levels > 1) integers.push_back(1 - levels);  // neighbouring levels: no coarser grid will do
      std::vector<float> weights;
      for (const int integer : integers) weights.push_back(static_cast<float>(integer) * step * factor);
      const Int4Weights code = code_of(weights);
      for (std::size_t i = 0; i < weights.size(); ++i)
        ASSERT_EQ(code.weights[i], factor > 0 ? integers[i] : -integers[i]) << levels << " levels, " << i;
      ASSERT_NEAR(code.scales[0] / (step * std::abs(factor)), 1, 1e-6);
    }
  }
}

TEST(Int4Weights, TakeTheCoarsestOfExactGrids) {
  EXPECT_THAT(code_of({0.5F, -1.0F, 0.0F, 1.0F}).weights, ElementsAre(1, -2, 0, 2));
  EXPECT_THAT(code_of({0.0F, -3.0F, 3.0F}).weights, ElementsAre(0, -1, 1));
  EXPECT_THAT(code_of({7.0F, 6.0F}).weights, ElementsAre(7, 6));
}

TEST(Int4Weights, KeepZerosAndFollowEachChannel) {
  const std::vector<float> weights = {0, 0, 0, 0.7F, -0.1F, 0, 700, 0, 100};
  const Int4Weights code = quantize_int4(weights, 3);
  EXPECT_THAT(code.weights, ElementsAre(0, 0, 0, 7, -1, 0, 7, 0, 1));
  EXPECT_EQ(code.scales[0], 1);
  EXPECT_NEAR(code.scales[1], 0.1, 1e-7);
  EXPECT_NEAR(code.scales[2], 100, 1e-4);
}

/// Against 3500 scales from an eighth of the largest weight to all of it.
TEST(Int4Weights, HaveTheLeastErrorOfAnyScale) {
  std::mt19937 random(5);
  std::normal_distribution<float> normal;
  for (int round = 0; round < 30; ++round) {
    std::vector<float> weights(1 + random() % 300);
    for (float& weight : weights)
      weight = normal(random) * (round % 2 == 0 ? 1.0F : std::abs(normal(random)));
    float largest = 0;
    for (const float weight : weights) largest = std::max(largest, std::abs(weight));
    double least = std::numeric_limits<double>::infinity();
    for (int i = 500; i <= 4000; ++i) least = std::min(least, squared_error(weights, i / 4000.0 * largest));
    const double power = std::inner_product(weights.begin(), weights.end(), weights.begin(), 0.0);
    EXPECT_LE(squared_error(weights, code_of(weights)), 1.03 * least + 1e-10 * power) << weights.size();
  }
}

TEST(Int4Weights, StandAnyMagnitude) {
  for (const float magnitude : {1e-38F, 1e-30F, 1.0F, 1e30F}) {
    const Int4Weights code = code_of({3 * magnitude, -2 * magnitude, 0.1F * magnitude});
    EXPECT_THAT(code.weights, ::testing::AnyOf(ElementsAre(3, -2, 0), ElementsAre(6, -4, 0))) << magnitude;
  }
}

TEST(Int4Weights, MeanLessOnACoarserScale) {
  const std::vector<float> weights = {0.875F, -0.4F, 0.0625F, 0};
  std::vector<std::int8_t> code(4);
  rescale_int4_channel(weights, 0.25, code);
  EXPECT_THAT(code, ElementsAre(4, -2, 0, 0));  // 3.5 steps go away from zero, a quarter of one is none
  rescale_int4_channel(weights, 0.015625, code);
  EXPECT_THAT(code, ElementsAre(7, -7, 4, 0));
  rescale_int4_channel(weights, 10, code);
  EXPECT_THAT(code, ElementsAre(0, 0, 0, 0));
}

/// 8 x 7 x 149,796 = 8,388,576 < 2^23 = 8,388,608; one weight more passes it.
TEST(Int4Weights, FitTheAccumulatorUpToItsLastValue) {
  std::vector<std::int8_t> weights(149'796, -7);
  EXPECT_TRUE(fits_accumulator(weights));
  weights.push_back(3);
  EXPECT_TRUE(fits_accumulator(weights));
  weights.back() = 4;  // exactly 2^23
  EXPECT_FALSE(fits_accumulator(weights));
}

}  // namespace
}  // namespace kasane::compiler::test
