// Networks with several exits: segments, who carries them out, and that nobody can tell from the logits.
#include <cmath>
#include <cstring>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <set>
#include <tuple>

#include "sw/compiler/float_executor.h"
#include "tests/unit/compiler/exit_model.h"
#include "tests/unit/compiler/package_interpreter.h"

namespace kasane::compiler::test {
namespace {

using kasane::test::PackageInterpreter;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Bytes = std::vector<std::uint8_t>;

constexpr CompileTarget roomy{1U << 20, 1U << 20};
constexpr Shape input{2, 12, 12};

std::span<const std::uint8_t> image(const CalibrationImages& images, std::size_t index) {
  return std::span(images.pixels).subspan(index * input.elements(), input.elements());
}

Bytes compile_on(const std::filesystem::path& model, const std::vector<Placement>& segments,
                 const CompileTarget& target = roomy) {
  CompileOptions options;
  options.segments = segments;
  return compile(model, random_images(input, 4, 3), target, options);
}

/// The outputs of all exits.
std::vector<Bytes> logits_of(PackageInterpreter& interpreter, std::span<const std::uint8_t> pixels) {
  interpreter.run(pixels);
  std::vector<Bytes> logits;
  for (std::size_t i = 0; i < interpreter.view().exits().size(); ++i) logits.push_back(interpreter.output(i));
  return logits;
}

/// Every way to give `count` segments to CPU and NCU.
std::vector<std::vector<Placement>> all_placements(std::size_t count) {
  std::vector<std::vector<Placement>> all;
  for (std::size_t bits = 0; bits < std::size_t{1} << count; ++bits) {
    all.emplace_back();
    for (std::size_t i = 0; i < count; ++i)
      all.back().push_back((bits >> i & 1) != 0 ? Placement::cpu : Placement::ncu);
  }
  return all;
}

std::string text(const std::vector<Placement>& placements) {
  std::string text;
  for (const Placement placement : placements) text += placement == Placement::cpu ? "cpu " : "ncu ";
  return text;
}

TEST(Exits, LogitsApproachTheFloatNetwork) {
  for (std::uint32_t seed = 0; seed < 6; ++seed) {
    const auto model = ExitModel(2 + seed % 2, seed).save();
    const Bytes package = compile_on(model, {});
    PackageInterpreter interpreter(package);
    const Graph graph = read_network(model);
    const auto images = random_images(input, 4, 3);
    const auto logits = logits_of(interpreter, image(images, 0));
    std::vector<float> pixels;
    for (const auto pixel : image(images, 0)) pixels.push_back(static_cast<float>(pixel) / 255);
    const auto exact = execute_float(graph, pixels);
    ASSERT_EQ(graph.outputs.size(), logits.size());
    for (std::size_t exit = 0; exit < logits.size(); ++exit) {
      const auto& expected = exact[graph.outputs[exit].map.tensor];
      const kasane_tensor_info info = interpreter.view().exits()[exit].output;
      ASSERT_EQ(expected.size(), logits[exit].size());
      double signal = 0;
      double noise = 0;
      for (std::size_t i = 0; i < expected.size(); ++i) {
        const double real =
            double{info.scale} * (static_cast<std::int8_t>(logits[exit][i]) - info.zero_point);
        signal += expected[i] * expected[i];
        noise += (real - expected[i]) * (real - expected[i]);
      }
      EXPECT_GT(10 * std::log10(signal / noise), 20) << "seed " << seed << " exit " << exit;
      EXPECT_NEAR(interpreter.view().exits()[exit].scale_q24, info.scale * 0x1p24, 1);
    }
  }
}

TEST(Exits, SameLogitsFromEveryPlacement) {
  for (std::uint32_t seed = 0; seed < 8; ++seed) {
    const std::size_t count = 2 + seed % 2;
    const auto model = ExitModel(static_cast<int>(count), seed).save();
    const auto images = random_images(input, 3, 11);
    const Bytes plain = compile_on(model, {});
    PackageInterpreter reference(plain);
    for (const auto& placements : all_placements(count))
      for (const CompileTarget& target : {roomy, CompileTarget{1500, 700}, CompileTarget{900, 400}}) {
        SCOPED_TRACE("seed " + std::to_string(seed) + " on " + text(placements) + "with " +
                     std::to_string(target.fmm_bytes));
        const Bytes package = compile_on(model, placements, target);
        PackageInterpreter interpreter(package);
        EXPECT_LE(interpreter.view().header().fmm_bytes, target.fmm_bytes);
        for (std::size_t i = 0; i < 2; ++i)
          EXPECT_EQ(logits_of(interpreter, image(images, i)), logits_of(reference, image(images, i)));
      }
  }
}

/// The end of the copies that a segment begins with.
std::size_t end_of_opening(const PackageView& view, std::size_t exit) {
  std::size_t step = view.exits()[exit].first_step;
  while (view.steps()[step].kind == KASANE_STEP_DMA) ++step;
  return step;
}

/// As soon as the first segment on the CPU has fetched what it needs, the engines run the next image's front,
/// up to whichever of its segments. What follows of the first image does not notice.
TEST(Exits, TheNextImagesFrontDisturbsNothing) {
  int mixed = 0;
  for (std::uint32_t seed = 0; seed < 12; ++seed) {
    const auto model = ExitModel(3, seed).save();
    const auto images = random_images(input, 2, 7);
    for (const auto& placements : all_placements(3))
      for (const CompileTarget& target : {roomy, CompileTarget{1800, 700}}) {
        const auto software = std::find(placements.begin(), placements.end(), Placement::cpu);
        if (software == placements.begin() || software == placements.end()) continue;
        const auto front = static_cast<std::size_t>(software - placements.begin());
        SCOPED_TRACE("seed " + std::to_string(seed) + " on " + text(placements));
        const Bytes package = compile_on(model, placements, target);
        PackageInterpreter alone(package);
        const auto expected = logits_of(alone, image(images, 0));
        PackageInterpreter both(package);
        const std::size_t begin = both.view().exits()[0].first_step;
        const std::size_t leaves = end_of_opening(both.view(), front);
        both.load(image(images, 0));
        both.execute(begin, leaves);
        std::vector<Bytes> logits;
        for (std::size_t i = 0; i < front; ++i) logits.push_back(both.output(i));
        both.load(image(images, 1));
        both.execute(begin, both.view().exits()[front].first_step);
        both.load(image(images, 0));  // each image has its own input buffer
        both.execute(leaves, both.view().steps().size());
        for (std::size_t i = front; i < 3; ++i) logits.push_back(both.output(i));
        EXPECT_EQ(logits, expected);
        // And the next image goes on from what its front left.
        both.load(image(images, 1));
        both.execute(both.view().exits()[front].first_step, both.view().steps().size());
        EXPECT_EQ(both.output(2), logits_of(alone, image(images, 1))[2]);
        mixed += placements[2] == Placement::ncu;
      }
  }
  EXPECT_GT(mixed, 0);
}

/// Names of the layers that a segment's steps belong to, and whether the CPU runs their records.
std::set<std::string> layers_of(const PackageView& view, std::size_t exit, std::uint16_t run_by) {
  std::set<std::string> names;
  for (std::size_t i = view.exits()[exit].first_step; i < view.exits()[exit].end_step; ++i)
    if (view.steps()[i].kind == KASANE_STEP_NCU && view.steps()[i].run_by == run_by)
      names.emplace(view.layer_name(view.steps()[i].layer));
  return names;
}

/// A LeNet with an early exit behind its first pooling, in an order of nodes that mixes the segments.
ModelBuilder lenet_with_exit() {
  ModelBuilder b({1, 1, 28, 28});
  b.convolution("conv1", "input", 6, 1, 5);
  b.relu("relu1");
  b.pool("MaxPool", "pool1", 2, 2);
  b.convolution("conv2", "pool1", 16, 6, 5);
  b.convolution("side", "pool1", 4, 6, 3);
  b.relu("side_relu");
  b.node("Flatten", "side_flatten", {"side_relu"});
  b.gemm("logits1", "side_flatten", 10, 400);
  b.last = "conv2";
  b.relu("relu2");
  b.pool("MaxPool", "pool2", 2, 2);
  b.node("Flatten", "flatten", {"pool2"});
  b.gemm("logits2", "flatten", 10, 256);
  b.exits = {"logits1"};
  return b;
}

Bytes lenet_on(const std::vector<Placement>& segments, const CompileTarget& target = roomy) {
  CompileOptions options;
  options.segments = segments;
  return compile(lenet_with_exit().save(), random_images({1, 28, 28}, 2, 1), target, options);
}

TEST(Exits, SegmentsHaveTheLayersThatTheirExitNeedsFirst) {
  const Bytes package = lenet_on({Placement::ncu, Placement::cpu});
  const PackageView view(package);
  ASSERT_EQ(view.exits().size(), 2U);
  EXPECT_EQ(view.exit_name(0), "logits1");
  EXPECT_EQ(view.exit_name(1), "logits2");
  EXPECT_THAT(layers_of(view, 0, KASANE_RUN_BY_ENGINE), ElementsAre("conv1", "logits1", "pool1", "side"));
  EXPECT_THAT(layers_of(view, 0, KASANE_RUN_BY_CPU), ElementsAre());
  EXPECT_THAT(layers_of(view, 1, KASANE_RUN_BY_CPU), ElementsAre("conv2", "logits2", "pool2"));
  EXPECT_THAT(layers_of(view, 1, KASANE_RUN_BY_ENGINE), ElementsAre());
  // Multiply-accumulates, hand-worked: kernels times pixels.
  EXPECT_EQ(view.exits()[0].macs, 24 * 24 * 6 * 25 + 10 * 10 * 4 * 6 * 9 + 10 * 400);
  EXPECT_EQ(view.exits()[1].macs, 8 * 8 * 16 * 6 * 25 + 10 * 256);
  // Weights and parameters (12 bytes a channel) of conv2 and logits2, each on 16 bytes.
  EXPECT_EQ(view.header().cpu_weights_bytes, 2400 + 192 + 2560 + 128);
}

/// The copies of a step, as (from, to, bytes).
std::vector<std::tuple<int, int, std::uint32_t>> copies(const PackageView& view, std::size_t step) {
  std::vector<std::tuple<int, int, std::uint32_t>> copies;
  const kasane_step& record = view.steps()[step];
  if (record.kind != KASANE_STEP_DMA) return copies;
  for (std::uint32_t i = record.first; i < record.first + record.count; ++i) {
    kasane_dma_copy copy;
    std::memcpy(&copy, view.command(i).data(), sizeof(copy));
    copies.emplace_back(copy.source_space, copy.destination_space, copy.row_bytes);
  }
  return copies;
}

TEST(Exits, SegmentsBeginWithTheMapsThatTheyMiss) {
  using Copy = std::tuple<int, int, std::uint32_t>;
  const auto first_copies = [](const Bytes& package, std::size_t exit) {
    const PackageView view(package);
    return copies(view, view.exits()[exit].first_step);
  };
  const Bytes miss = lenet_on({Placement::ncu, Placement::cpu});
  EXPECT_THAT(first_copies(miss, 0), ElementsAre(Copy(KASANE_SPACE_INPUT, KASANE_SPACE_FMM, 784)));
  EXPECT_THAT(first_copies(miss, 1), ElementsAre(Copy(KASANE_SPACE_FMM, KASANE_SPACE_CPU_MAPS, 864)));
  const Bytes back = lenet_on({Placement::cpu, Placement::ncu});
  EXPECT_THAT(first_copies(back, 0), ElementsAre(Copy(KASANE_SPACE_INPUT, KASANE_SPACE_CPU_MAPS, 784)));
  EXPECT_THAT(first_copies(back, 1), ElementsAre(Copy(KASANE_SPACE_CPU_MAPS, KASANE_SPACE_FMM, 864)));
  // Nothing moves between two segments on the same side.
  EXPECT_THAT(first_copies(lenet_on({Placement::ncu, Placement::ncu}), 1), ElementsAre());
  EXPECT_THAT(first_copies(lenet_on({Placement::cpu, Placement::cpu}), 1), ElementsAre());
}

TEST(Exits, TheExitUnitDecidesWhereEnginesCompute) {
  CompileTarget target = roomy;
  target.exit_unit = true;
  const auto images = random_images({1, 28, 28}, 2, 5);
  const Bytes package = lenet_on({Placement::ncu, Placement::cpu}, target);
  PackageInterpreter interpreter(package);
  const auto& exits = interpreter.view().exits();
  EXPECT_EQ(exits[0].uses_unit, 1);
  EXPECT_EQ(exits[1].uses_unit, 0);
  EXPECT_EQ(interpreter.view().steps()[exits[0].end_step - 1].kind, KASANE_STEP_EXIT_UNIT);
  interpreter.run(std::span(images.pixels).first(784));
  const Bytes logits = interpreter.output(0);
  const kasane_exit_decision decision =
      kasane_exit_decide(reinterpret_cast<const std::int8_t*>(logits.data()), 10, exits[0].scale_q24);
  EXPECT_EQ(interpreter.decision().entropy_q24, decision.entropy_q24);
  EXPECT_EQ(interpreter.decision().largest, decision.largest);
  // One exit needs no decision.
  ModelBuilder b({1, 12});
  b.gemm("fc", "input", 5, 12);
  const Bytes one = compile(b.save(), random_images({12, 1, 1}, 1, 1), target);
  EXPECT_EQ(PackageView(one).exits().at(0).uses_unit, 0);
}

TEST(Exits, OneSegmentOnTheNcuIsTheNetworkWithoutPlaces) {
  ModelBuilder b({1, 2, 12, 12});
  b.convolution("conv", "input", 4, 2, 3);
  b.node("Flatten", "flatten", {"conv"});
  b.gemm("fc", "flatten", 5, 400);
  b.node("Softmax", "softmax", {"fc"});
  const auto model = b.save();
  EXPECT_EQ(compile_on(model, {Placement::ncu}), compile_on(model, {}));
  // The CPU's softmax follows its layers in its own memory.
  const Bytes on_cpu = compile_on(model, {Placement::cpu});
  const Bytes on_ncu = compile_on(model, {});
  PackageInterpreter cpu(on_cpu);
  PackageInterpreter ncu(on_ncu);
  const auto images = random_images(input, 1, 11);
  EXPECT_EQ(cpu.run(image(images, 0)), ncu.run(image(images, 0)));
  EXPECT_EQ(cpu.view().header().fmm_bytes, 0U);
  EXPECT_EQ(cpu.view().header().wm_bytes, 0U);
}

std::string error_of(ModelBuilder& builder, const Shape& shape, const CompileOptions& options = {}) {
  try {
    compile(builder.save(), random_images(shape, 1, 1), roomy, options);
  } catch (const CompileError& error) {
    EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
    return error.what();
  }
  return "no error";
}

TEST(Exits, PlacesThatDoNotFitAreRefused) {
  ModelBuilder b = lenet_with_exit();
  const Shape shape{1, 28, 28};
  CompileOptions options;
  options.segments = {Placement::ncu};
  EXPECT_THAT(error_of(b, shape, options),
              HasSubstr("has 2 segments, one an output, but 1 places are given, expected one a segment"));
  options.segments = {Placement::ncu, Placement::cartesian};
  EXPECT_THAT(error_of(b, shape, options), HasSubstr("shall run on a Cartesian-product array, expected an "
                                                     "engine that the chip has"));
  options.segments = {Placement::kcu, Placement::ncu};
  EXPECT_THAT(error_of(b, shape, options), HasSubstr("Kernel Comp Units"));
  options.segments = {Placement::hiddenite, Placement::ncu};
  EXPECT_THAT(error_of(b, shape, options), HasSubstr("a hidden-network engine"));
}

TEST(Exits, OutputsThatAreNoExitsAreRefused) {
  const Shape vector{12, 1, 1};
  {
    ModelBuilder b({1, 12});
    b.gemm("early", "input", 5, 12);
    b.node("Softmax", "softmax", {"early"});
    b.gemm("late", "input", 5, 12);
    b.exits = {"softmax"};
    EXPECT_THAT(error_of(b, vector), HasSubstr("output 'softmax' comes from node 'softmax' (Softmax), "
                                               "expected logits of a network with several outputs"));
  }
  {
    ModelBuilder b({1, 12});
    b.gemm("early", "input", 5, 12);
    b.node("Identity", "same", {"early"});
    b.exits = {"early"};
    EXPECT_THAT(error_of(b, vector), HasSubstr("output 'same' needs no layer that the outputs before it"));
  }
  {
    ModelBuilder b({1, 2, 12, 12});
    b.convolution("map", "input", 4, 2, 3);
    b.node("Flatten", "flatten", {"map"});
    b.gemm("late", "flatten", 5, 400);
    b.exits = {"map"};
    EXPECT_THAT(error_of(b, input), HasSubstr("output 'map' has shape 4x10x10, expected logits"));
  }
  {
    ModelBuilder b({1, 12});
    for (int i = 0; i < 9; ++i) {
      b.gemm("fc" + std::to_string(i), "input", 5, 12);
      if (i < 8) b.exits.push_back(b.last);
    }
    EXPECT_THAT(error_of(b, vector), HasSubstr("has 9 outputs, expected 1 to 8"));
  }
}

}  // namespace
}  // namespace kasane::compiler::test
