/// Numbers with 24 fractional bits, as firmware counts entropy.
#pragma once

#include <cmath>
#include <cstdint>

namespace kasane {

/// The nearest one; `value` in 0 ... 255.
inline std::uint32_t to_q24(double value) {
  return static_cast<std::uint32_t>(std::llround(std::ldexp(value, 24)));
}

inline double from_q24(std::uint32_t value) {
  return std::ldexp(value, -24);
}

}  // namespace kasane
