/// What the benchmarks of all engines do alike: one chip with its account, commands again and again, without
/// and with all trace writers.
#pragma once

#include <benchmark/benchmark.h>
#include <cerrno>
#include <filesystem>
#include <string>

#include "kasane/engine.h"
#include "models/technology/technology.h"
#include "platform/trace/traces.h"
#include "tests/reference/random_shapes.h"

namespace kasane {

/// Of the one chip; SystemC elaborates no second time.
inline EnergyAccount& account() {
  static EnergyAccount account;
  return account;
}

inline const Technology& technology() {
  static const Technology technology =
      Technology::load({.file = KASANE_SOURCE_DIR "/models/technology/tables/45nm.yaml"});
  return technology;
}

/// `each`: of one iteration.
inline benchmark::Counter rate(double each, const benchmark::State& state) {
  return {each * static_cast<double>(state.iterations()), benchmark::Counter::kIsRate};
}

/// MAC/s: of all weights, those that are left out too.
template <typename Chip, typename Command>
void repeat(benchmark::State& state, Chip& chip, const Command& command, const char* label) {
  const auto record = reference::record_of(command);
  for (auto _ : state) {
    if (chip.run(record).error != KASANE_ERROR_NONE) state.SkipWithError("command failed");
  }
  state.SetLabel(label);
  state.counters["MAC/s"] = rate(static_cast<double>(reference::products_of(command)), state);
}

/// All writers of a run at the default window; attached once, for the rest of the program.
inline void attach_traces() {
  static const RunPaths paths{std::filesystem::temp_directory_path() /
                              ("kasane_" + std::string(program_invocation_short_name))};
  std::filesystem::create_directories(paths.folder);
  static Traces traces({}, paths, {account(), {"layer"}, {}, BlockId{0}}, account());
}

/// The module with traces on.
template <void (*module)(benchmark::State&)>
void traced(benchmark::State& state) {
  static const bool attached = (attach_traces(), true);
  benchmark::DoNotOptimize(attached);
  module(state);
}

/// After the elaboration of the chip.
inline int run_benchmarks(int argc, char* argv[]) {
  sc_core::sc_start(sc_core::SC_ZERO_TIME);
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}

}  // namespace kasane
