/// The same operations on the host's floating-point unit, for the common case in which they are known to
/// agree with the exact ones: rounding to nearest even, on a host that does the same, with inexact already
/// raised, and a result that no other flag and no NaN can come with. A program that works with fractions is
/// in that case nearly always.
#pragma once

#include <bit>
#include <cmath>
#include <limits>

#include "platform/cpu/float/arithmetic.h"
#include "platform/cpu/float/convert.h"

namespace kasane::cpu::ieee {

static_assert(std::numeric_limits<float>::is_iec559 && std::numeric_limits<double>::is_iec559);

/// Whether the calling thread computes as IEEE 754 says, to nearest even: a library built for fast arithmetic
/// may have made it flush subnormal numbers.
bool host_conforms();

/// The mode and flags in which an operation of this file may be used at all.
constexpr bool host_agrees(Rounding rounding, std::uint8_t flags) {
  return rounding == Rounding::nearest_even && (flags & flag::inexact) != 0;
}

template <typename F>
typename F::Host to_host(typename F::Bits a) {
  return std::bit_cast<typename F::Host>(a);
}
template <typename F>
typename F::Bits from_host(typename F::Host a) {
  return std::bit_cast<typename F::Bits>(a);
}

/// A number at least twice the smallest normal one, and finite: whatever was rounded to it cannot have raised
/// underflow, overflow, invalid or division by zero.
template <typename F>
constexpr bool is_plain(typename F::Bits result) {
  return static_cast<std::uint32_t>(biased_exponent<F>(result)) - 2 <
         static_cast<std::uint32_t>(exponent_max<F>) - 2;
}

/// Each operation: how many operands, `exact` on bits, `on_host` on the host's numbers, and whether the
/// host's result is to be trusted.
template <typename F>
struct Add {
  static constexpr int operands = 2;
  using Bits = typename F::Bits;
  using Host = typename F::Host;
  static Bits exact(Bits a, Bits b, Context& context) { return add<F>(a, b, context); }
  static Host on_host(Host a, Host b) { return a + b; }
  /// A sum that is subnormal or 0 is exact.
  static bool trusted(Bits result) { return magnitude<F>(result) < infinity<F>; }
};

template <typename F>
struct Subtract {
  static constexpr int operands = 2;
  using Bits = typename F::Bits;
  using Host = typename F::Host;
  static Bits exact(Bits a, Bits b, Context& context) { return subtract<F>(a, b, context); }
  static Host on_host(Host a, Host b) { return a - b; }
  static bool trusted(Bits result) { return magnitude<F>(result) < infinity<F>; }
};

template <typename F>
struct Multiply {
  static constexpr int operands = 2;
  using Bits = typename F::Bits;
  using Host = typename F::Host;
  static Bits exact(Bits a, Bits b, Context& context) { return multiply<F>(a, b, context); }
  static Host on_host(Host a, Host b) { return a * b; }
  static bool trusted(Bits result) { return is_plain<F>(result); }
};

template <typename F>
struct Divide {
  static constexpr int operands = 2;
  using Bits = typename F::Bits;
  using Host = typename F::Host;
  static Bits exact(Bits a, Bits b, Context& context) { return divide<F>(a, b, context); }
  static Host on_host(Host a, Host b) { return a / b; }
  static bool trusted(Bits result) { return is_plain<F>(result); }
};

template <typename F>
struct SquareRoot {
  static constexpr int operands = 1;
  using Bits = typename F::Bits;
  using Host = typename F::Host;
  static Bits exact(Bits a, Context& context) { return square_root<F>(a, context); }
  static Host on_host(Host a) { return std::sqrt(a); }
  static bool trusted(Bits result) { return is_plain<F>(result); }
};

/// (-1)^minus_product * a * b + (-1)^minus_addend * c
template <typename F, bool minus_product, bool minus_addend>
struct MultiplyAdd {
  static constexpr int operands = 3;
  using Bits = typename F::Bits;
  using Host = typename F::Host;
  static Bits exact(Bits a, Bits b, Bits c, Context& context) {
    return multiply_add<F>(minus_product ? a ^ sign_bit<F> : a, b, minus_addend ? c ^ sign_bit<F> : c,
                           context);
  }
  static Host on_host(Host a, Host b, Host c) {
    return std::fma(minus_product ? -a : a, b, minus_addend ? -c : c);
  }
  static bool trusted(Bits result) { return is_plain<F>(result); }
};

/// Singles to doubles: exact, where they are no NaN.
struct Widen {
  static constexpr int operands = 1;
  static Double::Bits exact(Single::Bits a, Context& context) { return widen(a, context); }
  static double on_host(float a) { return a; }
  static bool trusted(Double::Bits result) { return !is_nan<Double>(result); }
};

/// Doubles to singles.
struct Narrow {
  static constexpr int operands = 1;
  static Single::Bits exact(Double::Bits a, Context& context) { return narrow(a, context); }
  static float on_host(double a) { return static_cast<float>(a); }
  static bool trusted(Single::Bits result) { return is_plain<Single>(result); }
};

}  // namespace kasane::cpu::ieee
