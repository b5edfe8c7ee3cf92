/// Rows of a CSV file with a header, one at a time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/check/line_reader.h"

namespace kasane::checks {

/// A trace does not have the form that platform/trace/README.md gives it; what() says where and how.
class Malformed : public std::runtime_error {
  using runtime_error::runtime_error;
};

/// Fields may be quoted as RFC 4180 has it, without line ends. Throws CannotRead, and Malformed for a row
/// that has not as many fields as the header.
class CsvReader {
 public:
  explicit CsvReader(const std::filesystem::path& path);

  const std::vector<std::string>& header() const { return header_; }
  /// Index of a column. Throws Malformed where there is none.
  std::size_t column(std::string_view name) const;

  /// Goes to the next row; false after the last one.
  bool next();
  const std::string& field(std::size_t column) const { return fields_[column]; }
  double number(std::size_t column) const;  ///< throws Malformed
  /// A time in seconds, as picoseconds. Throws Malformed for what is no time, negative, or not finite.
  std::int64_t picoseconds(std::size_t column) const;

  std::uint64_t rows() const { return rows_; }
  std::uint64_t line() const { return lines_.line(); }
  bool ends_within_row() const { return lines_.ends_within_line(); }

 private:
  void split(std::string_view line);

  LineReader lines_;
  std::vector<std::string> header_;
  std::vector<std::string> fields_;
  std::uint64_t rows_ = 0;
};

/// "line 12".
std::string line_text(std::uint64_t line);

}  // namespace kasane::checks
