/// Arithmetic of RISC-V's F and D extensions on bit patterns, by integers alone: the same on every host.
/// Every NaN result is the canonical NaN. F is Single or Double.
#pragma once

#include "platform/cpu/float/context.h"
#include "platform/cpu/float/format.h"

namespace kasane::cpu::ieee {

template <typename F>
typename F::Bits add(typename F::Bits a, typename F::Bits b, Context& context);
template <typename F>
typename F::Bits subtract(typename F::Bits a, typename F::Bits b, Context& context);
template <typename F>
typename F::Bits multiply(typename F::Bits a, typename F::Bits b, Context& context);
template <typename F>
typename F::Bits divide(typename F::Bits a, typename F::Bits b, Context& context);
template <typename F>
typename F::Bits square_root(typename F::Bits a, Context& context);
/// a * b + c, rounded once. Infinity times zero is invalid whatever c is.
template <typename F>
typename F::Bits multiply_add(typename F::Bits a, typename F::Bits b, typename F::Bits c, Context& context);

}  // namespace kasane::cpu::ieee
