/// `kasane run`: from a scenario to a folder of results.
#pragma once

#include "platform/command_line.h"
#include "platform/scenario/scenario.h"

namespace kasane {

/// Exit codes of the program.
enum ExitCode : int {
  exit_success = 0,
  exit_firmware_failed = 1,  ///< the simulated software reported an error, hung, or ran out of time
  exit_bad_input = 2,
  exit_points_failed = 3,  ///< sweep: some points have no results
  exit_interrupted = 130,  ///< Ctrl-C
};

/// Runs the scenario and writes the results to the folder the command line names. Returns an ExitCode; throws
/// for input that cannot be used and files that cannot be written.
int run(const CommandLine& line, const ResourceFolders& folders);

/// The scenario of the command line, its options applied.
Scenario scenario_of(const CommandLine& line, const ResourceFolders& folders);

}  // namespace kasane
