// A compiled package for the Cartesian-product array in the hands of the chip's runtime: it computes what the
// references compute, and damaged on purpose it is refused or stays within its memories (the sanitizers
// watch).
#include <gtest/gtest.h>

#include "tests/unit/compiler/runtime_package.h"
#include "tests/unit/compiler/trained_model.h"

namespace kasane::compiler::test {
namespace {

/// Byte maps, a packed map, a group of each kind, a fully connected layer.
std::vector<std::uint8_t> array_package() {
  TrainedModel b({1, 2, 5, 6}, 41);
  b.convolution_of("conv1", {.outputs = 6, .inputs = 2, .kernel = 3, .levels = 127, .high = 1.4831F});
  b.convolution_of("conv2", {.outputs = 8, .inputs = 6, .kernel = 3, .kept_of_nine = 4, .high = 1.2177F});
  b.convolution_of("conv3", {.outputs = 6, .inputs = 8, .groups = 2, .high = 0.9463F});
  b.node("Flatten", "flatten", {b.last});
  b.fully_connected_of("fc", {.outputs = 5, .inputs = 180, .high = 0});
  CompileOptions options;
  options.array = ArrayMapping{4, false, {"conv1"}};
  return compile(b.save(), random_images({2, 5, 6}, 4, 3), {1U << 16, 1500}, options);
}

TEST(ArrayPackage, ComputesOnTheChipWhatTheReferencesCompute) {
  expect_runtime_computes_as_references(array_package());
}

TEST(ArrayPackage, DamageWithARightCrcNeverLeavesItsMemories) {
  expect_damage_is_contained(array_package(), 6000, KASANE_ERROR_PARAMETER);
}

}  // namespace
}  // namespace kasane::compiler::test
