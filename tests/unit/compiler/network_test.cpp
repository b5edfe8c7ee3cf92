// Whole networks: what the package computes against the float network, and tiled plans against untiled ones.
#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sw/compiler/float_executor.h"
#include "sw/compiler/fold.h"
#include "tests/unit/compiler/model_builder.h"
#include "tests/unit/compiler/package_interpreter.h"

namespace kasane::compiler::test {
namespace {

using kasane::test::PackageInterpreter;

constexpr CompileTarget roomy{1U << 22, 1U << 22};

std::span<const std::uint8_t> image(const CalibrationImages& images, std::size_t index) {
  const std::size_t bytes = std::size_t{images.channels} * images.height * images.width;
  return std::span(images.pixels).subspan(index * bytes, bytes);
}

/// Signal to noise of the package's outputs against the unfolded graph's layers in floating point, in
/// decibels.
double decibels(const std::filesystem::path& model, const CalibrationImages& images,
                const CompileTarget& target, std::size_t count = 2) {
  CompileOptions options;
  options.calibration.method = CalibrationMethod::min_max;
  const auto package = compile(model, images, target, options);
  PackageInterpreter interpreter(package);
  const auto info = PackageView(package).header().output;
  Graph graph = import_onnx(model);
  fold(graph);
  double signal = 0;
  double noise = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const auto pixels = image(images, i);
    std::vector<float> input;
    for (const auto pixel : pixels) input.push_back(static_cast<float>(pixel) / 255.0F);
    const auto exact = execute_float(graph, input)[graph.outputs[0].map.tensor];
    const auto bytes = interpreter.run(pixels);
    EXPECT_EQ(exact.size(), bytes.size());
    for (std::size_t e = 0; e < exact.size(); ++e) {
      const double real = double{info.scale} * (static_cast<std::int8_t>(bytes[e]) - info.zero_point);
      signal += exact[e] * exact[e];
      noise += (real - exact[e]) * (real - exact[e]);
    }
  }
  return 10 * std::log10(signal / noise);
}

/// The same outputs under every target, all of them smaller than the network.
void expect_same_under(const std::filesystem::path& model, const CalibrationImages& images,
                       const std::vector<CompileTarget>& targets) {
  const auto whole = compile(model, images, roomy);
  PackageInterpreter reference(whole);
  const auto expected = reference.run(image(images, 0));
  for (const CompileTarget& target : targets) {
    const auto package = compile(model, images, target);
    const auto header = PackageView(package).header();
    EXPECT_LE(header.fmm_bytes, target.fmm_bytes);
    EXPECT_LE(header.wm_bytes, target.wm_bytes);
    EXPECT_GT(header.command_count, PackageView(whole).header().command_count);
    PackageInterpreter interpreter(package);
    EXPECT_EQ(interpreter.run(image(images, 0)), expected) << target.fmm_bytes << " " << target.wm_bytes;
    EXPECT_EQ(interpreter.run(image(images, 0)), expected) << "second run";
  }
}

struct ConvolutionCase {
  std::int64_t outputs, inputs, groups, kernel_height, kernel_width;
  std::vector<std::int64_t> strides, dilations, pads;
};

class Convolution : public ::testing::TestWithParam<ConvolutionCase> {
 protected:
  static std::filesystem::path model() {
    const auto& c = GetParam();
    ModelBuilder builder({1, c.inputs, 13, 11});
    const auto weights =
        builder.random("w", {c.outputs, c.inputs / c.groups, c.kernel_height, c.kernel_width}, -0.5F, 0.5F);
    auto& node = builder.node("Conv", "conv", {"input", weights, builder.random("b", {c.outputs}, -1, 1)});
    ModelBuilder::ints(node, "strides", c.strides);
    ModelBuilder::ints(node, "dilations", c.dilations);
    ModelBuilder::ints(node, "pads", c.pads);
    ModelBuilder::integer(node, "group", c.groups);
    return builder.save();
  }
  static Shape input() { return {static_cast<std::uint32_t>(GetParam().inputs), 13, 11}; }
};

TEST_P(Convolution, MatchesFloat) {
  EXPECT_GT(decibels(model(), random_images(input(), 4, 3), roomy), 35);
}

TEST_P(Convolution, TiledIsBitIdentical) {
  expect_same_under(model(), random_images(input(), 2, 3), {{700, 1U << 16}, {600, 200}, {480, 96}});
}

INSTANTIATE_TEST_SUITE_P(Shapes, Convolution,
                         ::testing::Values(ConvolutionCase{8, 4, 1, 3, 3, {1, 1}, {1, 1}, {1, 1, 1, 1}},
                                           ConvolutionCase{8, 4, 1, 3, 2, {2, 1}, {1, 1}, {0, 1, 2, 0}},
                                           ConvolutionCase{6, 4, 2, 3, 3, {1, 2}, {2, 1}, {3, 0, 1, 2}},
                                           ConvolutionCase{8, 8, 8, 3, 3, {2, 2}, {1, 1}, {1, 1, 1, 1}},
                                           ConvolutionCase{12, 4, 1, 1, 1, {3, 3}, {1, 1}, {0, 0, 0, 0}},
                                           ConvolutionCase{9, 3, 3, 5, 1, {1, 1}, {1, 1}, {4, 0, 4, 0}}));

ModelBuilder lenet() {
  ModelBuilder b({1, 1, 28, 28});
  b.convolution("conv1", "input", 6, 1, 5, 2);
  b.relu("relu1");
  b.pool("MaxPool", "pool1", 2, 2);
  b.convolution("conv2", "pool1", 16, 6, 5);
  b.relu("relu2");
  b.pool("AveragePool", "pool2", 2, 2);
  b.node("Flatten", "flatten", {"pool2"});
  b.gemm("fc1", "flatten", 120, 400);
  b.relu("relu3");
  b.gemm("fc2", "relu3", 10, 120);
  return b;
}

TEST(Network, LenetMatchesFloat) {
  EXPECT_GT(decibels(lenet().save(), random_images({1, 28, 28}, 8, 1), roomy), 25);
}

TEST(Network, LenetTiledIsBitIdentical) {
  expect_same_under(lenet().save(), random_images({1, 28, 28}, 2, 1),
                    {{1U << 16, 4096}, {5000, 1U << 20}, {2500, 2000}, {1000, 500}});
}

TEST(Network, LenetLayerTable) {
  const auto package = compile(lenet().save(), random_images({1, 28, 28}, 2, 1), roomy);
  const PackageView view(package);
  ASSERT_EQ(view.layers().size(), 6U);
  EXPECT_EQ(view.layer_name(0), "conv1");
  EXPECT_EQ(view.layer_operators(0), "Conv+Relu");
  EXPECT_EQ(view.layer_operators(1), "MaxPool");
  EXPECT_EQ(view.layer_name(5), "fc2");
  EXPECT_EQ(view.layers()[0].macs, 6U * 28 * 28 * 25);
  EXPECT_EQ(view.layers()[2].macs, 16U * 10 * 10 * 6 * 25);
  EXPECT_EQ(view.layers()[4].macs, 400U * 120);
  EXPECT_EQ(view.layers()[4].weight_bytes, 400U * 120 + 120 * 12);
  EXPECT_EQ(view.layers()[1].macs, 0U);
  EXPECT_EQ(view.header().input.zero_point, -128);
  EXPECT_EQ(view.header().input.scale, 1.0F / 255);
}

/// One interrupt an NCU layer: load, six layers, store; weights in one set-up step.
TEST(Network, OneStepALayerWhenEverythingFits) {
  const auto package = compile(lenet().save(), random_images({1, 28, 28}, 2, 1), roomy);
  const PackageView view(package);
  EXPECT_EQ(view.header().setup_step_count, 1U);
  EXPECT_EQ(view.header().step_count, 1U + 1 + 6 + 1);
}

TEST(Network, CompilingTwiceGivesTheSameBytes) {
  const auto model = lenet().save();
  const auto images = random_images({1, 28, 28}, 4, 1);
  EXPECT_EQ(compile(model, images, roomy), compile(model, images, roomy));
}

ModelBuilder residual() {
  ModelBuilder b({1, 3, 16, 16});
  b.convolution("stem", "input", 8, 3, 3, 1);
  b.relu("stem_relu");
  b.convolution("a1", "stem_relu", 8, 8, 3, 1);
  b.relu("a1_relu");
  b.convolution("a2", "a1_relu", 8, 8, 3, 1);
  b.node("Add", "add_a", {"a2", "stem_relu"});
  b.relu("a_relu");
  b.convolution("b1", "a_relu", 16, 8, 3, 1, 2);
  b.relu("b1_relu");
  b.convolution("b2", "b1_relu", 16, 16, 3, 1);
  b.convolution("shortcut", "a_relu", 16, 8, 1, 0, 2);
  b.node("Add", "add_b", {"b2", "shortcut"});
  b.relu("b_relu");
  b.node("GlobalAveragePool", "average", {"b_relu"});
  b.node("Flatten", "flatten", {"average"});
  b.gemm("fc", "flatten", 10, 16);
  return b;
}

TEST(Network, ResidualMatchesFloat) {
  EXPECT_GT(decibels(residual().save(), random_images({3, 16, 16}, 4, 2), roomy), 22);
}

TEST(Network, ResidualTiledIsBitIdentical) {
  expect_same_under(residual().save(), random_images({3, 16, 16}, 2, 2),
                    {{5000, 1U << 20}, {3000, 2048}, {900, 512}});
}

ModelBuilder vgg() {
  ModelBuilder b({1, 3, 32, 32});
  std::string input = "input";
  std::int64_t channels = 3;
  int index = 0;
  for (const std::int64_t outputs : {8, 8, 0, 16, 16, 0, 24, 24, 0, 32, 32, 0}) {
    ++index;
    if (outputs == 0) {
      b.pool("MaxPool", "pool" + std::to_string(index), 2, 2);
    } else {
      b.convolution("conv" + std::to_string(index), b.last, outputs, channels, 3, 1);
      b.relu("relu" + std::to_string(index));
      channels = outputs;
    }
  }
  b.node("Flatten", "flatten", {b.last});
  b.gemm("fc", "flatten", 10, 128);
  return b;
}

TEST(Network, VggMatchesFloat) {
  EXPECT_GT(decibels(vgg().save(), random_images({3, 32, 32}, 4, 5), roomy, 1), 18);
}

TEST(Network, VggTiledIsBitIdentical) {
  expect_same_under(vgg().save(), random_images({3, 32, 32}, 1, 5), {{8000, 8000}, {4000, 1024}});
}

TEST(Network, PoolingWithPaddingAndCeilMode) {
  for (const std::string op : {"MaxPool", "AveragePool"}) {
    for (const bool ceil_mode : {false, true}) {
      ModelBuilder b({1, 3, 14, 15});
      auto& pool = b.pool(op, "pool", 3, 2);
      ModelBuilder::ints(pool, "pads", {1, 0, 1, 2});
      if (ceil_mode) ModelBuilder::integer(pool, "ceil_mode", 1);
      const auto model = b.save();
      const auto images = random_images({3, 14, 15}, 2, 9);
      EXPECT_GT(decibels(model, images, roomy), 40) << op << ceil_mode;
      expect_same_under(model, images, {{400, 4096}, {160, 108}});
    }
  }
}

TEST(Network, AutoPadKeepsTheSize) {
  for (const std::string mode : {"SAME_UPPER", "SAME_LOWER"}) {
    ModelBuilder b({1, 2, 9, 10});
    auto& node = b.convolution("conv", "input", 4, 2, 4, 0, 2);
    ModelBuilder::text(node, "auto_pad", mode);
    const auto model = b.save();
    const Graph graph = import_onnx(model);
    EXPECT_EQ(graph.outputs[0].map.shape, (Shape{4, 5, 5}));
    // Rows: (5-1)*2+4-9 = 3 in all; columns: (5-1)*2+4-10 = 2. The odd one goes to the end in SAME_UPPER.
    EXPECT_EQ(graph.layers[0].window.pad_top, mode == "SAME_UPPER" ? 1U : 2U);
    EXPECT_EQ(graph.layers[0].window.pad_left, 1U);
    EXPECT_GT(decibels(model, random_images({2, 9, 10}, 3, 2), roomy), 35);
  }
}

TEST(Network, CountIncludePadDividesByTheWholeWindow) {
  ModelBuilder b({1, 2, 6, 6});
  auto& pool = b.pool("AveragePool", "pool", 3, 3);
  ModelBuilder::ints(pool, "pads", {1, 1, 1, 1});
  ModelBuilder::integer(pool, "count_include_pad", 1);
  EXPECT_GT(decibels(b.save(), random_images({2, 6, 6}, 2, 9), roomy), 40);
}

TEST(Network, ReluThatCannotBeFused) {
  ModelBuilder b({1, 2, 6, 6});
  b.convolution("conv", "input", 4, 2, 3, 1);
  b.relu("relu");
  b.node("Add", "sum", {"relu", "conv"});
  const auto model = b.save();
  const auto images = random_images({2, 6, 6}, 3, 9);
  EXPECT_GT(decibels(model, images, roomy), 30);
  expect_same_under(model, images, {{300, 4096}, {160, 64}});
}

TEST(Network, ArgmaxNamesTheLargestElement) {
  ModelBuilder b({1, 12});
  b.gemm("fc", "input", 5, 12);
  auto images = random_images({12, 1, 1}, 3, 4);
  const auto logits_package = compile(b.save("logits.onnx"), images, roomy);
  b.node("Softmax", "softmax", {"fc"});
  const auto softmax_package = compile(b.save("softmax.onnx"), images, roomy);
  ModelBuilder::integer(b.node("ArgMax", "argmax", {"softmax"}), "axis", 1);
  const auto package = compile(b.save(), images, roomy);
  EXPECT_EQ(PackageView(package).header().output.bytes, 4U);
  for (std::size_t i = 0; i < 3; ++i) {
    const auto logits = PackageInterpreter(logits_package).run(image(images, i));
    const auto probabilities = PackageInterpreter(softmax_package).run(image(images, i));
    int sum = 0;
    for (const auto p : probabilities) sum += static_cast<std::int8_t>(p) + 128;
    EXPECT_NEAR(sum, 256, 3);
    const auto largest = [](const std::vector<std::uint8_t>& v) {
      return std::max_element(
                 v.begin(), v.end(),
                 [](auto l, auto r) { return static_cast<std::int8_t>(l) < static_cast<std::int8_t>(r); }) -
             v.begin();
    };
    EXPECT_EQ(PackageInterpreter(package).run(image(images, i))[0], largest(logits));
  }
}

std::string compile_error(const std::filesystem::path& model, const CalibrationImages& images,
                          const CompileTarget& target) {
  try {
    compile(model, images, target);
  } catch (const CompileError& error) {
    return error.what();
  }
  return "no error";
}

TEST(Network, WhatCannotBeTiledIsNamed) {
  const auto images = random_images({1, 28, 28}, 1, 1);
  const auto model = lenet().save();
  // Five rows of 28 bytes in, one row out, each rounded up to 16: 144 + 32.
  EXPECT_THAT(compile_error(model, images, {100, 1U << 20}),
              ::testing::HasSubstr("node 'conv1' (Conv+Relu): needs 176 bytes of feature map memory"));
  EXPECT_THAT(
      compile_error(model, images, {1U << 20, 300}),
      ::testing::HasSubstr("node 'fc1' (Gemm+Relu): needs 416 bytes of weight memory for one output channel, "
                           "expected at most 300"));
  EXPECT_THAT(compile_error(model, random_images({1, 27, 28}, 1, 1), roomy),
              ::testing::HasSubstr("calibration images are 1x27x28, expected the network's input 1x28x28"));
}

}  // namespace
}  // namespace kasane::compiler::test
