/// A Value Change Dump (IEEE 1364), token by token.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "platform/check/line_reader.h"

namespace kasane::checks {

struct VcdVariable {
  std::string scope;  ///< "kasane.dram"
  std::string type;   ///< real, wire, string, integer
  std::string name;
};

struct VcdChange {
  enum class Kind : std::uint8_t { time, scalar, vector, real, text };
  Kind kind = Kind::time;
  std::int64_t time = 0;     ///< of kind time
  std::string value;         ///< otherwise, without the letter of its kind
  std::size_t variable = 0;  ///< otherwise: the first one of this identifier
};

/// Throws CannotRead, and Malformed for text that is no VCD. Aliases, several variables of one identifier,
/// are refused.
class VcdReader {
 public:
  /// Reads the declarations.
  explicit VcdReader(const std::filesystem::path& path);

  const std::vector<VcdVariable>& variables() const { return variables_; }
  const std::string& timescale() const { return timescale_; }  ///< "1ps", without spaces

  bool next(VcdChange& change);

  std::uint64_t line() const { return lines_.line(); }
  bool ends_within_line() const { return lines_.ends_within_line(); }

 private:
  bool token(std::string& word);
  std::string needed_token();
  /// Tokens up to $end.
  std::vector<std::string> section();
  void declare(const std::string& keyword);
  std::size_t variable_of(const std::string& identifier) const;
  [[noreturn]] void refuse(const std::string& message) const;

  LineReader lines_;
  std::string_view rest_;  ///< of the line
  std::vector<std::string> scopes_;
  std::vector<VcdVariable> variables_;
  std::unordered_map<std::string, std::size_t> identifiers_;
  std::string timescale_;
  std::string word_;
  bool declared_ = false;  ///< $enddefinitions was seen
};

}  // namespace kasane::checks
