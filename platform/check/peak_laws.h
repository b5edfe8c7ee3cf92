/// The peaks of power in summary.json, against power.csv.
#pragma once

#include <filesystem>

#include "platform/check/findings.h"
#include "platform/check/ledger.h"
#include "platform/check/power_csv_laws.h"

namespace kasane::checks {

/// Three laws: a longer stretch averages no more than a shorter one; no stretch of power.csv exceeds its
/// peak; the stretch that a peak names reaches it. `power` is null where power.csv is absent.
void check_peaks(const Ledger& ledger, const std::filesystem::path& power_csv, const PowerCsvFacts* power,
                 Findings& findings);

}  // namespace kasane::checks
