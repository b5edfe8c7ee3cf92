/// The program `kasane`: reads the command line, calls the command, turns errors into one line and an exit
/// code.
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iostream>

#include <systemc>

#include "platform/check/check.h"
#include "platform/command_line.h"
#include "platform/describe.h"
#include "platform/package_table.h"
#include "platform/run/report.h"
#include "platform/run/run.h"
#include "platform/run/run_inputs.h"
#include "platform/run/run_setup.h"
#include "platform/sweep/sweep.h"
#include "platform/trace/output_file.h"

namespace kasane {
namespace {

ResourceFolders resource_folders() {
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe");
  return {.source = KASANE_SOURCE_DIR, .firmware = program.parent_path() / "firmware"};
}

int describe_command(const CommandLine& line, const ResourceFolders& folders) {
  Scenario scenario = scenario_of(line, folders);
  RunRecorder nobody;
  const auto machine = build_machine(
      scenario, Technology::load(scenario.technology), [](char) {}, nobody);
  std::fputs(describe(scenario, *machine).c_str(), stdout);
  return exit_success;
}

int compile_command(const CommandLine& line, const ResourceFolders& folders) {
  Scenario scenario = scenario_of(line, folders);
  NetworkRun& run = scenario.network_run();
  const std::vector<std::uint8_t> package = compile_network(run, wire_units(run.chip));
  const std::filesystem::path out =
      line.out.empty() ? std::filesystem::path(scenario.name + ".package") : line.out;
  write_file_atomically(out, {reinterpret_cast<const char*>(package.data()), package.size()});
  if (line.quiet) return exit_success;
  std::printf("%s: %zu bytes\n%s", out.c_str(), package.size(), package_table(PackageView(package)).c_str());
  return exit_success;
}

int units_command(const CommandLine& line, const ResourceFolders& folders) {
  Scenario scenario = scenario_of(line, folders);
  const std::optional<UnitDesign> design = wire_units(scenario.network_run().chip);
  if (!design)
    throw std::invalid_argument("chip.kernel_comp_units.count: the chip has no units, expected some");
  const std::filesystem::path out =
      line.out.empty() ? std::filesystem::path(scenario.name + ".units.yaml") : line.out;
  compiler::save_units(design->units, out);
  if (!line.quiet) std::printf("%s: %zu units\n", out.c_str(), design->units.units.size());
  return exit_success;
}

int execute(const CommandLine& line) {
  const ResourceFolders folders = resource_folders();
  switch (line.command) {
    case Command::run:
      return run(line, folders);
    case Command::sweep:
      return sweep(line, folders);
    case Command::describe:
      return describe_command(line, folders);
    case Command::compile:
      return compile_command(line, folders);
    case Command::units:
      return units_command(line, folders);
    case Command::report:
      return draw_report(line.subject, folders) ? exit_success : exit_bad_input;
    case Command::diff:
      return draw_difference(line.subject, line.other, line.out, line.quiet, folders) ? exit_success
                                                                                      : exit_bad_input;
    case Command::check:
      return static_cast<int>(checks::check_run(line.subject, std::cout));
    case Command::help:
      break;
  }
  std::fputs(usage().c_str(), stdout);
  return exit_success;
}

}  // namespace
}  // namespace kasane

int sc_main(int argc, char* argv[]) {
  try {
    return kasane::execute(kasane::parse_command_line(argc, argv));
  } catch (const kasane::UsageError& error) {
    std::fprintf(stderr, "kasane: %s (kasane --help shows how)\n", error.what());
  } catch (const sc_core::sc_report& report) {
    // What was thrown within a process reaches us wrapped; its message is the line we want.
    std::fprintf(stderr, "kasane: %s\n", report.get_msg());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "kasane: %s\n", error.what());
  }
  return kasane::exit_bad_input;
}

int main(int argc, char* argv[]) {
  // SystemC's banner and its deprecation notes are not for our users.
  setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", 1);
  sc_core::sc_report_handler::set_actions(sc_core::SC_INFO, sc_core::SC_DO_NOTHING);
  return sc_core::sc_elab_and_sim(argc, argv);
}
