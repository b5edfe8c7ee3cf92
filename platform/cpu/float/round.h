/// The one place where values are cut to what a register holds.
#pragma once

#include "platform/cpu/float/exact.h"

namespace kasane::cpu::ieee {

/// What is cut off, against half of the last bit that is kept.
enum class Rest : std::uint8_t { none, below_half, half, above_half };

template <typename Wide>
struct Cut {
  Wide kept;
  Rest rest;
};

/// Without its lowest `bits` bits.
template <typename Wide>
constexpr Cut<Wide> cut(Wide value, int bits) {
  constexpr int width = width_of<Wide>;
  if (bits <= 0) return {value, Rest::none};
  if (bits > width) return {0, value == 0 ? Rest::none : Rest::below_half};
  const Wide half = Wide{1} << (bits - 1);
  const Wide rest = bits == width ? value : value & ((half << 1) - 1);
  const Wide kept = bits == width ? 0 : value >> bits;
  if (rest == 0) return {kept, Rest::none};
  if (rest == half) return {kept, Rest::half};
  return {kept, rest < half ? Rest::below_half : Rest::above_half};
}

/// Whether the magnitude goes up by one in the last place.
constexpr bool rounds_up(Rounding rounding, bool negative, bool odd, Rest rest) {
  switch (rounding) {
    case Rounding::nearest_even:
      return rest == Rest::above_half || (rest == Rest::half && odd);
    case Rounding::towards_zero:
      return false;
    case Rounding::down:
      return negative && rest != Rest::none;
    case Rounding::up:
      return !negative && rest != Rest::none;
    default:  // nearest_away
      return rest >= Rest::half;
  }
}

template <typename Wide>
constexpr Wide rounded(const Cut<Wide>& value, Rounding rounding, bool negative) {
  return value.kept + (rounds_up(rounding, negative, (value.kept & 1) != 0, value.rest) ? 1 : 0);
}

/// Into the format, raising inexact, overflow and underflow. Underflow: the result is inexact, and rounded as
/// if the exponent had no lower bound it is below the smallest normal number.
template <typename F>
typename F::Bits round(const Exact<F>& value, Context& context);

}  // namespace kasane::cpu::ieee
