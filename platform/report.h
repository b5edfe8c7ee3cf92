/// Has the report of a run drawn by reports/report.py.
#pragma once

#include <filesystem>

#include "platform/scenario/scenario.h"

namespace kasane {

/// Writes report.html into the run's folder. Returns false, after a line on standard error, where Python or
/// what the script needs is missing, or the folder is no run's.
bool draw_report(const std::filesystem::path& run_folder, const ResourceFolders& folders);

}  // namespace kasane
