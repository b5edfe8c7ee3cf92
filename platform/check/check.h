/// `kasane check`: whether the files of a run keep the laws of platform/trace/README.md.
#pragma once

#include <filesystem>
#include <ostream>

namespace kasane::checks {

enum class CheckResult : int { all_hold = 0, broken = 1 };

/// Reads every file of a run's folder that is there and writes a line a law to `out`. Without summary.json,
/// as a killed run leaves it, checks what each file can be checked for by itself. Shares no code with the
/// writers but the description of Perfetto's format. Throws CannotRead.
CheckResult check_run(const std::filesystem::path& folder, std::ostream& out);

}  // namespace kasane::checks
