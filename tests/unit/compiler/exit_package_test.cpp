// Packages with several exits in the hands of the chip's runtime: it computes what the references compute,
// and packages damaged on purpose are refused or stay within their memories (the sanitizers watch).
#include <gtest/gtest.h>

#include "tests/unit/compiler/exit_model.h"
#include "tests/unit/compiler/runtime_package.h"

namespace kasane::compiler::test {
namespace {

/// Maps are tiled and weights streamed where engines compute.
std::vector<std::uint8_t> exit_package(const std::vector<Placement>& segments, std::uint32_t seed) {
  CompileOptions options;
  options.segments = segments;
  ExitModel model(static_cast<int>(segments.size()), seed);
  return compile(model.save(), random_images({2, 12, 12}, 4, 3), {1500, 700}, options);
}

TEST(ExitPackage, ComputesOnTheChipWhatTheReferencesCompute) {
  constexpr Placement cpu = Placement::cpu;
  constexpr Placement ncu = Placement::ncu;
  for (const auto& segments : std::vector<std::vector<Placement>>{
           {ncu, cpu}, {cpu, cpu}, {cpu, ncu}, {ncu, cpu, ncu}, {cpu, ncu, cpu}})
    expect_runtime_computes_as_references(exit_package(segments, 5));
}

TEST(ExitPackage, DamageWithARightCrcNeverLeavesItsMemories) {
  expect_damage_is_contained(exit_package({Placement::ncu, Placement::cpu, Placement::ncu}, 5), 3000,
                             KASANE_ERROR_PARAMETER);
}

}  // namespace
}  // namespace kasane::compiler::test
