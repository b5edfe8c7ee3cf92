/// Finite numbers as whole significands, and exact operations on them.
///
/// Where a result has more bits than fit, the lowest bit stands for all that fell off ("sticky"): it is
/// then 1. This is as good as exact for rounding, because it lies at least two bits below the last bit of any
/// rounded result.
#pragma once

#include <bit>
#include <utility>

#include "platform/cpu/float/context.h"
#include "platform/cpu/float/format.h"

namespace kasane::cpu::ieee {

/// (-1)^negative * significand * 2^exponent
template <typename F>
struct Exact {
  bool negative;
  int exponent;
  typename F::Wide significand;
};

template <typename Wide>
inline constexpr int width_of = static_cast<int>(8 * sizeof(Wide));

inline int leading_zeros(std::uint64_t value) {
  return std::countl_zero(value);
}
inline int leading_zeros(unsigned __int128 value) {
  const auto high = static_cast<std::uint64_t>(value >> 64);
  return high != 0 ? std::countl_zero(high) : 64 + std::countl_zero(static_cast<std::uint64_t>(value));
}

/// Shifted right, the lowest bit sticky.
template <typename Wide>
Wide shift_right_sticky(Wide value, int by) {
  if (by <= 0) return value;
  if (by >= width_of<Wide>) return value != 0 ? 1 : 0;
  const Wide lost = value & ((Wide{1} << by) - 1);
  return value >> by | (lost != 0 ? 1 : 0);
}

/// The value of a finite bit pattern.
template <typename F>
Exact<F> unpack(typename F::Bits a) {
  const int field = biased_exponent<F>(a);
  const typename F::Bits fraction = a & fraction_mask<F>;
  const int exponent = (field == 0 ? 1 : field) - bias<F> - F::fraction_bits;
  return {is_negative<F>(a), exponent, field == 0 ? fraction : fraction | hidden_bit<F>};
}

/// The same value with the significand's highest bit at position `top`; of a value that is not 0 and has no
/// bit above.
template <typename F>
Exact<F> aligned_at(int top, Exact<F> a) {
  const int by = leading_zeros(a.significand) - (width_of<typename F::Wide> - 1 - top);
  a.significand <<= by;
  a.exponent -= by;
  return a;
}

template <typename F>
Exact<F> product(const Exact<F>& a, const Exact<F>& b) {
  return {a.negative != b.negative, a.exponent + b.exponent, a.significand * b.significand};
}

/// Both have at most twice the format's precision. `rounding` decides the sign of x - x.
template <typename F>
Exact<F> sum(const Exact<F>& a, const Exact<F>& b, Rounding rounding) {
  if (a.significand == 0 && b.significand == 0) {
    return {a.negative == b.negative ? a.negative : rounding == Rounding::down, 0, 0};
  }
  if (a.significand == 0) return b;
  if (b.significand == 0) return a;
  // One bit is left for the carry. Bits only fall off where the exponents differ by so much that at most one
  // leading bit can cancel.
  constexpr int top = width_of<typename F::Wide> - 2;
  Exact<F> large = aligned_at(top, a);
  Exact<F> small = aligned_at(top, b);
  if (large.exponent < small.exponent ||
      (large.exponent == small.exponent && large.significand < small.significand)) {
    std::swap(large, small);
  }
  const auto addend = shift_right_sticky(small.significand, large.exponent - small.exponent);
  if (large.negative == small.negative) {
    large.significand += addend;
  } else {
    large.significand -= addend;
    if (large.significand == 0) large.negative = rounding == Rounding::down;
  }
  return large;
}

/// Neither is 0.
template <typename F>
Exact<F> quotient(const Exact<F>& a, const Exact<F>& b) {
  constexpr int extra = precision<F> + 3;  // bits of the quotient, at least
  const Exact<F> dividend = aligned_at(precision<F> - 1 + extra, a);
  const Exact<F> divisor = aligned_at(precision<F> - 1, b);
  const auto whole = dividend.significand / divisor.significand;
  const bool rest = whole * divisor.significand != dividend.significand;
  return {a.negative != b.negative, dividend.exponent - divisor.exponent, whole | (rest ? 1 : 0)};
}

/// The square root of a value above 0.
template <typename F>
Exact<F> root(const Exact<F>& a) {
  using Wide = typename F::Wide;
  constexpr int top = 2 * precision<F> + 5;
  Exact<F> radicand = aligned_at(top, a);
  if (radicand.exponent % 2 != 0) {
    radicand.significand <<= 1;
    --radicand.exponent;
  }
  // Bit by bit: `found` is the root so far, `rest` the radicand less its square.
  Wide found = 0;
  Wide rest = radicand.significand;
  for (int position = (top + 1) / 2; position >= 0; --position) {
    const Wide trial = (found << 1 | Wide{1} << position) << position;
    if (trial <= rest) {
      rest -= trial;
      found |= Wide{1} << position;
    }
  }
  return {false, radicand.exponent / 2, found | (rest != 0 ? 1 : 0)};
}

}  // namespace kasane::cpu::ieee
