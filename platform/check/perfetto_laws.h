/// What must hold of trace.pftrace.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "platform/check/findings.h"
#include "platform/check/ledger.h"
#include "platform/check/slice_digest.h"

namespace kasane::checks {

struct PerfettoFacts {
  std::optional<std::int64_t> power_end_ps;
  SliceDigests slices;  ///< by the names of a track's parent and of the track
};

/// Returns nothing where the file cannot be read to its end.
std::optional<PerfettoFacts> check_perfetto(const std::filesystem::path& path, const Ledger* ledger,
                                            Findings& findings);

}  // namespace kasane::checks
