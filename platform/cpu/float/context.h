/// How an operation rounds, and what it reports.
#pragma once

#include <cstdint>

namespace kasane::cpu::ieee {

/// The numbers of the rm field and of frm.
enum class Rounding : std::uint8_t {
  nearest_even = 0,
  towards_zero = 1,
  down = 2,
  up = 3,
  nearest_away = 4,  ///< ties go to the larger magnitude
};

/// The bits of fflags.
namespace flag {
inline constexpr std::uint8_t inexact = 1;
inline constexpr std::uint8_t underflow = 2;
inline constexpr std::uint8_t overflow = 4;
inline constexpr std::uint8_t divide_by_zero = 8;
inline constexpr std::uint8_t invalid = 16;
}  // namespace flag

/// What every operation is given: it adds to the flags and never clears one.
struct Context {
  Rounding rounding = Rounding::nearest_even;
  std::uint8_t flags = 0;
  void raise(std::uint8_t which) { flags = static_cast<std::uint8_t>(flags | which); }
};

}  // namespace kasane::cpu::ieee
