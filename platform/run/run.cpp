#include "platform/run/run.h"

#include <cstdio>
#include <memory>
#include <optional>

#include "platform/console/console.h"
#include "platform/console/terminal_input.h"
#include "platform/console/uart_peer.h"
#include "platform/debug/remote_debugger.h"
#include "platform/debug/tcp_console.h"
#include "platform/run/host_usage.h"
#include "platform/run/interrupt_guard.h"
#include "platform/run/progress.h"
#include "platform/run/progress_line.h"
#include "platform/run/report.h"
#include "platform/run/run_instruction_trace.h"
#include "platform/run/run_outcome.h"
#include "platform/run/run_profile.h"
#include "platform/run/run_recorder.h"
#include "platform/run/run_setup.h"
#include "platform/simulation.h"
#include "platform/trace/run_paths.h"
#include "platform/trace/run_table.h"
#include "platform/trace/traces.h"

namespace kasane {
namespace {

std::vector<std::string> names_of(const std::vector<LayerFacts>& layers) {
  std::vector<std::string> names;
  for (const LayerFacts& layer : layers) names.push_back(layer.name);
  return names;
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

/// One run from its input to its files. Members are built in the order in which input is checked, so that a
/// run that cannot be leaves nothing behind.
class Run {
 public:
  Run(const CommandLine& line, const ResourceFolders& folders);
  int execute();

 private:
  /// A person is at the console: takes their time, and is no script.
  bool is_typed() const { return line_.interactive || line_.console; }
  void listen();
  void open_files();
  Ending simulate_all();
  void pause();
  void close_files();
  int report(Ending ending, const HostUsage& begin);

  const CommandLine& line_;
  const ResourceFolders& folders_;
  Scenario scenario_;
  const Technology technology_;
  const RunPaths paths_;
  ProgressLine progress_;
  RunRecorder recorder_;
  UartPeer peer_;
  const ReadyRun ready_;
  Machine& machine_;
  std::unique_ptr<RemoteDebugger> debugger_;
  std::optional<Console> console_;
  std::optional<Traces> traces_;
  std::optional<RunInstructionTrace> instructions_;
  std::optional<RunProfile> profile_;
};

Run::Run(const CommandLine& line, const ResourceFolders& folders)
    : line_(line),
      folders_(folders),
      scenario_(scenario_of(line, folders)),
      technology_(Technology::load(scenario_.technology)),
      paths_{line.out.empty() ? std::filesystem::path("runs") / scenario_.name : line.out},
      progress_(line.quiet || line.interactive),  // a user who types wants the whole console
      peer_(is_typed() ? std::vector<ConsoleStep>{} : scenario_.console, recorder_),
      ready_(prepare(
          scenario_, technology_, [this](char character) { peer_.see(character); }, recorder_)),
      machine_(*ready_.machine) {
  if (scenario_.trace.instructions) instructions_.emplace(*scenario_.trace.instructions, ready_);
  listen();
}

void Run::listen() {
  debugger_ = debugger_of(line_, machine_);
  if (!line_.console) return;
  auto input = std::make_unique<TcpConsole>(*line_.console);
  announce(line_, "UART", *line_.console, input->port());
  peer_.add(std::move(input));
}

void Run::open_files() {
  paths_.prepare();
  console_.emplace(paths_.console(), progress_, line_.quiet);
  peer_.attach(machine_.uart(), *console_);
  if (line_.interactive) peer_.add(std::make_unique<TerminalInput>());
  traces_.emplace(scenario_.trace, paths_, machine_.trace_layout(names_of(ready_.network.layers)),
                  machine_.account());
  recorder_.attach(machine_.account(), ready_.network, *traces_, scenario_.trace, paths_);
  if (instructions_) instructions_->start(paths_);
  if (line_.profile) profile_.emplace(ready_);
}

void Run::pause() {
  traces_->poll();
  if (instructions_) instructions_->poll();
  peer_.poll();
  progress_.update([this](double host_seconds) {
    return progress_text({.images_done = recorder_.images(),
                          .images_total = recorder_.images_total(),
                          .simulated = sc_core::sc_time_stamp(),
                          .instructions = machine_.hart().instructions()},
                         host_seconds);
  });
}

Ending Run::simulate_all() {
  Outside outside{.on_pause = [this] { pause(); }, .may_be_woken = [this] { return peer_.open(); }};
  if (debugger_) {
    outside.may_be_woken = [this] { return debugger_->report_standstill() || peer_.open(); };
    outside.holds = [this] { return debugger_->holds(); };
    outside.ends = [this] { return debugger_->ends(); };
  }
  return simulate(is_typed() ? sc_core::SC_ZERO_TIME : scenario_.time_limit, outside);
}

void Run::close_files() {
  peer_.poll();
  machine_.hart().settle();
  machine_.account().settle();
  progress_.clear();
  console_->finish();
  traces_->finish();
  recorder_.finish();
  if (instructions_) instructions_->finish();
}

int Run::report(Ending ending, const HostUsage& begin) {
  RunResult result = run_result(scenario_, ready_, recorder_, technology_, ending);
  result.peaks = traces_->peaks();
  const HostResult host = host_result(begin, result);
  write_file_atomically(paths_.summary(), summary_json(result));
  write_file_atomically(paths_.host(), host_json(host));
  if (debugger_ && ending != Ending::interrupted) {
    debugger_->report_exit(recorder_.exit_code().value_or(1));
  }
  if (!line_.quiet) std::fputs(run_table(result, host).c_str(), stdout);
  if (profile_) {
    profile_->finish(paths_, scenario_.name);
    if (!line_.quiet) std::fputs(profile_->table().c_str(), stdout);
  }
  const int code = exit_code(ending, recorder_, peer_.script());
  if (line_.report && code != exit_interrupted) draw_report(paths_.folder, folders_);
  if (!line_.quiet) std::printf("\n  results: %s\n", paths_.folder.c_str());
  return code;
}

int Run::execute() {
  open_files();
  const HostUsage begin = host_usage();
  const InterruptGuard guard;
  const Ending ending = simulate_all();
  close_files();
  return report(ending, begin);
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
  return Run(line, folders).execute();
}

}  // namespace kasane
