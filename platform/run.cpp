#include "platform/run.h"

#include <cstdio>
#include <memory>
#include <optional>

#include "models/common/seconds.h"
#include "platform/console.h"
#include "platform/debug/remote_debugger.h"
#include "platform/debug/tcp_console.h"
#include "platform/host_usage.h"
#include "platform/interrupt_guard.h"
#include "platform/progress.h"
#include "platform/progress_line.h"
#include "platform/report.h"
#include "platform/run_instruction_trace.h"
#include "platform/run_profile.h"
#include "platform/run_recorder.h"
#include "platform/run_setup.h"
#include "platform/simulation.h"
#include "platform/terminal_input.h"
#include "platform/trace/run_paths.h"
#include "platform/trace/run_table.h"
#include "platform/trace/traces.h"
#include "platform/uart_peer.h"

namespace kasane {
namespace {

std::vector<std::string> names_of(const std::vector<LayerFacts>& layers) {
  std::vector<std::string> names;
  for (const LayerFacts& layer : layers) names.push_back(layer.name);
  return names;
}

RunResult collect(const Scenario& scenario, const ReadyRun& run, const RunRecorder& recorder,
                  const Technology& technology, Ending ending) {
  Machine& machine = *run.machine;
  RunResult result{.scenario = scenario.name,
                   .software = run.software,
                   .network = run.network,
                   .dataset = run.dataset,
                   .technology = technology.name(),
                   .corner = corner_name(scenario.technology.corner),
                   .simulated_seconds = seconds_of(sc_core::sc_time_stamp()),
                   .instructions = machine.hart().instructions(),
                   .cpu_cycles = machine.hart().cycles(),
                   .interrupted = ending == Ending::interrupted};
  recorder.fill(result, run.layers);
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

/// Says where the run can be reached; a port that the user did not choose, in any case.
void announce(const CommandLine& line, const char* what, std::uint16_t chosen, std::uint16_t port) {
  if (line.quiet && chosen != 0) return;
  std::printf("%s: port %u of this host\n", what, port);
  std::fflush(stdout);
}

/// GDB's way to the machine, if it is to have one.
std::unique_ptr<RemoteDebugger> debugger_of(const CommandLine& line, Machine& machine) {
  if (!line.gdb) return nullptr;
  auto debugger =
      std::make_unique<RemoteDebugger>(*line.gdb, line.gdb_wait, machine.hart(), machine.account());
  announce(line, line.gdb_wait ? "waiting for GDB" : "GDB may attach", *line.gdb, debugger->port());
  return debugger;
}

/// What the run's ending means for the exit code; says on standard error what went wrong.
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

}  // namespace

Scenario scenario_of(const CommandLine& line, const ResourceFolders& folders) {
  std::vector<Override> overrides = line.overrides;
  if (line.images) overrides.push_back({"dataset.images", std::to_string(*line.images)});
  Scenario scenario = read_scenario(line.subject, overrides, folders);
  if (line.traces) scenario.trace.formats = *line.traces;
  return scenario;
}

int run(const CommandLine& line, const ResourceFolders& folders) {
  Scenario scenario = scenario_of(line, folders);
  const Technology technology = Technology::load(scenario.technology);
  const RunPaths paths{line.out.empty() ? std::filesystem::path("runs") / scenario.name : line.out};

  ProgressLine progress(line.quiet || line.interactive);  // a user who types wants the whole console
  RunRecorder recorder;
  const bool is_typed = line.interactive || line.console;  // people take their time, and are no script
  UartPeer peer(is_typed ? std::vector<ConsoleStep>{} : scenario.console, recorder);
  const ReadyRun ready = prepare(
      scenario, technology, [&peer](char character) { peer.see(character); }, recorder);
  Machine& machine = *ready.machine;
  std::optional<RunInstructionTrace> instructions;
  if (scenario.trace.instructions) instructions.emplace(*scenario.trace.instructions, ready);
  const std::unique_ptr<RemoteDebugger> debugger = debugger_of(line, machine);
  if (line.console) {
    auto input = std::make_unique<TcpConsole>(*line.console);
    announce(line, "UART", *line.console, input->port());
    peer.add(std::move(input));
  }

  paths.prepare();
  Console console(paths.console(), progress, line.quiet);
  peer.attach(machine.uart(), console);
  if (line.interactive) peer.add(std::make_unique<TerminalInput>());
  Traces traces(scenario.trace, paths, machine.trace_layout(names_of(ready.layers)), machine.account());
  recorder.attach(machine.account(), scenario.trace, paths);
  if (instructions) instructions->start(paths);
  std::optional<RunProfile> profile;
  if (line.profile) profile.emplace(ready);

  const HostUsage begin = host_usage();
  const InterruptGuard guard;
  const auto pause = [&] {
    traces.poll();
    if (instructions) instructions->poll();
    peer.poll();
    progress.update([&](double host_seconds) {
      return progress_text({.images_done = recorder.images(),
                            .images_total = recorder.images_total(),
                            .simulated = sc_core::sc_time_stamp(),
                            .instructions = machine.hart().instructions()},
                           host_seconds);
    });
  };
  Outside outside{.on_pause = pause, .may_be_woken = [&] { return peer.open(); }};
  if (debugger) {
    outside.may_be_woken = [&] { return debugger->report_standstill() || peer.open(); };
    outside.holds = [&] { return debugger->holds(); };
    outside.ends = [&] { return debugger->ends(); };
  }
  const Ending ending = simulate(is_typed ? sc_core::SC_ZERO_TIME : scenario.time_limit, outside);
  peer.poll();
  machine.hart().settle();
  machine.account().settle();
  progress.clear();
  console.finish();
  traces.finish();
  recorder.finish();
  if (instructions) instructions->finish();

  RunResult result = collect(scenario, ready, recorder, technology, ending);
  result.peaks = traces.peaks();
  const HostResult host = host_result(begin, result);
  write_file_atomically(paths.summary(), summary_json(result));
  write_file_atomically(paths.host(), host_json(host));
  if (debugger && ending != Ending::interrupted) debugger->report_exit(recorder.exit_code().value_or(1));
  if (!line.quiet) std::fputs(run_table(result, host).c_str(), stdout);
  if (profile) {
    profile->finish(paths, scenario.name);
    if (!line.quiet) std::fputs(profile->table().c_str(), stdout);
  }
  const int code = exit_code(ending, recorder, peer.script());
  if (line.report && code != exit_interrupted) draw_report(paths.folder, folders);
  if (!line.quiet) std::printf("\n  results: %s\n", paths.folder.c_str());
  return code;
}

}  // namespace kasane
