/// Results that are no number: RISC-V's are always the canonical NaN.
#pragma once

#include "platform/cpu/float/context.h"
#include "platform/cpu/float/format.h"

namespace kasane::cpu::ieee {

/// Of an operation that has no answer.
template <typename F>
typename F::Bits invalid(Context& context) {
  context.raise(flag::invalid);
  return canonical_nan<F>;
}

/// Of an operation on these, one of them a NaN: invalid where one is signalling.
template <typename F, typename... Operand>
typename F::Bits nan_from(Context& context, Operand... operands) {
  if ((is_signalling<F>(operands) || ...)) context.raise(flag::invalid);
  return canonical_nan<F>;
}

}  // namespace kasane::cpu::ieee
