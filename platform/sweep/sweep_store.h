/// The results of a sweep, on disk as soon as each is known.
///
/// Table `runs`: what came of each run, by fingerprint; nothing is ever taken out, so that a sweep that was
/// interrupted or changed runs only what is new. Table `run_blocks`: its energy by block. Table `points`: the
/// sweep's points in order, as it is defined now. View `results`: points with what came of them, one row
/// each. Table `sweep`: what the report is to draw.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "platform/sweep/point_metrics.h"
#include "platform/sweep/sqlite_database.h"
#include "platform/sweep/sweep_definition.h"

namespace kasane {

/// How far the sweep is.
struct SweepTally {
  std::size_t points = 0;
  std::size_t done = 0;  ///< have results
  std::size_t failed = 0;
  std::string first_reason;  ///< why the first of the failed ones did
};

class SweepStore {
 public:
  /// Opens or creates the database. Throws DatabaseError.
  explicit SweepStore(const std::filesystem::path& file);

  /// Replaces the points by those of the sweep; `fingerprints` one a point.
  void define(const SweepDefinition& sweep, const std::vector<SweepPoint>& points,
              const std::vector<std::string>& fingerprints);

  /// Whether the run has succeeded already. One that failed is tried again.
  bool has(const std::string& fingerprint);
  /// Keeps a run's results, or why it failed, and the seconds it took on the host.
  void put(const std::string& fingerprint, const RunMetrics& metrics, double host_seconds);
  void put_failure(const std::string& fingerprint, const std::string& reason, double host_seconds);

  SweepTally tally();
  /// The view `results` as text, for points.csv.
  std::string csv();

 private:
  void put_run(const std::string& fingerprint, const std::string& status,
               const std::optional<std::string>& reason, const PointMetrics* metrics, double host_seconds);

  Database database_;
};

}  // namespace kasane
