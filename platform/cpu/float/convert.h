/// Conversions to and from integers, and between the formats.
#pragma once

#include <cstdint>

#include "platform/cpu/float/context.h"
#include "platform/cpu/float/format.h"

namespace kasane::cpu::ieee {

/// Rounded to an integer. What does not fit is invalid, not inexact: the nearest integer of the type, and of
/// a NaN the largest. Integer is a signed or unsigned type of 32 or 64 bits.
template <typename F, typename Integer>
Integer to_integer(typename F::Bits a, Context& context);

template <typename F, typename Integer>
typename F::Bits from_integer(Integer value, Context& context);

/// Exact, but for NaNs, which become canonical.
Double::Bits widen(Single::Bits a, Context& context);
Single::Bits narrow(Double::Bits a, Context& context);

}  // namespace kasane::cpu::ieee
