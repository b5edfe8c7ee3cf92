// Whole networks for NCU and Cartesian-product array: what the package computes against the quantised network
// in real numbers, and plans for small memories against plans for large ones.
#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sw/compiler/float_executor.h"
#include "tests/unit/compiler/package_interpreter.h"
#include "tests/unit/compiler/trained_model.h"

namespace kasane::compiler::test {
namespace {

using kasane::test::PackageInterpreter;
using ::testing::HasSubstr;

constexpr CompileTarget roomy{1U << 22, 1U << 22};

/// The first layer stays on the NCU, and the last one if it is told to.
CompileOptions for_array(std::uint32_t columns, std::vector<std::string> ncu_layers = {"conv1"}) {
  CompileOptions options;
  options.array = ArrayMapping{columns, false, std::move(ncu_layers)};
  return options;
}

std::span<const std::uint8_t> image(const CalibrationImages& images, std::size_t index) {
  const std::size_t bytes = std::size_t{images.channels} * images.height * images.width;
  return std::span(images.pixels).subspan(index * bytes, bytes);
}

/// Levels of weights: what int8 on the NCU represents exactly.
constexpr int ncu_levels = 127;

/// 12 -> 20 -> 10 -> 7 channels on 9 x 11 and, after pooling, 4 x 5.
std::filesystem::path chain(int levels, int kept_of_nine, int conv3_levels = 7) {
  TrainedModel b({1, 3, 9, 11}, 23);
  b.convolution_of("conv1", {.outputs = 12, .inputs = 3, .kernel = 3, .levels = ncu_levels, .high = 1.4831F});
  b.convolution_of("conv2", {.outputs = 20,
                             .inputs = 12,
                             .kernel = 3,
                             .levels = levels,
                             .kept_of_nine = kept_of_nine,
                             .high = 1.2177F});
  b.convolution_of(
      "conv3",
      {.outputs = 10, .inputs = 20, .levels = conv3_levels, .kept_of_nine = kept_of_nine, .high = 0.9463F});
  b.pool("MaxPool", "pool3", 2, 2);
  b.convolution_of(
      "conv4",
      {.outputs = 7, .inputs = 10, .kernel = 3, .levels = levels, .kept_of_nine = kept_of_nine, .high = 0});
  return b.save();
}

/// Groups of every kind: depth-wise, of odd and of even numbers of channels; strides, dilations.
std::filesystem::path groups() {
  TrainedModel b({1, 2, 12, 13}, 29);
  b.convolution_of("conv1", {.outputs = 12, .inputs = 2, .kernel = 3, .levels = ncu_levels, .high = 1.4831F});
  b.convolution_of("even", {.outputs = 24, .inputs = 12, .kernel = 3, .groups = 2, .high = 1.1177F});
  b.convolution_of("depth", {.outputs = 24, .inputs = 24, .kernel = 5, .groups = 24, .high = 0.7639F});
  b.convolution_of("odd",
                   {.outputs = 9, .inputs = 24, .kernel = 3, .groups = 3, .stride = 2, .high = 1.3091F});
  b.convolution_of("spread", {.outputs = 30, .inputs = 9, .kernel = 3, .dilation = 2, .high = 1.0431F});
  b.convolution_of("threes", {.outputs = 20, .inputs = 30, .groups = 10, .high = 0.8887F});
  b.convolution_of("last", {.outputs = 5, .inputs = 20, .kernel = 8, .high = 0});
  return b.save();
}

/// Fully connected layers on the array, the first one on a flattened map of bytes.
std::filesystem::path vectors(int last_levels) {
  TrainedModel b({1, 1, 8, 8}, 31);
  b.convolution_of(
      "conv1", {.outputs = 6, .inputs = 1, .kernel = 3, .stride = 2, .levels = ncu_levels, .high = 1.4831F});
  b.node("Flatten", "flatten", {b.last});
  b.fully_connected_of("fc1", {.outputs = 37, .inputs = 96, .kept_of_nine = 4, .high = 1.2177F});
  b.fully_connected_of("fc2", {.outputs = 21, .inputs = 37, .high = 0.9463F});
  b.fully_connected_of("fc3", {.outputs = 10, .inputs = 21, .levels = last_levels, .high = 0});
  return b.save();
}

/// A shortcut around two layers: the NCU adds levels of the array and of its own.
std::filesystem::path residual() {
  TrainedModel b({1, 3, 8, 8}, 37);
  b.convolution_of("conv1", {.outputs = 16, .inputs = 3, .kernel = 3, .levels = ncu_levels, .high = 1.4831F});
  const std::string shortcut = b.last;
  b.convolution_of("conv2", {.outputs = 16, .inputs = 16, .kernel = 3, .high = 1.2177F});
  b.convolution_of("conv3", {.outputs = 16, .inputs = 16, .kernel = 3, .high = 0});
  b.node("Add", "sum", {b.last, shortcut});
  b.clip("sum", 1.8131F);
  b.convolution_of("conv4", {.outputs = 6, .inputs = 16, .kernel = 3, .high = 0});
  return b.save();
}

/// A layer's real outputs for real inputs, before it clamps: the layer as a graph of its own.
std::vector<float> execute_layer(const Layer& layer, const std::vector<std::vector<float>>& tensors) {
  const std::vector<float>& input = tensors[layer.inputs[0].tensor];
  if (layer.kind == LayerKind::add) {
    std::vector<float> sum = input;
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += tensors[layer.inputs[1].tensor][i];
    return sum;
  }
  Graph alone;
  alone.tensors = {layer.inputs[0].shape, layer.output.shape};
  alone.layers = {layer};
  Layer& only = alone.layers[0];
  only.low = -std::numeric_limits<float>::infinity();
  only.high = -only.low;
  only.inputs[0].tensor = 0;
  only.output.tensor = 1;
  alone.input = only.inputs[0];
  alone.outputs = {{"output", only.output}};
  return execute_float(alone, input)[1];
}

/// Computes in real numbers and rounds every map to the levels that the report names.
std::vector<int> levels_of(const Graph& graph, const CompileReport& report,
                           std::span<const std::uint8_t> pixels) {
  std::vector<std::vector<float>> tensors(graph.tensors.size());
  for (const auto pixel : pixels) tensors[graph.input.tensor].push_back(static_cast<float>(pixel) / 255.0F);
  std::vector<int> levels;
  for (std::size_t i = 0; i < graph.layers.size(); ++i) {
    const Layer& layer = graph.layers[i];
    const LayerReport& facts = report.layers[i];
    levels.clear();
    std::vector<float>& output = tensors[layer.output.tensor];
    output = execute_layer(layer, tensors);
    for (float& value : output) {
      const double clamped = std::clamp(value, layer.low, layer.high);
      const double within = std::clamp(clamped, facts.range.low, facts.range.high);
      const double level = std::floor(within / facts.scale + 0.5);
      value = static_cast<float>(level * facts.scale);
      levels.push_back(static_cast<int>(level) + facts.zero_point);
    }
  }
  return levels;
}

void expect_levels(const std::filesystem::path& model, const Shape& input, const CompileOptions& options) {
  constexpr std::size_t count = 2;
  const CalibrationImages images = random_images(input, count, 17);
  const Compiled compiled = compile_with_report(model, images, roomy, options);
  const Graph graph = read_network(model);
  PackageInterpreter interpreter(compiled.package);
  for (std::size_t i = 0; i < count; ++i) {
    const std::vector<int> expected = levels_of(graph, compiled.report, image(images, i));
    std::vector<int> output;
    for (const std::uint8_t byte : interpreter.run(image(images, i)))
      output.push_back(static_cast<std::int8_t>(byte));
    EXPECT_EQ(output, expected) << "image " << i;
    const auto [low, high] = std::minmax_element(output.begin(), output.end());
    EXPECT_GT(*high - *low, 20) << "an output that says nothing";
  }
}

TEST(ArrayNetwork, ComputesWhatWasTrained) {
  for (const auto& [levels, kept] : {std::pair{7, 9}, {7, 1}, {5, 4}, {3, 9}}) {
    SCOPED_TRACE(std::to_string(levels) + " levels, " + std::to_string(kept) + "/9 kept");
    expect_levels(chain(levels, kept), {3, 9, 11}, for_array(8));
  }
}

TEST(ArrayNetwork, ComputesGroupsStridesAndDilations) {
  for (const std::uint32_t columns : {4U, 32U}) expect_levels(groups(), {2, 12, 13}, for_array(columns));
}

TEST(ArrayNetwork, ComputesFullyConnectedLayers) {
  expect_levels(vectors(6), {1, 8, 8}, for_array(16));
  expect_levels(vectors(ncu_levels), {1, 8, 8}, for_array(32, {"conv1", "fc3"}));
}

TEST(ArrayNetwork, AddsLevelsOfBothEngines) {
  expect_levels(residual(), {3, 8, 8}, for_array(8));
}

TEST(ArrayNetwork, MixesEnginesInOnePackage) {
  expect_levels(chain(7, 9, ncu_levels), {3, 9, 11}, for_array(8, {"conv1", "conv3"}));
  const Compiled compiled = compile_with_report(chain(7, 3), random_images({3, 9, 11}, 2, 1), roomy,
                                                for_array(8, {"conv1", "conv3"}));
  const PackageView view(compiled.package);
  std::vector<int> kinds;
  for (const kasane_layer& layer : view.layers()) kinds.push_back(layer.step_kind);
  EXPECT_EQ(kinds, (std::vector<int>{KASANE_STEP_NCU, KASANE_STEP_CARTESIAN, KASANE_STEP_NCU, KASANE_STEP_NCU,
                                     KASANE_STEP_CARTESIAN}));
  EXPECT_EQ(view.header().array_columns, 8U);
}

/// Three tiles of 20 channels, 12 inputs, 9 coordinates; the kept ones are shared by all of them.
TEST(ArrayNetwork, CountsCoordinatesAndBytesOfEachLayer) {
  const auto package = compile(chain(7, 4), random_images({3, 9, 11}, 2, 1), roomy, for_array(8));
  const kasane_layer layer = PackageView(package).layers()[1];
  EXPECT_EQ(layer.coordinates, 3U * 12 * 9);
  EXPECT_GT(layer.kept_coordinates, 0U);
  EXPECT_EQ(layer.kept_coordinates % 3, 0U);
  EXPECT_LT(layer.kept_coordinates, 3U * 12 * 9 * 2 / 3);
  // Bitmaps of two bytes, steps of 4, 4 and 2 bytes, parameters.
  EXPECT_EQ(layer.weight_bytes, 3U * 12 * 2 + layer.kept_coordinates / 3 * 10 + 20 * 12);
  EXPECT_EQ(layer.input_bytes, 12U * 9 * 11);   // bytes of the NCU
  EXPECT_EQ(layer.output_bytes, 10U * 9 * 11);  // two channels a byte
}

/// The same outputs from memories that hold no whole map, no whole layer's weights.
void expect_same_under(const std::filesystem::path& model, const Shape& input, const CompileOptions& options,
                       const std::vector<CompileTarget>& targets) {
  const CalibrationImages images = random_images(input, 2, 3);
  const auto whole = compile(model, images, roomy, options);
  const auto expected = PackageInterpreter(whole).run(image(images, 0));
  for (const CompileTarget& target : targets) {
    const auto package = compile(model, images, target, options);
    const auto header = PackageView(package).header();
    EXPECT_LE(header.fmm_bytes, target.fmm_bytes);
    EXPECT_LE(header.wm_bytes, target.wm_bytes);
    EXPECT_GT(header.command_count, PackageView(whole).header().command_count);
    PackageInterpreter interpreter(package);
    EXPECT_EQ(interpreter.run(image(images, 0)), expected) << target.fmm_bytes << " " << target.wm_bytes;
  }
}

TEST(ArrayNetwork, TiledIsBitIdentical) {
  expect_same_under(chain(7, 9), {3, 9, 11}, for_array(8), {{1U << 16, 1200}, {900, 1U << 16}, {600, 800}});
  expect_same_under(chain(7, 2), {3, 9, 11}, for_array(8), {{600, 800}});
}

TEST(ArrayNetwork, TiledGroupsAreBitIdentical) {
  expect_same_under(groups(), {2, 12, 13}, for_array(2), {{2000, 4100}});
  expect_same_under(groups(), {2, 12, 13}, for_array(8), {{1000, 4100}});
}

TEST(ArrayNetwork, TiledSumsAreBitIdentical) {
  expect_same_under(residual(), {3, 8, 8}, for_array(8), {{1U << 16, 2000}, {1500, 1U << 16}, {600, 1500}});
}

TEST(ArrayNetwork, TiledVectorsAreBitIdentical) {
  expect_same_under(vectors(7), {1, 8, 8}, for_array(8), {{1U << 16, 700}, {144, 1U << 16}, {120, 600}});
}

/// With no layer on the array the package is the one for a chip without.
TEST(ArrayNetwork, WithoutLayersOfItsOwnIsAnOrdinaryOne) {
  const auto model = chain(7, 9);
  const CalibrationImages images = random_images({3, 9, 11}, 2, 1);
  EXPECT_EQ(compile(model, images, roomy, for_array(8, {"conv1", "conv2", "conv3", "conv4"})),
            compile(model, images, roomy));
}

TEST(ArrayNetwork, CompilingTwiceGivesTheSameBytes) {
  const CalibrationImages images = random_images({3, 9, 11}, 2, 1);
  EXPECT_EQ(compile(chain(7, 4), images, roomy, for_array(8)),
            compile(chain(7, 4), images, roomy, for_array(8)));
}

std::string compile_error(const CompileTarget& target, const CompileOptions& options) {
  try {
    compile(chain(7, 9), random_images({3, 9, 11}, 2, 1), target, options);
  } catch (const CompileError& error) {
    return error.what();
  }
  return "no error";
}

TEST(ArrayNetwork, WhatCannotBeTiledIsNamed) {
  // Of 8 output channels of conv2: 12 bitmaps of 2 bytes and 12 x 9 steps of 4 bytes, 8 x 12 of parameters.
  EXPECT_THAT(
      compile_error({1U << 16, 559}, for_array(8)),
      HasSubstr("node 'conv2' (Conv+BatchNormalization+Clip): needs 560 bytes of weight memory for a tile "
                "of 8 output channels, expected at most 559"));
  EXPECT_EQ(compile_error({1U << 16, 560}, for_array(8)), "no error");
  CompileOptions both = for_array(8);
  both.units.emplace();
  EXPECT_THAT(compile_error(roomy, both), HasSubstr("expected one of them"));
}

}  // namespace
}  // namespace kasane::compiler::test
