/// What `kasane check` says: one line a law that holds, a few lines of what breaks one.
#pragma once

#include <cstdint>
#include <ostream>
#include <stdexcept>
#include <string>

namespace kasane::checks {

/// A run's folder or file cannot be read at all; what() is one line.
class CannotRead : public std::runtime_error {
  using runtime_error::runtime_error;
};

/// Writes lines as they come and counts them.
class Findings {
 public:
  explicit Findings(std::ostream& out) : out_(out) {}

  void ok(const std::string& text);
  void skip(const std::string& text);
  /// One law is broken; `violations` lines said how.
  void broken() { ++broken_; }
  void violation(const std::string& text);
  /// The last line.
  void verdict(bool has_ledger);

  bool all_hold() const { return broken_ == 0; }
  std::uint64_t checked() const { return held_ + broken_; }

 private:
  std::ostream& out_;
  std::uint64_t held_ = 0;
  std::uint64_t broken_ = 0;
};

/// One law of one file: says every violation up to ten, then how many there were; says that it holds where
/// there was none.
class Law {
 public:
  /// `file`: "power.csv"; `name`: what holds, "windows without gap or overlap".
  Law(Findings& findings, std::string file, std::string name);

  /// `text` says where, what was expected and what was found.
  void violated(const std::string& text);
  /// All of the file was seen. `counts`: how much, "14 blocks"; `detail`: how well, may be empty.
  void close(const std::string& counts, const std::string& detail = {});

  std::uint64_t violations() const { return violations_; }

 private:
  static constexpr std::uint64_t most_shown = 10;

  Findings& findings_;
  std::string file_;
  std::string name_;
  std::uint64_t violations_ = 0;
};

/// 10203 as "10,203".
std::string grouped(std::uint64_t count);
/// grouped() and the noun, with an s unless it is one: "1 window", "2 windows".
std::string counted(std::uint64_t count, const std::string& noun);
/// The shortest text that reads back equal.
std::string text(double value);
/// Two digits, for deviations.
std::string rough(double value);
/// Picoseconds as "12.5 us" would lose digits: nanoseconds with all digits, "12500 ns".
std::string time_text(std::int64_t picoseconds);
/// "expected 1.5 J, found 1.6 J".
std::string expected_found(double expected, double found, const std::string& unit);

}  // namespace kasane::checks
