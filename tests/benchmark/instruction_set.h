/// Benchmarks of the host's arithmetic with each of its instruction sets.
#pragma once

#include <benchmark/benchmark.h>
#include <cstdint>
#include <hwy/targets.h>
#include <vector>

namespace kasane {

/// All that this host has, by index.
inline std::vector<std::int64_t> instruction_sets() {
  return benchmark::CreateDenseRange(0, std::ssize(hwy::SupportedAndGeneratedTargets()) - 1, 1);
}

/// Chosen, by the benchmark's first argument, as long as this object lives.
class InstructionSet {
 public:
  explicit InstructionSet(benchmark::State& state) {
    const std::int64_t target =
        hwy::SupportedAndGeneratedTargets().at(static_cast<std::size_t>(state.range(0)));
    hwy::SetSupportedTargetsForTest(target);
    state.SetLabel(hwy::TargetName(target));
  }
  ~InstructionSet() { hwy::SetSupportedTargetsForTest(0); }
  InstructionSet(const InstructionSet&) = delete;
  InstructionSet& operator=(const InstructionSet&) = delete;
};

}  // namespace kasane
