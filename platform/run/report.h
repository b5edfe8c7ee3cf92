/// Has reports drawn by the Python programs in reports/.
#pragma once

#include <filesystem>

#include "platform/scenario/scenario.h"

namespace kasane {

/// Writes report.html into the run's folder. Returns false, after a line on standard error, where Python or
/// what the script needs is missing, or the folder is no run's.
bool draw_report(const std::filesystem::path& run_folder, const ResourceFolders& folders);

/// Prints what changed from one run to another and draws it, into `page` or, where that is empty, diff.html
/// of the second run. Prints nothing if quiet. Returns false as above.
bool draw_difference(const std::filesystem::path& before, const std::filesystem::path& after,
                     const std::filesystem::path& page, bool quiet, const ResourceFolders& folders);

}  // namespace kasane
