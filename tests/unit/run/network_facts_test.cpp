/// What a run knows of its network: engines and segments as the package has them.
#include "platform/run/network_facts.h"

#include <gtest/gtest.h>
#include <stdexcept>

#include "sw/compiler/compiler.h"
#include "tests/unit/compiler/exit_model.h"

namespace kasane {
namespace {

using compiler::Placement;

std::vector<std::uint8_t> compile_three(const std::vector<Placement>& segments) {
  const auto model = compiler::test::ExitModel(3, 5).save();
  compiler::CompileOptions options;
  options.segments = segments;
  return compiler::compile(model, compiler::test::random_images({2, 12, 12}, 4, 3), {1U << 20, 1U << 20},
                           options);
}

/// Of an image that reaches it.
std::uint64_t macs_of(const NetworkFacts& facts, std::size_t segment) {
  std::uint64_t macs = 0;
  for (const LayerFacts& layer : facts.layers) {
    if (layer.segment == segment) macs += layer.macs_per_image;
  }
  return macs;
}

TEST(NetworkFacts, TellWhereSegmentsRun) {
  const auto bytes = compile_three({Placement::ncu, Placement::cpu, Placement::ncu});
  const PackageView package(bytes);
  const NetworkFacts facts = network_facts(package);
  ASSERT_EQ(facts.exits.size(), 3u);
  EXPECT_EQ(facts.exits[0].engine, "ncu");
  EXPECT_EQ(facts.exits[1].engine, "cpu");
  EXPECT_EQ(facts.exits[2].engine, "ncu");
  for (const LayerFacts& layer : facts.layers) {
    if (layer.macs_per_image == 0) continue;
    EXPECT_EQ(layer.engine, layer.segment == 1 ? "cpu" : "ncu") << layer.name;
    EXPECT_EQ(layer.engine_block, layer.segment == 1 ? "" : "neural_comp_unit") << layer.name;
  }
}

TEST(NetworkFacts, GiveEveryLayerToTheSegmentThatComputesIt) {
  for (const auto& segments : {std::vector<Placement>{}, {Placement::cpu, Placement::ncu, Placement::cpu}}) {
    const auto bytes = compile_three(segments);
    const PackageView package(bytes);
    const NetworkFacts facts = network_facts(package);
    for (std::size_t exit = 0; exit < 3; ++exit) {
      EXPECT_GT(facts.exits[exit].macs_per_image, 0u);
      EXPECT_EQ(macs_of(facts, exit), facts.exits[exit].macs_per_image) << "segment " << exit;
    }
  }
}

TEST(NetworkFacts, HaveAThresholdForEveryExitButTheLast) {
  const auto bytes = compile_three({});
  NetworkFacts facts = network_facts(PackageView(bytes));
  for (const ExitFacts& exit : facts.exits) EXPECT_FALSE(exit.threshold.has_value());
  set_thresholds(facts, {0.25, 1.5});
  EXPECT_EQ(facts.exits[0].threshold, 0.25);
  EXPECT_EQ(facts.exits[1].threshold, 1.5);
  EXPECT_FALSE(facts.exits[2].threshold.has_value());
}

TEST(NetworkFacts, WantNoOtherNumberOfThresholds) {
  const auto bytes = compile_three({});
  NetworkFacts facts = network_facts(PackageView(bytes));
  for (const std::size_t count : {0, 1, 3}) {
    try {
      set_thresholds(facts, std::vector<double>(count, 0.5));
      ADD_FAILURE() << count << " thresholds";
    } catch (const std::invalid_argument& error) {
      EXPECT_EQ(error.what(), "software.exits.thresholds: expected 2 for the network's 3 exits, got " +
                                  std::to_string(count));
    }
  }
}

}  // namespace
}  // namespace kasane
