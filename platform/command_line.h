/// The command line of the program `kasane`.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "models/common/config/section.h"
#include "platform/trace/trace_config.h"

namespace kasane {

/// The command line is wrong; what() is one line.
class UsageError : public std::runtime_error {
  using runtime_error::runtime_error;
};

enum class Command : std::uint8_t { help, run, describe, compile, units, sweep, report, diff, check };

struct CommandLine {
  Command command = Command::help;
  std::filesystem::path
      subject;                  ///< scenario or sweep file; report: a run's or sweep's folder; check: a run's
  std::filesystem::path other;  ///< diff: the run's folder to compare the subject with
  std::filesystem::path out;    ///< run, sweep: folder; compile, units, diff: file; empty: the default
  std::vector<Override> overrides;              ///< --set, and --corner as one more
  std::optional<std::uint32_t> images;          ///< --images
  std::optional<std::set<TraceFormat>> traces;  ///< --traces; absent: what the scenario says
  bool quiet = false;
  bool interactive = false;              ///< run: the UART's input is typed by the user, not by the scenario
  std::optional<std::uint16_t> gdb;      ///< run: the port where GDB may attach; 0: any free one
  bool gdb_wait = false;                 ///< run: nothing is executed before GDB has attached and continued
  std::optional<std::uint16_t> console;  ///< run: the port where the UART can be reached; 0: any free one
  std::optional<std::uint32_t> jobs;     ///< sweep: runs at a time; absent: one a core
  bool profile = false;                  ///< run: attribute instructions, cycles and energy to functions
  bool report = true;                    ///< run, sweep: draw report.html at the end
};

/// Throws UsageError.
CommandLine parse_command_line(int argc, const char* const* argv);

/// The text of --help.
std::string usage();

}  // namespace kasane
