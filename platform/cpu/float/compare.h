/// Comparison, minimum and maximum, classification, and transfer of signs. Nothing here rounds.
#pragma once

#include "platform/cpu/float/nan.h"

namespace kasane::cpu::ieee {

/// a < b, of two that are no NaN. Zeros are equal whatever their sign.
template <typename F>
constexpr bool ordered_less(typename F::Bits a, typename F::Bits b) {
  if (is_zero<F>(a) && is_zero<F>(b)) return false;
  if (is_negative<F>(a) != is_negative<F>(b)) return is_negative<F>(a);
  return a != b && (a < b) != is_negative<F>(a);
}

/// Quiet: only a signalling NaN is invalid.
template <typename F>
bool equal(typename F::Bits a, typename F::Bits b, Context& context) {
  if (is_nan<F>(a) || is_nan<F>(b)) {
    nan_from<F>(context, a, b);
    return false;
  }
  return a == b || (is_zero<F>(a) && is_zero<F>(b));
}

/// Signalling: any NaN is invalid.
template <typename F>
bool less(typename F::Bits a, typename F::Bits b, Context& context) {
  if (is_nan<F>(a) || is_nan<F>(b)) {
    context.raise(flag::invalid);
    return false;
  }
  return ordered_less<F>(a, b);
}

/// Signalling: any NaN is invalid.
template <typename F>
bool less_or_equal(typename F::Bits a, typename F::Bits b, Context& context) {
  if (is_nan<F>(a) || is_nan<F>(b)) {
    context.raise(flag::invalid);
    return false;
  }
  return !ordered_less<F>(b, a);
}

/// minimumNumber and maximumNumber of IEEE 754-2019, as of version 2.2 of the F extension: of a number and a
/// NaN the number, and -0 is below +0.
template <typename F>
typename F::Bits lower_or_higher(bool lower, typename F::Bits a, typename F::Bits b, Context& context) {
  if (is_nan<F>(a) || is_nan<F>(b)) {
    const auto neither = nan_from<F>(context, a, b);
    if (is_nan<F>(a)) return is_nan<F>(b) ? neither : b;
    return a;
  }
  const bool a_is_lower = ordered_less<F>(a, b) || (is_zero<F>(a) && is_zero<F>(b) && is_negative<F>(a));
  return a_is_lower == lower ? a : b;
}
template <typename F>
typename F::Bits minimum(typename F::Bits a, typename F::Bits b, Context& context) {
  return lower_or_higher<F>(true, a, b, context);
}
template <typename F>
typename F::Bits maximum(typename F::Bits a, typename F::Bits b, Context& context) {
  return lower_or_higher<F>(false, a, b, context);
}

/// FCLASS: one bit set, from 0 (minus infinity) by value to 7 (plus infinity), 8 signalling NaN, 9 quiet NaN.
template <typename F>
constexpr std::uint32_t classify(typename F::Bits a) {
  if (is_nan<F>(a)) return is_signalling<F>(a) ? 1u << 8 : 1u << 9;
  const std::uint32_t size = is_infinite<F>(a) ? 3 : biased_exponent<F>(a) != 0 ? 2 : is_zero<F>(a) ? 0 : 1;
  return is_negative<F>(a) ? 1u << (3 - size) : 1u << (4 + size);
}

/// FSGNJ, FSGNJN, FSGNJX: a with b's sign, its opposite, or the product of both signs. NaNs are nothing
/// special.
template <typename F>
constexpr typename F::Bits copy_sign(typename F::Bits a, typename F::Bits b) {
  return with_sign<F>(is_negative<F>(b), a);
}
template <typename F>
constexpr typename F::Bits copy_opposite_sign(typename F::Bits a, typename F::Bits b) {
  return with_sign<F>(!is_negative<F>(b), a);
}
template <typename F>
constexpr typename F::Bits multiply_sign(typename F::Bits a, typename F::Bits b) {
  return a ^ (b & sign_bit<F>);
}

}  // namespace kasane::cpu::ieee
