/// `kasane sweep`: every combination of a sweep's axes, run on all cores, one row each.
#pragma once

#include "platform/command_line.h"
#include "platform/scenario/scenario.h"

namespace kasane {

/// Runs what is not known yet of the sweep, and writes points.sqlite, points.csv and report.html to the
/// folder that the command line names. Returns an ExitCode: exit_points_failed where some points have no
/// results; the others do. Throws for a sweep none of whose points can be run, and files that cannot be
/// written.
int sweep(const CommandLine& line, const ResourceFolders& folders);

}  // namespace kasane
