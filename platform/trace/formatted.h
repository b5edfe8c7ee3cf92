/// printf into a string.
#pragma once

#include <algorithm>
#include <array>
#include <cstdio>
#include <string>

namespace kasane {

/// At most 255 characters; what exceeds them is cut off.
template <typename... Arguments>
std::string formatted(const char* format, Arguments... arguments) {
  std::array<char, 256> line{};
  const int length = std::snprintf(line.data(), line.size(), format, arguments...);
  return {line.data(), std::min(static_cast<std::size_t>(length), line.size() - 1)};
}

}  // namespace kasane
