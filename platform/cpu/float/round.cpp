#include "platform/cpu/float/round.h"

namespace kasane::cpu::ieee {
namespace {

template <typename F>
typename F::Bits overflowed(bool negative, Context& context) {
  context.raise(flag::overflow | flag::inexact);
  const Rounding mode = context.rounding;
  const bool to_nearest = mode == Rounding::nearest_even || mode == Rounding::nearest_away;
  const bool away = to_nearest || mode == (negative ? Rounding::down : Rounding::up);
  return with_sign<F>(negative, away ? infinity<F> : largest<F>);
}

}  // namespace

template <typename F>
typename F::Bits round(const Exact<F>& value, Context& context) {
  using Bits = typename F::Bits;
  using Wide = typename F::Wide;
  if (value.significand == 0) return with_sign<F>(value.negative, 0);
  constexpr int top = width_of<Wide> - 1;
  constexpr int surplus = top + 1 - precision<F>;
  const Exact<F> aligned = aligned_at(top, value);
  const int field = aligned.exponent + top + bias<F>;  // of the exponent, were it unbounded
  if (field >= exponent_max<F>) return overflowed<F>(value.negative, context);

  const bool subnormal = field < 1;
  const Cut<Wide> last = cut(aligned.significand, subnormal ? surplus + 1 - field : surplus);
  const Wide kept = rounded(last, context.rounding, value.negative);
  // The hidden bit adds 1 to the exponent's field, and so does a carry out of the fraction.
  const Bits result =
      static_cast<Bits>(kept) + (subnormal ? 0 : static_cast<Bits>(field - 1) << F::fraction_bits);
  if (last.rest == Rest::none) return with_sign<F>(value.negative, result);

  context.raise(flag::inexact);
  if (result >= infinity<F>) return overflowed<F>(value.negative, context);
  if (subnormal) {
    const Wide unbounded = rounded(cut(aligned.significand, surplus), context.rounding, value.negative);
    const bool reaches_normal = field == 0 && unbounded >> precision<F> != 0;
    if (!reaches_normal) context.raise(flag::underflow);
  }
  return with_sign<F>(value.negative, result);
}

template Single::Bits round<Single>(const Exact<Single>&, Context&);
template Double::Bits round<Double>(const Exact<Double>&, Context&);

}  // namespace kasane::cpu::ieee
