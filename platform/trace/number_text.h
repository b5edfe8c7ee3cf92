/// Numbers as text, the same on every machine.
#pragma once

#include <array>
#include <charconv>
#include <cstdint>
#include <string>

namespace kasane {

/// Appends the shortest decimal text that reads back as the same double.
inline void append_number(std::string& text, double value) {
  std::array<char, 32> buffer{};
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  text.append(buffer.data(), end);
}

inline void append_number(std::string& text, std::uint64_t value) {
  std::array<char, 20> buffer{};
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  text.append(buffer.data(), end);
}

/// Appends picoseconds as seconds.
inline void append_seconds(std::string& text, std::uint64_t picoseconds) {
  append_number(text, static_cast<double>(picoseconds) / 1e12);
}

/// A field of a CSV file, quoted where RFC 4180 asks for it: names come from users' files and may hold
/// anything.
inline std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string result = "\"";
  for (const char character : text) {
    if (character == '"') result += '"';
    result += character;
  }
  return result + '"';
}

}  // namespace kasane
