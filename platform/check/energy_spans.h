/// Energies between two moments, against the integral of power.csv.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "platform/check/findings.h"
#include "platform/check/ledger.h"
#include "platform/check/power_csv_laws.h"

namespace kasane::checks {

/// Says that `joules` were spent between two moments.
struct EnergySpan {
  std::int64_t begin_ps = 0;
  std::int64_t end_ps = 0;
  double joules = 0;
  std::string place;  ///< where it says so: "line 3"
};

/// Violates `law` for each span whose energy power.csv rules out: windows cut by its edges count as none for
/// the least and as whole for the most. Reads power.csv once.
void compare_with_power(const std::filesystem::path& power_csv, const PowerCsvFacts& facts,
                        std::vector<EnergySpan> spans, Law& law);

/// regions.csv and results.csv. Spans are compared a bounded number at a time. `power` is null where
/// power.csv is absent: then only what needs none is checked.
void check_regions_csv(const std::filesystem::path& path, const std::filesystem::path& power_csv,
                       const PowerCsvFacts* power, const Ledger* ledger, Findings& findings);
void check_results_csv(const std::filesystem::path& path, const std::filesystem::path& power_csv,
                       const PowerCsvFacts* power, const Ledger* ledger, Findings& findings);

}  // namespace kasane::checks
