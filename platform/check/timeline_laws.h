/// What must hold of timeline.csv.
#pragma once

#include <filesystem>
#include <optional>

#include "platform/check/findings.h"
#include "platform/check/ledger.h"
#include "platform/check/slice_digest.h"

namespace kasane::checks {

/// Returns the tracks' slices, or nothing where the file cannot be read to its end.
std::optional<SliceDigests> check_timeline_csv(const std::filesystem::path& path, const Ledger* ledger,
                                               Findings& findings);

}  // namespace kasane::checks
