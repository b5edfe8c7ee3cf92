#include "platform/cpu/float/convert.h"

#include <limits>
#include <type_traits>

#include "platform/cpu/float/nan.h"
#include "platform/cpu/float/round.h"

namespace kasane::cpu::ieee {
namespace {

/// Beyond the integer type's bounds on this side.
template <typename Integer>
Integer saturated(bool negative, Context& context) {
  context.raise(flag::invalid);
  return negative ? std::numeric_limits<Integer>::min() : std::numeric_limits<Integer>::max();
}

/// The same value for another format to round.
template <typename To, typename From>
Exact<To> as(const Exact<From>& value) {
  return {value.negative, value.exponent, static_cast<typename To::Wide>(value.significand)};
}

}  // namespace

template <typename F, typename Integer>
Integer to_integer(typename F::Bits a, Context& context) {
  using Wide = typename F::Wide;
  if (is_nan<F>(a)) return saturated<Integer>(false, context);
  if (is_infinite<F>(a)) return saturated<Integer>(is_negative<F>(a), context);
  const Exact<F> value = unpack<F>(a);
  // With `precision` bits and an exponent above 64 - precision it is at least 2^64, and 0 has the lowest
  // exponent.
  if (value.exponent > 64 - precision<F>) return saturated<Integer>(value.negative, context);
  const bool is_whole = value.exponent >= 0;
  const Cut<Wide> whole = is_whole ? Cut<Wide>{value.significand << value.exponent, Rest::none}
                                   : cut(value.significand, -value.exponent);
  const Wide result = rounded(whole, context.rounding, value.negative);
  using Unsigned = std::make_unsigned_t<Integer>;
  const Unsigned limit = value.negative
                             ? Unsigned{0} - static_cast<Unsigned>(std::numeric_limits<Integer>::min())
                             : static_cast<Unsigned>(std::numeric_limits<Integer>::max());
  if (result > limit) return saturated<Integer>(value.negative, context);
  if (whole.rest != Rest::none) context.raise(flag::inexact);
  const auto size = static_cast<Unsigned>(result);
  return static_cast<Integer>(value.negative ? Unsigned{0} - size : size);
}

template <typename F, typename Integer>
typename F::Bits from_integer(Integer value, Context& context) {
  const bool negative = value < 0;
  const auto bits = static_cast<std::make_unsigned_t<Integer>>(value);
  const Exact<F> exact{negative, 0, negative ? static_cast<decltype(bits)>(0 - bits) : bits};
  return round(exact, context);
}

Double::Bits widen(Single::Bits a, Context& context) {
  if (is_nan<Single>(a)) {
    nan_from<Single>(context, a);
    return canonical_nan<Double>;
  }
  if (is_infinite<Single>(a)) return with_sign<Double>(is_negative<Single>(a), infinity<Double>);
  return round(as<Double>(unpack<Single>(a)), context);
}

Single::Bits narrow(Double::Bits a, Context& context) {
  if (is_nan<Double>(a)) {
    nan_from<Double>(context, a);
    return canonical_nan<Single>;
  }
  if (is_infinite<Double>(a)) return with_sign<Single>(is_negative<Double>(a), infinity<Single>);
  return round(as<Single>(unpack<Double>(a)), context);
}

template std::int32_t to_integer<Single, std::int32_t>(Single::Bits, Context&);
template std::uint32_t to_integer<Single, std::uint32_t>(Single::Bits, Context&);
template std::int64_t to_integer<Single, std::int64_t>(Single::Bits, Context&);
template std::uint64_t to_integer<Single, std::uint64_t>(Single::Bits, Context&);
template Single::Bits from_integer<Single, std::int32_t>(std::int32_t, Context&);
template Single::Bits from_integer<Single, std::uint32_t>(std::uint32_t, Context&);
template Single::Bits from_integer<Single, std::int64_t>(std::int64_t, Context&);
template Single::Bits from_integer<Single, std::uint64_t>(std::uint64_t, Context&);
template std::int32_t to_integer<Double, std::int32_t>(Double::Bits, Context&);
template std::uint32_t to_integer<Double, std::uint32_t>(Double::Bits, Context&);
template std::int64_t to_integer<Double, std::int64_t>(Double::Bits, Context&);
template std::uint64_t to_integer<Double, std::uint64_t>(Double::Bits, Context&);
template Double::Bits from_integer<Double, std::int32_t>(std::int32_t, Context&);
template Double::Bits from_integer<Double, std::uint32_t>(std::uint32_t, Context&);
template Double::Bits from_integer<Double, std::int64_t>(std::int64_t, Context&);
template Double::Bits from_integer<Double, std::uint64_t>(std::uint64_t, Context&);

}  // namespace kasane::cpu::ieee
