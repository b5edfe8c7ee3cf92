#include "platform/check/csv_reader.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "platform/check/findings.h"

namespace kasane::checks {

std::string line_text(std::uint64_t line) {
  return "line " + std::to_string(line);
}

CsvReader::CsvReader(const std::filesystem::path& path) : lines_(path) {
  const std::optional<std::string_view> line = lines_.next();
  if (!line) throw Malformed("expected a line with the columns' names, found none");
  split(*line);
  header_ = fields_;
}

std::size_t CsvReader::column(std::string_view name) const {
  const auto found = std::find(header_.begin(), header_.end(), name);
  if (found == header_.end()) throw Malformed("line 1: expected a column " + std::string(name));
  return static_cast<std::size_t>(found - header_.begin());
}

bool CsvReader::next() {
  const std::optional<std::string_view> line = lines_.next();
  if (!line) return false;
  split(*line);
  if (fields_.size() != header_.size()) {
    throw Malformed(line_text(lines_.line()) + ": expected " + std::to_string(header_.size()) +
                    " fields, found " + std::to_string(fields_.size()));
  }
  ++rows_;
  return true;
}

double CsvReader::number(std::size_t column) const {
  const std::string& field = fields_[column];
  double value = 0;
  const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), value);
  if (error != std::errc() || end != field.data() + field.size()) {
    throw Malformed(line_text(line()) + ": " + header_[column] + ": expected a number, found '" + field +
                    "'");
  }
  return value;
}

std::int64_t CsvReader::picoseconds(std::size_t column) const {
  const double seconds = number(column);
  if (!(seconds >= 0 && seconds < 9e6)) {
    throw Malformed(line_text(line()) + ": " + header_[column] + ": expected 0 ... 9e6 seconds, found " +
                    fields_[column]);
  }
  return std::llround(static_cast<long double>(seconds) * 1e12L);
}

/// Splits into fields_, whose strings keep their memory.
void CsvReader::split(std::string_view line) {
  std::size_t count = 0;
  std::size_t at = 0;
  while (true) {
    if (count == fields_.size()) fields_.emplace_back();
    std::string& field = fields_[count++];
    field.clear();
    if (at < line.size() && line[at] == '"') {
      for (++at; at < line.size(); ++at) {
        if (line[at] != '"') {
          field += line[at];
        } else if (at + 1 < line.size() && line[at + 1] == '"') {
          field += line[++at];
        } else {
          break;
        }
      }
      if (at < line.size()) ++at;
    }
    const std::size_t end = std::min(line.find(',', at), line.size());
    field.append(line.substr(at, end - at));
    if (end == line.size()) break;
    at = end + 1;
  }
  fields_.resize(count);
}

}  // namespace kasane::checks
