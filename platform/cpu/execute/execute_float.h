/// What the handlers of the F and D extensions share. Each has a quick path on the host's floating-point unit
/// or by plain comparisons, and hands over to a function on the exact operations where that path does not
/// apply.
#pragma once

#include <cmath>
#include <limits>
#include <type_traits>

#include "platform/cpu/core.h"
#include "platform/cpu/decode/decoder.h"
#include "platform/cpu/float/compare.h"
#include "platform/cpu/float/host.h"

namespace kasane::cpu {

// ---- registers ----

/// Above a single in its register all bits are ones; any other register reads as NaN.
inline constexpr std::uint64_t box = 0xFFFF'FFFF'0000'0000;

template <typename F>
typename F::Bits read_float(const Core& core, std::uint32_t number) {
  const std::uint64_t raw = core.f[number];
  if constexpr (std::is_same_v<F, ieee::Double>) {
    return raw;
  } else {
    return raw >= box ? static_cast<typename F::Bits>(raw) : ieee::canonical_nan<F>;
  }
}

template <typename F>
void write_float(Core& core, std::uint32_t number, typename F::Bits value) {
  core.f[number] = std::is_same_v<F, ieee::Double> ? value : box | value;
  core.csr.mark_float_dirty();
}

inline void raise_flags(Core& core, std::uint8_t flags) {
  if (flags == 0) return;
  core.csr.float_state.flags = static_cast<std::uint8_t>(core.csr.float_state.flags | flags);
  core.csr.mark_float_dirty();
}

/// By the rm field, or frm if that says so. Above nearest_away: reserved.
inline ieee::Rounding rounding_of(const Op* op, const Core& core) {
  constexpr std::uint32_t dynamic = 7;
  const std::uint32_t field = static_cast<std::uint32_t>(op->immediate) >> 12 & 7;
  return static_cast<ieee::Rounding>(field == dynamic ? core.csr.float_state.rounding : field);
}

inline bool can_execute(const Core& core) {
  return core.csr.float_enabled();
}
inline bool can_round(const Op* op, const Core& core) {
  return can_execute(core) && rounding_of(op, core) <= ieee::Rounding::nearest_away;
}
inline bool can_use_host(const Op* op, const Core& core) {
  return can_execute(core) && ieee::host_agrees(rounding_of(op, core), core.csr.float_state.flags);
}

// ---- arithmetic that rounds: an operation of float/host.h ----

template <typename From, typename Operation, typename Call>
auto with_operands(const Op* op, const Core& core, Call call) {
  const auto a = read_float<From>(core, op->rs1);
  if constexpr (Operation::operands == 1) {
    return call(a);
  } else if constexpr (Operation::operands == 2) {
    return call(a, read_float<From>(core, op->rs2));
  } else {
    return call(a, read_float<From>(core, op->rs2), read_float<From>(core, op->extra));
  }
}

template <typename From, typename To, typename Operation>
[[gnu::noinline]] const Op* compute_exactly(const Op* op, Core& core, std::int64_t budget, Lanes lanes) {
  if (!can_round(op, core)) return plain<illegal>(op, core, budget, lanes);
  ieee::Context context{rounding_of(op, core)};
  const auto result = with_operands<From, Operation>(
      op, core, [&context](auto... operands) { return Operation::exact(operands..., context); });
  raise_flags(core, context.flags);
  write_float<To>(core, op->rd, result);
  return next(op, core, budget, lanes);
}

template <typename From, typename To, typename Operation>
const Op* compute(const Op* op, Core& core, std::int64_t budget, Lanes lanes) {
  if (can_use_host(op, core)) [[likely]] {
    const auto result = with_operands<From, Operation>(op, core, [](auto... operands) {
      return ieee::from_host<To>(Operation::on_host(ieee::to_host<From>(operands)...));
    });
    if (Operation::trusted(result)) [[likely]] {
      write_float<To>(core, op->rd, result);
      return next(op, core, budget, lanes);
    }
  }
  return compute_exactly<From, To, Operation>(op, core, budget, lanes);
}

// ---- two operands to a third without rounding ----

/// Sign injection.
template <typename F, auto operation>
const Op* inject_sign(const Op* op, Core& core, std::int64_t budget, Lanes lanes) {
  if (!can_execute(core)) [[unlikely]]
    return plain<illegal>(op, core, budget, lanes);
  write_float<F>(core, op->rd, operation(read_float<F>(core, op->rs1), read_float<F>(core, op->rs2)));
  return next(op, core, budget, lanes);
}

/// Minimum or maximum.
template <typename F, auto operation>
const Op* choose(const Op* op, Core& core, std::int64_t budget, Lanes lanes) {
  if (!can_execute(core)) [[unlikely]]
    return plain<illegal>(op, core, budget, lanes);
  ieee::Context context;
  const auto result = operation(read_float<F>(core, op->rs1), read_float<F>(core, op->rs2), context);
  raise_flags(core, context.flags);
  write_float<F>(core, op->rd, result);
  return next(op, core, budget, lanes);
}

// ---- to integer registers ----

template <typename F, auto operation>
[[gnu::noinline]] const Op* compare_nans(const Op* op, Core& core, std::int64_t budget, Lanes lanes) {
  if (!can_execute(core)) return plain<illegal>(op, core, budget, lanes);
  ieee::Context context;
  core.x[op->rd] = operation(read_float<F>(core, op->rs1), read_float<F>(core, op->rs2), context) ? 1 : 0;
  raise_flags(core, context.flags);
  return next(op, core, budget, lanes);
}

template <typename F, auto on_host, auto operation>
const Op* compare(const Op* op, Core& core, std::int64_t budget, Lanes lanes) {
  const auto a = ieee::to_host<F>(read_float<F>(core, op->rs1));
  const auto b = ieee::to_host<F>(read_float<F>(core, op->rs2));
  if (std::isunordered(a, b) || !can_execute(core)) [[unlikely]]
    return compare_nans<F, operation>(op, core, budget, lanes);
  core.x[op->rd] = on_host(a, b) ? 1 : 0;
  return next(op, core, budget, lanes);
}

template <typename F>
const Op* classify(const Op* op, Core& core, std::int64_t budget, Lanes lanes) {
  if (!can_execute(core)) [[unlikely]]
    return plain<illegal>(op, core, budget, lanes);
  core.x[op->rd] = ieee::classify<F>(read_float<F>(core, op->rs1));
  return next(op, core, budget, lanes);
}

/// Bits as they are, whatever stands above a single; sign-extended, as all results of 32 bits are.
template <typename F>
const Op* move_to_integer(const Op* op, Core& core, std::int64_t budget, Lanes lanes) {
  if (!can_execute(core)) [[unlikely]]
    return plain<illegal>(op, core, budget, lanes);
  const auto bits = static_cast<std::make_signed_t<typename F::Bits>>(core.f[op->rs1]);
  core.x[op->rd] = static_cast<std::uint64_t>(std::int64_t{bits});
  return next(op, core, budget, lanes);
}

template <typename Integer>
std::uint64_t sign_extended(Integer value) {
  return static_cast<std::uint64_t>(std::int64_t{static_cast<std::make_signed_t<Integer>>(value)});
}

template <typename F, typename Integer>
[[gnu::noinline]] const Op* to_integer_exactly(const Op* op, Core& core, std::int64_t budget, Lanes lanes) {
  if (!can_round(op, core)) return plain<illegal>(op, core, budget, lanes);
  ieee::Context context{rounding_of(op, core)};
  const Integer result = ieee::to_integer<F, Integer>(read_float<F>(core, op->rs1), context);
  raise_flags(core, context.flags);
  core.x[op->rd] = sign_extended(result);
  return next(op, core, budget, lanes);
}

/// Quick: towards zero, as C converts, of what surely fits.
template <typename F, typename Integer>
const Op* to_integer(const Op* op, Core& core, std::int64_t budget, Lanes lanes) {
  using Host = typename F::Host;
  constexpr Host below = std::is_signed_v<Integer> ? -Host(std::numeric_limits<Integer>::min()) : Host{1};
  constexpr Host above = 2 * Host(std::uint64_t{1} << (std::numeric_limits<Integer>::digits - 1));
  const Host value = ieee::to_host<F>(read_float<F>(core, op->rs1));
  const bool fits = value > -below && value < above;  // false of a NaN
  if (!fits || rounding_of(op, core) != ieee::Rounding::towards_zero || !can_execute(core)) [[unlikely]]
    return to_integer_exactly<F, Integer>(op, core, budget, lanes);
  const auto result = static_cast<Integer>(value);
  if (static_cast<Host>(result) != value) raise_flags(core, ieee::flag::inexact);
  core.x[op->rd] = sign_extended(result);
  return next(op, core, budget, lanes);
}

// ---- from integer registers ----

template <typename F>
const Op* move_from_integer(const Op* op, Core& core, std::int64_t budget, Lanes lanes) {
  if (!can_execute(core)) [[unlikely]]
    return plain<illegal>(op, core, budget, lanes);
  write_float<F>(core, op->rd, static_cast<typename F::Bits>(core.x[op->rs1]));
  return next(op, core, budget, lanes);
}

template <typename F, typename Integer>
[[gnu::noinline]] const Op* from_integer_exactly(const Op* op, Core& core, std::int64_t budget, Lanes lanes) {
  if (!can_round(op, core)) return plain<illegal>(op, core, budget, lanes);
  ieee::Context context{rounding_of(op, core)};
  const auto result = ieee::from_integer<F, Integer>(static_cast<Integer>(core.x[op->rs1]), context);
  raise_flags(core, context.flags);
  write_float<F>(core, op->rd, result);
  return next(op, core, budget, lanes);
}

template <typename F, typename Integer>
const Op* from_integer(const Op* op, Core& core, std::int64_t budget, Lanes lanes) {
  if (!can_use_host(op, core)) return from_integer_exactly<F, Integer>(op, core, budget, lanes);
  const auto value = static_cast<typename F::Host>(static_cast<Integer>(core.x[op->rs1]));
  write_float<F>(core, op->rd, ieee::from_host<F>(value));
  return next(op, core, budget, lanes);
}

// ---- rows that both extensions have ----

inline constexpr auto host_equal = [](auto a, auto b) { return a == b; };
inline constexpr auto host_less = [](auto a, auto b) { return a < b; };
inline constexpr auto host_less_or_equal = [](auto a, auto b) { return a <= b; };

}  // namespace kasane::cpu
