/// The two binary formats of IEEE 754 that the F and D extensions work on, as bit patterns.
#pragma once

#include <cstdint>

namespace kasane::cpu::ieee {

/// binary32. `Wide` holds a product of two significands with room to spare, see exact.h.
struct Single {
  using Bits = std::uint32_t;
  using Wide = std::uint64_t;
  using Host = float;
  static constexpr int width = 32;
  static constexpr int fraction_bits = 23;
};

/// binary64
struct Double {
  using Bits = std::uint64_t;
  using Wide = unsigned __int128;
  using Host = double;
  static constexpr int width = 64;
  static constexpr int fraction_bits = 52;
};

// clang-format off
template <typename F> inline constexpr int precision = F::fraction_bits + 1;
template <typename F> inline constexpr int exponent_bits = F::width - 1 - F::fraction_bits;
template <typename F> inline constexpr int exponent_max = (1 << exponent_bits<F>) - 1;  ///< of infinities and NaNs
template <typename F> inline constexpr int bias = exponent_max<F> >> 1;
template <typename F> inline constexpr typename F::Bits hidden_bit = typename F::Bits{1} << F::fraction_bits;
template <typename F> inline constexpr typename F::Bits fraction_mask = hidden_bit<F> - 1;
template <typename F> inline constexpr typename F::Bits sign_bit = typename F::Bits{1} << (F::width - 1);
template <typename F> inline constexpr typename F::Bits quiet_bit = hidden_bit<F> >> 1;
template <typename F> inline constexpr typename F::Bits infinity = typename F::Bits{exponent_max<F>} << F::fraction_bits;
template <typename F> inline constexpr typename F::Bits largest = infinity<F> - 1;  ///< finite
template <typename F> inline constexpr typename F::Bits canonical_nan = infinity<F> | quiet_bit<F>;
// clang-format on

template <typename F>
constexpr bool is_negative(typename F::Bits a) {
  return (a & sign_bit<F>) != 0;
}
template <typename F>
constexpr typename F::Bits magnitude(typename F::Bits a) {
  return a & ~sign_bit<F>;
}
/// The exponent field: 0 of zeros and subnormal numbers.
template <typename F>
constexpr int biased_exponent(typename F::Bits a) {
  return static_cast<int>(magnitude<F>(a) >> F::fraction_bits);
}
template <typename F>
constexpr bool is_zero(typename F::Bits a) {
  return magnitude<F>(a) == 0;
}
template <typename F>
constexpr bool is_infinite(typename F::Bits a) {
  return magnitude<F>(a) == infinity<F>;
}
template <typename F>
constexpr bool is_nan(typename F::Bits a) {
  return magnitude<F>(a) > infinity<F>;
}
template <typename F>
constexpr bool is_signalling(typename F::Bits a) {
  return is_nan<F>(a) && (a & quiet_bit<F>) == 0;
}
/// `a` with the sign given.
template <typename F>
constexpr typename F::Bits with_sign(bool negative, typename F::Bits a) {
  return magnitude<F>(a) | (negative ? sign_bit<F> : 0);
}

}  // namespace kasane::cpu::ieee
