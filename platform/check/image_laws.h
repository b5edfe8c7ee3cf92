/// What must hold of the images in results.csv, beside their energy.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "platform/check/csv_reader.h"
#include "platform/check/energy_spans.h"
#include "platform/check/findings.h"
#include "platform/check/ledger.h"

namespace kasane::checks {

/// Of a network with several exits, the column `exit` says by which each image left: from 1.
class ExitLaws;

/// Sees the rows one after the other, as `csv` stands on them.
class ImageLaws {
 public:
  /// All outlive the laws; `ledger` is null for a run that did not end.
  ImageLaws(Findings& findings, const CsvReader& csv, const Ledger* ledger);
  ~ImageLaws();

  void see_row(const EnergySpan& image);
  void close();

 private:
  void check_order(const EnergySpan& image);
  void check_times();

  Findings& findings_;
  const CsvReader& csv_;
  const Ledger* ledger_;
  std::unique_ptr<ExitLaws> exits_;  ///< null: the network has one exit
  std::optional<Law> order_;
  EnergySpan last_;  ///< the row before
  std::int64_t before_last_end_ps_ = 0;
  std::int64_t union_ps_ = 0;  ///< while any image was under way
  std::vector<std::int64_t> latencies_ps_;
};

}  // namespace kasane::checks
