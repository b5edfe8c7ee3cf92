#include "platform/cpu/float/arithmetic.h"

#include "platform/cpu/float/nan.h"
#include "platform/cpu/float/round.h"

namespace kasane::cpu::ieee {
namespace {

template <typename F>
bool is_finite(typename F::Bits a) {
  return magnitude<F>(a) < infinity<F>;
}

template <typename F>
typename F::Bits negated(typename F::Bits a) {
  return a ^ sign_bit<F>;
}

}  // namespace

template <typename F>
typename F::Bits add(typename F::Bits a, typename F::Bits b, Context& context) {
  if (is_nan<F>(a) || is_nan<F>(b)) return nan_from<F>(context, a, b);
  if (is_finite<F>(a) && is_finite<F>(b)) {
    return round(sum(unpack<F>(a), unpack<F>(b), context.rounding), context);
  }
  if (is_finite<F>(a) || a == b) return b;
  return is_finite<F>(b) ? a : invalid<F>(context);
}

template <typename F>
typename F::Bits subtract(typename F::Bits a, typename F::Bits b, Context& context) {
  return add<F>(a, negated<F>(b), context);
}

template <typename F>
typename F::Bits multiply(typename F::Bits a, typename F::Bits b, Context& context) {
  if (is_nan<F>(a) || is_nan<F>(b)) return nan_from<F>(context, a, b);
  if (is_finite<F>(a) && is_finite<F>(b)) return round(product(unpack<F>(a), unpack<F>(b)), context);
  if (is_zero<F>(a) || is_zero<F>(b)) return invalid<F>(context);
  return with_sign<F>(is_negative<F>(a ^ b), infinity<F>);
}

template <typename F>
typename F::Bits divide(typename F::Bits a, typename F::Bits b, Context& context) {
  if (is_nan<F>(a) || is_nan<F>(b)) return nan_from<F>(context, a, b);
  const bool negative = is_negative<F>(a ^ b);
  if (is_infinite<F>(a)) return is_infinite<F>(b) ? invalid<F>(context) : with_sign<F>(negative, infinity<F>);
  if (is_infinite<F>(b)) return with_sign<F>(negative, 0);
  if (is_zero<F>(b)) {
    if (is_zero<F>(a)) return invalid<F>(context);
    context.raise(flag::divide_by_zero);
    return with_sign<F>(negative, infinity<F>);
  }
  if (is_zero<F>(a)) return with_sign<F>(negative, 0);
  return round(quotient(unpack<F>(a), unpack<F>(b)), context);
}

template <typename F>
typename F::Bits square_root(typename F::Bits a, Context& context) {
  if (is_nan<F>(a)) return nan_from<F>(context, a);
  if (is_zero<F>(a)) return a;
  if (is_negative<F>(a)) return invalid<F>(context);
  if (is_infinite<F>(a)) return a;
  return round(root(unpack<F>(a)), context);
}

template <typename F>
typename F::Bits multiply_add(typename F::Bits a, typename F::Bits b, typename F::Bits c, Context& context) {
  const bool no_product = (is_infinite<F>(a) && is_zero<F>(b)) || (is_zero<F>(a) && is_infinite<F>(b));
  if (no_product) return invalid<F>(context);
  if (is_nan<F>(a) || is_nan<F>(b) || is_nan<F>(c)) return nan_from<F>(context, a, b, c);
  if (is_finite<F>(a) && is_finite<F>(b)) {
    if (!is_finite<F>(c)) return c;
    return round(sum(product(unpack<F>(a), unpack<F>(b)), unpack<F>(c), context.rounding), context);
  }
  const auto infinite_product = with_sign<F>(is_negative<F>(a ^ b), infinity<F>);
  return is_finite<F>(c) || c == infinite_product ? infinite_product : invalid<F>(context);
}

template Single::Bits add<Single>(Single::Bits, Single::Bits, Context&);
template Single::Bits subtract<Single>(Single::Bits, Single::Bits, Context&);
template Single::Bits multiply<Single>(Single::Bits, Single::Bits, Context&);
template Single::Bits divide<Single>(Single::Bits, Single::Bits, Context&);
template Single::Bits square_root<Single>(Single::Bits, Context&);
template Single::Bits multiply_add<Single>(Single::Bits, Single::Bits, Single::Bits, Context&);
template Double::Bits add<Double>(Double::Bits, Double::Bits, Context&);
template Double::Bits subtract<Double>(Double::Bits, Double::Bits, Context&);
template Double::Bits multiply<Double>(Double::Bits, Double::Bits, Context&);
template Double::Bits divide<Double>(Double::Bits, Double::Bits, Context&);
template Double::Bits square_root<Double>(Double::Bits, Context&);
template Double::Bits multiply_add<Double>(Double::Bits, Double::Bits, Double::Bits, Context&);

}  // namespace kasane::cpu::ieee
