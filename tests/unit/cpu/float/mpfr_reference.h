/// What GNU MPFR says an operation gives, with the flags that RISC-V wants.
#pragma once

#include <bit>
#include <functional>
#include <mpfr.h>

#include "platform/cpu/float/context.h"
#include "platform/cpu/float/format.h"

namespace kasane::testing {

/// One MPFR number.
class Number {
 public:
  explicit Number(mpfr_prec_t precision) { mpfr_init2(value_, precision); }
  template <typename Host>
  requires std::is_floating_point_v<Host>
  explicit Number(Host value) : Number(mpfr_prec_t{64}) { mpfr_set_d(value_, value, MPFR_RNDN); }
  Number(const Number&) = delete;
  Number& operator=(const Number&) = delete;
  ~Number() { mpfr_clear(value_); }
  operator mpfr_ptr() { return value_; }
  operator mpfr_srcptr() const { return value_; }

 private:
  mpfr_t value_;
};

/// Bits and flags.
struct Outcome {
  std::uint64_t bits;
  std::uint32_t flags;
  bool operator==(const Outcome&) const = default;
};

/// Computes into its first argument, rounded as told; returns MPFR's ternary value.
using Operation = std::function<int(mpfr_ptr, mpfr_rnd_t)>;

/// Operands are to be no NaN; a NaN as a result is taken for invalid.
template <typename F>
class Reference {
 public:
  static Outcome of(const Operation& operation, cpu::ieee::Rounding rounding) {
    using cpu::ieee::Rounding;
    switch (rounding) {
      case Rounding::nearest_even:
        return rounded(operation, MPFR_RNDN);
      case Rounding::towards_zero:
        return rounded(operation, MPFR_RNDZ);
      case Rounding::down:
        return rounded(operation, MPFR_RNDD);
      case Rounding::up:
        return rounded(operation, MPFR_RNDU);
      default:
        return to_nearest_away(operation);
    }
  }

 private:
  static constexpr mpfr_exp_t emax = cpu::ieee::bias<F> + 1;
  static constexpr mpfr_exp_t emin = 3 - cpu::ieee::bias<F> - cpu::ieee::precision<F>;

  static void unbound_exponents() {
    mpfr_set_emin(mpfr_get_emin_min());
    mpfr_set_emax(mpfr_get_emax_max());
  }

  static std::uint64_t bits_of(mpfr_srcptr value) {
    if (mpfr_nan_p(value)) return cpu::ieee::canonical_nan<F>;
    const auto host = static_cast<typename F::Host>(mpfr_get_d(value, MPFR_RNDN));  // exact
    return std::bit_cast<typename F::Bits>(host);
  }

  static Outcome rounded(const Operation& operation, mpfr_rnd_t mode) {
    using namespace cpu::ieee;
    Number result(mpfr_prec_t{precision<F>});
    mpfr_clear_flags();
    int ternary = operation(result, mode);
    const bool tiny = mpfr_regular_p(result) && mpfr_get_exp(result) < 2 - bias<F>;
    mpfr_set_emin(emin);
    mpfr_set_emax(emax);
    ternary = mpfr_subnormalize(result, mpfr_check_range(result, ternary, mode), mode);
    unbound_exponents();
    std::uint32_t flags = 0;
    if (mpfr_nanflag_p()) flags |= flag::invalid;
    if (mpfr_divby0_p()) flags |= flag::divide_by_zero;
    if (mpfr_overflow_p()) flags |= flag::overflow;
    if (ternary != 0) flags |= flag::inexact;
    if (ternary != 0 && tiny) flags |= flag::underflow;
    return {bits_of(result), flags};
  }

  /// MPFR has no such mode: of the two neighbours, by where the true value (to a few hundred bits, towards
  /// zero) lies against their middle.
  static Outcome to_nearest_away(const Operation& operation) {
    const Outcome inner = rounded(operation, MPFR_RNDZ);
    const Outcome outer = rounded(operation, MPFR_RNDA);
    if (inner == outer) return inner;
    Number value(mpfr_prec_t{400});
    operation(value, MPFR_RNDZ);
    Outcome result = above_middle(value, inner.bits) ? outer : inner;
    // Neither neighbour's flags are nearest's where the value is about the smallest normal number.
    result.flags &= ~std::uint32_t{cpu::ieee::flag::underflow};
    Number limit(mpfr_prec_t{400});
    // Rounds up to the smallest normal number: from half an ulp (of the binade below) under it.
    mpfr_set_ui_2exp(limit, 1, 1 - cpu::ieee::bias<F>, MPFR_RNDN);
    Number half(mpfr_prec_t{400});
    mpfr_set_ui_2exp(half, 1, -cpu::ieee::bias<F> - cpu::ieee::precision<F>, MPFR_RNDN);
    mpfr_sub(limit, limit, half, MPFR_RNDN);
    if (mpfr_cmpabs(value, limit) < 0) result.flags |= cpu::ieee::flag::underflow;
    return result;
  }

  /// |value| is at or above the middle between `inner` and the next larger magnitude.
  static bool above_middle(mpfr_srcptr value, std::uint64_t inner) {
    using namespace cpu::ieee;
    const auto field = static_cast<mpfr_exp_t>(biased_exponent<F>(static_cast<typename F::Bits>(inner)));
    const mpfr_exp_t ulp = (field == 0 ? 1 : field) - bias<F> - F::fraction_bits;
    Number middle(mpfr_prec_t{400});
    mpfr_set_d(middle, std::bit_cast<typename F::Host>(static_cast<typename F::Bits>(inner)), MPFR_RNDN);
    mpfr_abs(middle, middle, MPFR_RNDN);
    Number half(mpfr_prec_t{400});
    mpfr_set_ui_2exp(half, 1, ulp - 1, MPFR_RNDN);
    mpfr_add(middle, middle, half, MPFR_RNDN);
    return mpfr_cmpabs(value, middle) >= 0;
  }
};

}  // namespace kasane::testing
