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
  struct Image {
    std::int64_t begin_ps = 0;
    std::int64_t end_ps = 0;
    std::uint64_t line = 0;
  };
  bool may_overlap() const;
  /// Follows the images through time; returns for how long any was under way.
  std::int64_t check_order();
  void check_times(std::int64_t union_ps);

  Findings& findings_;
  const CsvReader& csv_;
  const Ledger* ledger_;
  std::unique_ptr<ExitLaws> exits_;  ///< null: the network has one exit
  std::optional<Law> order_;
  std::vector<Image> images_;
};

}  // namespace kasane::checks
