#include "platform/check/findings.h"

#include <array>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <utility>

namespace kasane::checks {

void Findings::ok(const std::string& text) {
  ++held_;
  out_ << "ok    " << text << '\n';
}

void Findings::skip(const std::string& text) {
  out_ << "skip  " << text << '\n';
}

void Findings::violation(const std::string& text) {
  out_ << "FAIL  " << text << '\n';
}

void Findings::verdict(bool has_ledger) {
  const std::string without = has_ledger ? "" : "; without summary.json nothing was compared with the ledger";
  if (broken_ == 0) {
    out_ << "all " << held_ << " checks hold" << without << '\n';
  } else {
    out_ << broken_ << " of " << checked() << " checks failed" << without << '\n';
  }
}

Law::Law(Findings& findings, std::string file, std::string name)
    : findings_(findings), file_(std::move(file)), name_(std::move(name)) {}

void Law::violated(const std::string& text) {
  ++violations_;
  if (violations_ <= most_shown) findings_.violation(file_ + ": " + name_ + ": " + text);
}

void Law::close(const std::string& counts, const std::string& detail) {
  if (violations_ == 0) {
    findings_.ok(file_ + ": " + counts + ": " + name_ + (detail.empty() ? "" : ", " + detail));
    return;
  }
  findings_.broken();
  if (violations_ > most_shown) {
    findings_.violation(file_ + ": " + name_ + ": " + grouped(violations_) + " violations in all, " +
                        grouped(most_shown) + " shown");
  }
}

std::string grouped(std::uint64_t count) {
  std::string digits = std::to_string(count);
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, ",");
  return digits;
}

std::string counted(std::uint64_t count, const std::string& noun) {
  return grouped(count) + " " + noun + (count == 1 ? "" : "s");
}

std::string text(double value) {
  std::array<char, 32> buffer{};
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  return {buffer.data(), end};
}

std::string rough(double value) {
  std::array<char, 32> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%.1e", value);
  return buffer.data();
}

std::string time_text(std::int64_t picoseconds) {
  const char* sign = picoseconds < 0 ? "-" : "";
  const auto size = static_cast<unsigned long long>(std::llabs(picoseconds));
  std::array<char, 40> buffer{};
  if (size % 1000 == 0) {
    std::snprintf(buffer.data(), buffer.size(), "%s%llu ns", sign, size / 1000);
  } else {
    std::snprintf(buffer.data(), buffer.size(), "%s%llu.%03llu ns", sign, size / 1000, size % 1000);
  }
  return buffer.data();
}

std::string expected_found(double expected, double found, const std::string& unit) {
  return "expected " + text(expected) + " " + unit + ", found " + text(found) + " " + unit;
}

}  // namespace kasane::checks
