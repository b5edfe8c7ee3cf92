/// What must hold of power.csv.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "platform/check/findings.h"
#include "platform/check/ledger.h"

namespace kasane::checks {

struct PowerCsvFacts {
  std::int64_t end_ps = 0;
  /// Power is known exactly between multiples of this: the window of the trace, or a multiple of it where all
  /// rows merge several.
  std::int64_t resolution_ps = 0;
};

/// Without a ledger, of a killed run, checks the rows alone. Nothing where there is no row or one that cannot
/// be read.
std::optional<PowerCsvFacts> check_power_csv(const std::filesystem::path& path, const Ledger* ledger,
                                             Findings& findings);

}  // namespace kasane::checks
