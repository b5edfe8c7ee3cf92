/// Rows of power.csv.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "platform/check/csv_reader.h"

namespace kasane::checks {

/// Average power of every block over a stretch of time, row by row. Throws CannotRead and Malformed.
class PowerRows {
 public:
  explicit PowerRows(const std::filesystem::path& path);

  const std::vector<std::string>& blocks() const { return blocks_; }
  bool next();

  std::int64_t start_ps() const { return start_ps_; }
  std::int64_t duration_ps() const { return duration_ps_; }
  std::int64_t end_ps() const { return start_ps_ + duration_ps_; }
  const std::vector<double>& watts() const { return watts_; }  ///< by block
  double total_watts() const;

  std::uint64_t rows() const { return csv_.rows(); }
  std::uint64_t line() const { return csv_.line(); }
  bool ends_within_row() const { return csv_.ends_within_row(); }

 private:
  CsvReader csv_;
  std::vector<std::string> blocks_;
  std::vector<double> watts_;
  std::int64_t start_ps_ = 0;
  std::int64_t duration_ps_ = 0;
};

}  // namespace kasane::checks
