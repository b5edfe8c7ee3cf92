// Segments on Kernel Comp Units, the Cartesian-product array and the hidden-network engine: each only where
// it is placed, and nobody can tell from the logits whether CPU or NCU computes the other segments.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <set>

#include "tests/unit/compiler/exit_model.h"
#include "tests/unit/compiler/hidden_model.h"
#include "tests/unit/compiler/package_interpreter.h"

namespace kasane::compiler::test {
namespace {

using kasane::test::PackageInterpreter;
using ::testing::ElementsAre;
using Bytes = std::vector<std::uint8_t>;

constexpr CompileTarget roomy{1U << 20, 1U << 20, 1U << 16, 1U << 16};
constexpr CompileTarget tight{2600, 1500, 4000, 1000};
constexpr Placement cpu = Placement::cpu;
constexpr Placement ncu = Placement::ncu;
constexpr Placement kcu = Placement::kcu;
constexpr Placement array = Placement::cartesian;
constexpr Placement hidden = Placement::hiddenite;

const std::vector<std::int8_t> constants = {1, -2, 3, 5, 7, -4, 2, 0, -6};

/// A chip with all of them.
CompileOptions options_on(const std::vector<Placement>& segments) {
  CompileOptions options;
  options.units = UnitMapping{.units = {{{3, constants, 0}}}, .options = {.threshold = 0.1}};
  options.array = ArrayMapping{.columns = 4};
  options.hiddenite = HiddeniteMapping{.output_lanes = 4};
  options.segments = segments;
  return options;
}

Bytes compile_on(const std::filesystem::path& model, const std::vector<Placement>& segments,
                 const CompileTarget& target = roomy) {
  return compile(model, random_images({2, 12, 12}, 4, 3), target, options_on(segments));
}

/// The outputs of all exits for two images.
std::vector<Bytes> logits_of(const Bytes& package) {
  PackageInterpreter interpreter(package, {{3, constants}});
  const auto images = random_images({2, 12, 12}, 2, 11);
  std::vector<Bytes> logits;
  for (std::size_t image = 0; image < 2; ++image) {
    interpreter.run(std::span(images.pixels).subspan(image * 288, 288));
    for (std::size_t exit = 0; exit < interpreter.view().exits().size(); ++exit)
      logits.push_back(interpreter.output(exit));
  }
  return logits;
}

/// How many layers of each segment run as steps of this kind.
std::vector<std::size_t> layers_of_kind(const Bytes& package, std::uint16_t kind) {
  const PackageView view(package);
  std::vector<std::size_t> counts;
  for (const kasane_exit& exit : view.exits()) {
    std::set<std::uint16_t> layers;
    for (std::uint32_t i = exit.first_step; i < exit.end_step; ++i)
      if (view.steps()[i].kind == kind) layers.insert(view.steps()[i].layer);
    for (const std::uint16_t layer : layers) EXPECT_EQ(view.layers()[layer].step_kind, kind);
    counts.push_back(layers.size());
  }
  return counts;
}

TEST(ExitEngines, UnitsStandInForKernelsOfTheirSegmentsOnly) {
  const auto model = ExitModel(2, 1).save();
  const Bytes package = compile_on(model, {kcu, cpu});
  EXPECT_THAT(layers_of_kind(package, KASANE_STEP_KCU), ElementsAre(1, 0));
  EXPECT_NE(PackageView(package).header().kcu_design, 0U);
  EXPECT_EQ(logits_of(package), logits_of(compile_on(model, {kcu, ncu})));
  EXPECT_EQ(logits_of(package), logits_of(compile_on(model, {kcu, ncu}, tight)));
  EXPECT_NE(logits_of(package), logits_of(compile_on(model, {ncu, ncu})));
  const Bytes behind = compile_on(model, {ncu, kcu});
  EXPECT_THAT(layers_of_kind(behind, KASANE_STEP_KCU), ElementsAre(0, 1));
  EXPECT_EQ(logits_of(behind), logits_of(compile_on(model, {cpu, kcu})));
}

/// Each block has two convolutions: what begins the network and what ends a segment stays on the NCU.
std::filesystem::path two_by_two() {
  ModelBuilder b({1, 2, 12, 12});
  b.convolution("a1", "input", 6, 2, 3, 1);
  b.relu("a1_relu");
  b.convolution("a2", "a1_relu", 6, 6, 3, 1, 2);
  b.relu("a2_relu");
  b.node("Flatten", "early_flatten", {"a2_relu"});
  b.gemm("early", "early_flatten", 5, 216);
  b.convolution("b1", "a2_relu", 6, 6, 3, 1);
  b.relu("b1_relu");
  b.convolution("b2", "b1_relu", 8, 6, 3, 1);
  b.relu("b2_relu");
  b.node("Flatten", "late_flatten", {"b2_relu"});
  b.gemm("late", "late_flatten", 5, 288);
  b.exits = {"early"};
  return b.save();
}

TEST(ExitEngines, TheArrayHasTheInnerLayersOfItsSegments) {
  const auto model = two_by_two();
  const Bytes front = compile_on(model, {array, cpu});
  EXPECT_THAT(layers_of_kind(front, KASANE_STEP_CARTESIAN), ElementsAre(1, 0));
  EXPECT_EQ(logits_of(front), logits_of(compile_on(model, {array, ncu})));
  EXPECT_EQ(logits_of(front), logits_of(compile_on(model, {array, cpu}, tight)));
  const Bytes rear = compile_on(model, {cpu, array});
  EXPECT_THAT(layers_of_kind(rear, KASANE_STEP_CARTESIAN), ElementsAre(0, 2));
  EXPECT_EQ(logits_of(rear), logits_of(compile_on(model, {ncu, array})));
  EXPECT_EQ(logits_of(rear), logits_of(compile_on(model, {cpu, array}, tight)));
  EXPECT_THAT(layers_of_kind(compile_on(model, {array, array}), KASANE_STEP_CARTESIAN), ElementsAre(1, 2));
}

TEST(ExitEngines, SegmentsMayHaveDifferentOnes) {
  const auto model = two_by_two();
  const Bytes package = compile_on(model, {kcu, array});
  EXPECT_THAT(layers_of_kind(package, KASANE_STEP_KCU), ElementsAre(2, 0));
  EXPECT_THAT(layers_of_kind(package, KASANE_STEP_CARTESIAN), ElementsAre(0, 2));
  EXPECT_EQ(logits_of(package), logits_of(compile_on(model, {kcu, array}, tight)));
  const Bytes three = compile_on(ExitModel(3, 2).save(), {kcu, cpu, kcu});
  EXPECT_THAT(layers_of_kind(three, KASANE_STEP_KCU), ElementsAre(1, 0, 1));
}

/// A hidden network with an exit behind its first convolution.
std::filesystem::path hidden_network() {
  HiddenModel b({1, 2, 12, 12});
  b.hidden_convolution("conv1", "input", {.outputs = 6, .inputs = 2, .kept = 0.6, .stride = 2});
  const std::string trunk = b.last;
  b.node("Flatten", "early_flatten", {trunk});
  b.hidden_vector("early", 5, 216, 0.3);
  b.exits = {"early"};
  b.hidden_convolution("conv2", trunk, {.outputs = 8, .inputs = 6, .kept = 0.3});
  b.node("Flatten", "late_flatten", {b.last});
  b.hidden_vector("late", 5, 288, 0.3);
  return b.save();
}

/// Weights are -1, 0 and 1 for everybody: all nine placements agree.
TEST(ExitEngines, HiddenSegmentsHaveTheSameLogitsEverywhere) {
  const auto model = hidden_network();
  const auto expected = logits_of(compile_on(model, {ncu, ncu}));
  for (const Placement first : {cpu, ncu, hidden})
    for (const Placement second : {cpu, ncu, hidden})
      for (const CompileTarget& target : {roomy, tight}) {
        const Bytes package = compile_on(model, {first, second}, target);
        EXPECT_EQ(logits_of(package), expected) << int(first) << int(second);
        EXPECT_THAT(layers_of_kind(package, KASANE_STEP_HIDDENITE),
                    ElementsAre(first == hidden ? 2U : 0U, second == hidden ? 2U : 0U));
      }
}

TEST(ExitEngines, TwoWithoutPlacesAreRefused) {
  EXPECT_THROW(compile_on(two_by_two(), {}), CompileError);
}

}  // namespace
}  // namespace kasane::compiler::test
