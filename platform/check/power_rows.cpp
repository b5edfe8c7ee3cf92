#include "platform/check/power_rows.h"

#include "platform/check/exact_sum.h"

namespace kasane::checks {
namespace {

constexpr std::size_t first_block = 2;  ///< column

std::string block_of(const std::string& column) {
  constexpr std::string_view suffix = "_watts";
  if (column.size() <= suffix.size() || !column.ends_with(suffix)) {
    throw Malformed("line 1: expected columns <block>_watts, found " + column);
  }
  return column.substr(0, column.size() - suffix.size());
}

}  // namespace

PowerRows::PowerRows(const std::filesystem::path& path) : csv_(path) {
  const std::vector<std::string>& header = csv_.header();
  if (header.size() < first_block || header[0] != "start_seconds" || header[1] != "duration_seconds") {
    throw Malformed("line 1: expected the columns start_seconds,duration_seconds,<block>_watts,...");
  }
  for (std::size_t column = first_block; column < header.size(); ++column) {
    blocks_.push_back(block_of(header[column]));
  }
  watts_.resize(blocks_.size());
}

bool PowerRows::next() {
  if (!csv_.next()) return false;
  start_ps_ = csv_.picoseconds(0);
  duration_ps_ = csv_.picoseconds(1);
  for (std::size_t block = 0; block < watts_.size(); ++block) {
    watts_[block] = csv_.number(first_block + block);
  }
  return true;
}

double PowerRows::total_watts() const {
  ExactSum total;
  for (const double watts : watts_) total.add(watts);
  return total.value();
}

}  // namespace kasane::checks
