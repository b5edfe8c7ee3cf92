#include "platform/run/run_outcome.h"

#include <cstdio>

#include "models/common/seconds.h"

namespace kasane {

RunResult run_result(const Scenario& scenario, const ReadyRun& run, const RunRecorder& recorder,
                     const Technology& technology, Ending ending) {
  Machine& machine = *run.machine;
  RunResult result{.scenario = scenario.name,
                   .software = run.software,
                   .network = run.network.name,
                   .dataset = run.dataset,
                   .technology = technology.name(),
                   .corner = corner_name(scenario.technology.corner),
                   .simulated_seconds = seconds_of(sc_core::sc_time_stamp()),
                   .instructions = machine.hart().instructions(),
                   .cpu_cycles = machine.hart().cycles(),
                   .interrupted = ending == Ending::interrupted};
  recorder.fill(result);
  for (BlockResult& block : result.blocks) block.peaks = machine.peak_rates(block.name);
  return result;
}

HostResult host_result(const HostUsage& begin, const RunResult& run) {
  const HostUsage end = host_usage();
  HostResult host{.wall_seconds = end.wall_seconds - begin.wall_seconds,
                  .cpu_seconds = end.cpu_seconds - begin.cpu_seconds,
                  .peak_memory_bytes = end.peak_memory_bytes};
  if (host.cpu_seconds > 0) {
    host.instructions_per_second = static_cast<double>(run.instructions) / host.cpu_seconds;
    host.macs_per_second = static_cast<double>(run.macs()) / host.cpu_seconds;
  }
  return host;
}

int exit_code(Ending ending, const RunRecorder& recorder, const ConsoleScript& script) {
  if (!script.finished() && ending != Ending::interrupted) {
    std::fprintf(stderr, "kasane: the console never showed '%s'\n", script.expected().c_str());
  }
  switch (ending) {
    case Ending::interrupted:
      std::fprintf(stderr, "kasane: interrupted\n");
      return exit_interrupted;
    case Ending::deadlock:
      std::fprintf(stderr, "kasane: the chip stands still: firmware waits and nothing is under way\n");
      return exit_firmware_failed;
    case Ending::time_limit:
      std::fprintf(stderr, "kasane: the scenario's time_limit passed before firmware ended the run\n");
      return exit_firmware_failed;
    case Ending::stopped:
      break;
  }
  if (!recorder.exit_code().has_value() || *recorder.exit_code() != 0) {
    std::fprintf(stderr, "kasane: firmware ended the run with code %u\n", recorder.exit_code().value_or(0));
    return exit_firmware_failed;
  }
  return script.finished() ? exit_success : exit_firmware_failed;
}

}  // namespace kasane
