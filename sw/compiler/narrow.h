/// The fields of records are narrower than what the compiler counts in; planning has made sure that they fit.
#pragma once

#include <cstdint>

namespace kasane::compiler {

constexpr std::uint32_t u32(std::uint64_t value) {
  return static_cast<std::uint32_t>(value);
}
constexpr std::uint16_t u16(std::uint64_t value) {
  return static_cast<std::uint16_t>(value);
}

}  // namespace kasane::compiler
