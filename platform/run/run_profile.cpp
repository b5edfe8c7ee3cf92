#include "platform/run/run_profile.h"

#include <algorithm>
#include <vector>

#include "platform/run/run_code.h"
#include "platform/trace/formatted.h"
#include "platform/trace/output_file.h"
#include "platform/trace/run_table.h"

namespace kasane {
namespace {

double share(std::uint64_t part, std::uint64_t whole) {
  return whole > 0 ? 100 * static_cast<double>(part) / static_cast<double>(whole) : 0;
}

}  // namespace

RunProfile::RunProfile(const ReadyRun& run)
    : code_(code_map(run)), profiler_(code_, run.machine->hart(), run.machine->account()) {}

void RunProfile::finish(const RunPaths& paths, const std::string& name) {
  profile_ = profiler_.finish();
  for (const profile::Quantity* quantity : {&profile_.instructions, &profile_.cycles, &profile_.energy}) {
    write_file_atomically(paths.folded(quantity->name), folded_stacks(*quantity));
  }
  write_file_atomically(paths.speedscope(), speedscope_json(profile_, name));
}

std::string RunProfile::table() const {
  constexpr std::size_t rows = 10;
  const std::vector<profile::FunctionShare> functions = profile_.functions();
  const std::uint64_t picojoules = profile_.energy.total();
  const std::uint64_t instructions = profile_.instructions.total();
  const std::uint64_t cycles = profile_.cycles.total();
  std::string text = formatted("\n  %-30s %12s %6s %14s %8s %8s\n", "function, by energy", "energy", "share",
                               "instructions", "running", "asleep");
  for (std::size_t row = 0; row < std::min(rows, functions.size()); ++row) {
    const profile::FunctionShare& one = functions[row];
    text += formatted("  %-30.30s %12s %5.1f%% %13.1f%% %7.1f%% %7.1f%%\n", one.name.c_str(),
                      with_unit(static_cast<double>(one.picojoules) * 1e-12, "J").c_str(),
                      share(one.picojoules, picojoules), share(one.instructions, instructions),
                      share(one.cycles, cycles), share(one.asleep_cycles, cycles));
  }
  return text;
}

}  // namespace kasane
