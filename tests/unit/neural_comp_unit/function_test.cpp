/// The unit's arithmetic against the independent reference: random layers on random units. Small buffers and
/// odd numbers of lanes force every kind of split; the whole of FMM is compared, gaps included.
#include "models/neural_comp_unit/function.h"

#include <gtest/gtest.h>
#include <hwy/targets.h>

#include "tests/reference/random_layers.h"
#include "tests/unit/neural_comp_unit/host_run.h"

namespace kasane::ncu {
namespace {

NcuConfig random_config(reference::Random& random) {
  NcuConfig config;
  config.lanes_in = static_cast<std::uint32_t>(random.between(1, 20));
  config.lanes_out = static_cast<std::uint32_t>(random.between(1, 40));
  config.input_buffer_bytes = static_cast<std::uint32_t>(random.between(1024, 8192));
  config.weight_buffer_bytes = static_cast<std::uint32_t>(random.between(4096, 8192));
  config.accumulator_pixels = static_cast<std::uint32_t>(random.between(4, 64));
  config.pool_lanes = static_cast<std::uint32_t>(random.between(1, config.lanes_out));
  config.elementwise_lanes = static_cast<std::uint32_t>(random.between(1, 20));
  return config;
}

void compare(std::uint64_t seed, int layers) {
  reference::Random random(seed);
  int executed = 0;
  for (int index = 0; index < layers; ++index) {
    reference::RandomLayer layer = reference::make_random_layer(random);
    const NcuConfig config = index % 4 == 0 ? NcuConfig{} : random_config(random);
    if (check(layer.record, config) != KASANE_ERROR_NONE) continue;  // larger than this unit's buffers
    const reference::Bytes expected = layer.expected();
    host_run(layer.record, config, layer.fmm, layer.wm);
    ASSERT_EQ(layer.fmm, expected) << "layer " << index << ": " << layer.description;
    ++executed;
  }
  EXPECT_GT(executed, layers * 9 / 10);
}

TEST(NcuFunction, EqualsTheReferenceOnRandomLayers) {
  compare(1, 2000);
}

TEST(NcuFunction, EqualsTheReferenceWithEveryInstructionSet) {
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    SCOPED_TRACE(hwy::TargetName(target));
    hwy::SetSupportedTargetsForTest(target);
    compare(2, 300);
  }
  hwy::SetSupportedTargetsForTest(0);
}

/// -128 × -128 summed until 32 bits wrap: 2^17 + 1 products are 2^31 + 2^14.
TEST(NcuFunction, SumsWrapAt32Bits) {
  constexpr std::uint32_t channels = 1024;
  const std::vector<std::uint8_t> extreme(channels, 0x80);
  PackedPatch patch;
  patch.pack(extreme, {.channels = channels, .rows = 1, .columns = 1}, {.height = 1, .width = 1}, 0);
  PackedWeights weights;
  weights.pack(extreme, 1, channels, 1);
  Accumulators sums;
  sums.clear(1, 1);
  for (int chunk = 0; chunk < 129; ++chunk) accumulate(patch, weights, {}, 1, sums);
  EXPECT_EQ(sums.data()[0], static_cast<std::int32_t>(129u * 1024u * 16384u));
}

}  // namespace
}  // namespace kasane::ncu
