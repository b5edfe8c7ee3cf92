// A compiled package for the hidden-network engine in the hands of the chip's runtime: it computes what the
// references compute, and damaged on purpose it is refused or stays within its memories.
#include <gtest/gtest.h>

#include "tests/unit/compiler/hidden_model.h"
#include "tests/unit/compiler/runtime_package.h"

namespace kasane::compiler::test {
namespace {

/// Two codecs, groups, a stride, a fully connected layer; masks are streamed.
std::vector<std::uint8_t> hidden_package(std::uint32_t generator) {
  HiddenModel b({1, 2, 5, 6}, generator);
  b.hidden_convolution("conv1", "input", {.outputs = 6, .inputs = 2, .kept = 0.6});
  b.hidden_convolution("conv2", b.last, {.outputs = 8, .inputs = 6, .kept = 0.15});
  b.hidden_convolution("conv3", b.last, {.outputs = 6, .inputs = 8, .groups = 2, .stride = 2});
  b.node("Flatten", "flatten", {b.last});
  b.hidden_vector("fc", 5, 6 * 3 * 3, 0.3);
  CompileOptions options;
  options.hiddenite = HiddeniteMapping{.output_lanes = 4};
  return compile(b.save(), random_images({2, 5, 6}, 4, 3), {1U << 16, 250}, options);
}

TEST(HiddenPackage, ComputesOnTheChipWhatTheReferencesCompute) {
  for (const std::uint32_t generator : {KASANE_GENERATOR_MURMUR, KASANE_GENERATOR_XORSHIFT})
    expect_runtime_computes_as_references(hidden_package(generator));
}

TEST(HiddenPackage, DamageWithARightCrcNeverLeavesItsMemories) {
  expect_damage_is_contained(hidden_package(KASANE_GENERATOR_MURMUR), 6000, KASANE_ERROR_MASK);
}

}  // namespace
}  // namespace kasane::compiler::test
