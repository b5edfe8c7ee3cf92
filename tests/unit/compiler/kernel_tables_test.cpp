// The correspondence table (which unit convolves which input channel, for whom) and the lists of what the NCU
// keeps, worked by hand.
#include "sw/compiler/kernel_tables.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>
#include <set>

#include "sw/compiler/quantize_replacement.h"
#include "tests/unit/compiler/replaced_layer.h"

namespace kasane::compiler::test {
namespace {

using ::testing::ElementsAre;

/// Three output, two input channels. Unit 5 convolves channel 0 once for outputs 0 and 1; the gain for
/// output 2 vanished. Unit 2 convolves channel 1 for outputs 1 and 2; the NCU keeps kernel (0, 1).
TEST(CorrespondenceTable, IsWrittenJobByJob) {
  ReplacedKernels replaced;
  replaced.units = {5, -1, 5, 2, 5, 2};
  replaced.gains = {1, 0, -2, 3, 0, 260};
  const CorrespondenceTable table = correspondence_table(replaced, 2);
  EXPECT_EQ(table.jobs, 2u);
  EXPECT_THAT(table.bytes, ElementsAre(5, 0, 0, 0, 2, 0, 0, 0,  // unit 5, channel 0, two targets
                                       0, 0, 1, 0,              // output 0, gain 1
                                       1, 0, 0xFE, 0xFF,        // output 1, gain -2
                                       2, 0, 1, 0, 2, 0, 0, 0,  // unit 2, channel 1, two targets
                                       1, 0, 3, 0,              // output 1, gain 3
                                       2, 0, 4, 1));            // output 2, gain 260
}

TEST(CorrespondenceTable, IsEmptyIfNothingIsReplaced) {
  ReplacedKernels replaced;
  replaced.units.assign(6, -1);
  replaced.gains.assign(6, 0);
  EXPECT_EQ(correspondence_table(replaced, 2).jobs, 0u);
  EXPECT_TRUE(correspondence_table(replaced, 2).bytes.empty());
}

/// All kernels that share a unit within an input channel fan out of one job.
TEST(CorrespondenceTable, FansOutOfOneJobAChannel) {
  constexpr std::size_t outputs = 64;
  constexpr std::size_t inputs = 3;
  ReplacedKernels replaced;
  for (std::size_t i = 0; i < outputs * inputs; ++i) {
    replaced.units.push_back(7);
    replaced.gains.push_back(static_cast<std::int16_t>(i + 1));
  }
  const std::vector<Job> jobs = read_jobs(correspondence_table(replaced, inputs));
  ASSERT_EQ(jobs.size(), inputs);
  for (std::size_t channel = 0; channel < inputs; ++channel) {
    EXPECT_EQ(jobs[channel].head.unit, 7);
    EXPECT_EQ(jobs[channel].head.channel, channel);
    ASSERT_EQ(jobs[channel].targets.size(), outputs);
    for (std::size_t output = 0; output < outputs; ++output) {
      EXPECT_EQ(jobs[channel].targets[output].output, output);
      EXPECT_EQ(jobs[channel].targets[output].gain, static_cast<int>(output * inputs + channel + 1));
    }
  }
}

/// Thirty units whose constants no gain turns into each other's.
UnitSet thirty_shapes() {
  std::mt19937 random(30);
  UnitSet set;
  while (set.units.size() < 30) {
    Unit unit{3, {}, 0};
    for (int tap = 0; tap < 9; ++tap)
      unit.constants.push_back(static_cast<std::int8_t>(static_cast<int>(random() % 255) - 127));
    set.units.push_back(unit);
  }
  return set;
}

/// A first layer of 64 x 3 kernels, each a multiple of a shape: shape (7 o + 11 i) mod (30, 30 and 10).
/// 7 has no factor in common with 30 or 10: 64 outputs meet all 30, 30 and 10 of them.
TEST(CorrespondenceTable, NeedsOneJobAShapeAndChannel) {
  constexpr std::uint32_t outputs = 64;
  constexpr std::uint32_t inputs = 3;
  constexpr std::size_t shapes[inputs] = {30, 30, 10};
  const UnitSet set = thirty_shapes();
  Graph graph = convolution_graph(outputs, inputs);
  const auto shape_of = [&](std::size_t output, std::size_t input) {
    return (7 * output + 11 * input) % shapes[input];
  };
  for (std::size_t i = 0; i < outputs * inputs; ++i) {
    const Unit& shape = set.units[shape_of(i / inputs, i % inputs)];
    const float gain = (i % 2 == 0 ? 0.01F : -0.01F) * static_cast<float>(1 + i % 9);
    for (std::size_t tap = 0; tap < 9; ++tap)
      graph.layers[0].weights[i * 9 + tap] = gain * static_cast<float>(shape.constants[tap]);
  }
  const KernelMapping mapping = map_kernels(graph, set, {.threshold = 0.9999});
  QuantizedNetwork network = quantize(graph, {{0, 1}, {-1, 1}});
  quantize_replaced_kernels(graph, graph.layers[0], network.tensors[0], set, mapping.layers[0], {},
                            network.layers[0]);
  ASSERT_TRUE(network.layers[0].replaced);
  const ReplacedKernels& replaced = *network.layers[0].replaced;
  EXPECT_EQ(replaced.count(), outputs * inputs);
  EXPECT_EQ(replaced.table.jobs, 30u + 30u + 10u);
  EXPECT_EQ(count_layer(graph.layers[0], mapping.layers[0]).jobs, 70u);
  std::set<std::pair<std::size_t, std::size_t>> served;
  std::set<std::pair<std::size_t, std::size_t>> pairs;
  for (const Job& job : read_jobs(replaced.table)) {
    EXPECT_TRUE(pairs.insert({job.head.channel, job.head.unit}).second);
    for (const kasane_kcu_target& target : job.targets) {
      EXPECT_EQ(job.head.unit, shape_of(target.output, job.head.channel));
      EXPECT_TRUE(served.insert({target.output, job.head.channel}).second);
    }
  }
  EXPECT_EQ(served.size(), outputs * inputs);
  EXPECT_TRUE(replaced.kept.weights.empty());
}

/// 64 x 3 kernels of 30 shapes, all of them in every channel: 90 jobs instead of 192 convolutions.
TEST(CorrespondenceTable, NeedsNinetyJobsForThirtyShapesInThreeChannels) {
  ReplacedKernels replaced;
  for (std::size_t output = 0; output < 64; ++output)
    for (std::size_t input = 0; input < 3; ++input) {
      replaced.units.push_back(static_cast<std::int16_t>((7 * output + 11 * input) % 30));
      replaced.gains.push_back(1);
    }
  EXPECT_EQ(read_jobs(correspondence_table(replaced, 3)).size(), 90u);
}

/// Three output, two input channels, blocks of two. Kernel (o, i) is nine times 10 o + i + 1, but (1, 0) went
/// to a unit and (0, 1) is zero.
TEST(KeptKernels, AreListedBlockByBlock) {
  QuantizedLayer layer;
  for (const int value : {1, 0, 11, 12, 21, 22})
    layer.weights.insert(layer.weights.end(), 9, static_cast<std::int8_t>(value));
  layer.replaced.emplace();
  layer.replaced->units = {-1, -1, 4, -1, -1, -1};
  const KeptKernels kept = kept_kernels(layer, 2, 3, 2);
  EXPECT_THAT(kept.lists, ElementsAre(2, 0, 0, 0,                // outputs 0 and 1: two input channels
                                      0, 0, 0, 0, 1, 0, 0, 0,    // channel 0: kept for output 0
                                      1, 0, 0, 0, 2, 0, 0, 0,    // channel 1: kept for output 1
                                      2, 0, 0, 0,                // output 2
                                      0, 0, 0, 0, 1, 0, 0, 0,    // channel 0
                                      1, 0, 0, 0, 1, 0, 0, 0));  // channel 1
  ASSERT_EQ(kept.weights.size(), 4u * 9);
  for (std::size_t tap = 0; tap < 9; ++tap) {
    EXPECT_EQ(kept.weights[tap], 1);
    EXPECT_EQ(kept.weights[9 + tap], 12);
    EXPECT_EQ(kept.weights[18 + tap], 21);
    EXPECT_EQ(kept.weights[27 + tap], 22);
  }
}

/// A kernel with a single weight is no kernel of zeros.
TEST(KeptKernels, AreOnlyLeftOutIfAllOfThemIsZero) {
  QuantizedLayer layer;
  layer.weights.assign(18, 0);
  layer.weights[17] = -1;
  const KeptKernels kept = kept_kernels(layer, 2, 1, 16);
  EXPECT_THAT(kept.lists, ElementsAre(1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0));
  EXPECT_THAT(kept.weights, ElementsAre(0, 0, 0, 0, 0, 0, 0, 0, -1));
}

}  // namespace
}  // namespace kasane::compiler::test
