/// Numbers as text, the same on every machine.
#pragma once

#include <array>
#include <charconv>
#include <string>

namespace kasane {

/// Appends the shortest decimal text that reads back as the same double.
inline void append_number(std::string& text, double value) {
  std::array<char, 32> buffer{};
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  text.append(buffer.data(), end);
}

}  // namespace kasane
