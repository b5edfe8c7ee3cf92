/// The A extension: on memory only; a device answers with an access fault.
#include <algorithm>
#include <cstring>
#include <type_traits>

#include "platform/cpu/core.h"

namespace kasane::cpu {
namespace {

constexpr auto atomic = InstructionClass::atomic;

/// T is std::int32_t or std::int64_t, so that words come sign-extended.
template <typename T>
std::uint64_t extend(T value) {
  return static_cast<std::uint64_t>(std::int64_t{value});
}

template <typename T>
const Op* load_reserved(const Op* op, Core& core) {
  const Core::AtomicPlace place = core.locate_atomic(op, core.x[op->rs1], sizeof(T), true, false);
  if (place.host == nullptr) return nullptr;
  T value;
  std::memcpy(&value, place.host, sizeof(T));
  core.reservation = {.valid = true, .address = place.physical, .value = extend(value), .bytes = sizeof(T)};
  core.x[op->rd] = extend(value);
  core.count_one(atomic);
  return next(op, core);
}

template <typename T>
const Op* store_conditional(const Op* op, Core& core) {
  const Core::AtomicPlace place = core.locate_atomic(op, core.x[op->rs1], sizeof(T), false, true);
  if (place.host == nullptr) return nullptr;
  const Reservation reservation = core.reservation;
  core.reservation.valid = false;
  bool holds = reservation.valid && reservation.address == place.physical && reservation.bytes == sizeof(T);
  if (holds) {
    T present;
    std::memcpy(&present, place.host, sizeof(T));
    holds = extend(present) == reservation.value;
  }
  if (holds) {
    const T value = static_cast<T>(core.x[op->rs2]);
    std::memcpy(place.host, &value, sizeof(T));
  }
  core.x[op->rd] = holds ? 0 : 1;
  core.count_one(atomic);
  return next(op, core);
}

/// rd = memory; memory = operation(memory, rs2)
template <typename T, auto operation>
const Op* modify(const Op* op, Core& core) {
  std::uint8_t* host = core.locate_atomic(op, core.x[op->rs1], sizeof(T), true, true).host;
  if (host == nullptr) return nullptr;
  T before;
  std::memcpy(&before, host, sizeof(T));
  const T after = operation(before, static_cast<T>(core.x[op->rs2]));
  std::memcpy(host, &after, sizeof(T));
  core.x[op->rd] = extend(before);
  core.count_one(atomic);
  return next(op, core);
}

constexpr auto swap = [](auto, auto b) { return b; };
constexpr auto add = [](auto a, auto b) {
  using T = decltype(a);
  using Unsigned = std::make_unsigned_t<T>;
  return static_cast<T>(static_cast<Unsigned>(a) + static_cast<Unsigned>(b));
};
constexpr auto xor_ = [](auto a, auto b) { return a ^ b; };
constexpr auto and_ = [](auto a, auto b) { return a & b; };
constexpr auto or_ = [](auto a, auto b) { return a | b; };
constexpr auto min = [](auto a, auto b) { return std::min(a, b); };
constexpr auto max = [](auto a, auto b) { return std::max(a, b); };
constexpr auto minu = [](auto a, auto b) {
  using Unsigned = std::make_unsigned_t<decltype(a)>;
  return static_cast<Unsigned>(a) < static_cast<Unsigned>(b) ? a : b;
};
constexpr auto maxu = [](auto a, auto b) {
  using Unsigned = std::make_unsigned_t<decltype(a)>;
  return static_cast<Unsigned>(a) < static_cast<Unsigned>(b) ? b : a;
};

using W = std::int32_t;
using D = std::int64_t;

// clang-format off
constexpr Instruction rows[] = {
    {"lr.w",      0xF9F0707F, 0x1000202F, Format::r, atomic, plain<load_reserved<W>>},
    {"sc.w",      0xF800707F, 0x1800202F, Format::r, atomic, plain<store_conditional<W>>},
    {"amoswap.w", 0xF800707F, 0x0800202F, Format::r, atomic, plain<modify<W, swap>>},
    {"amoadd.w",  0xF800707F, 0x0000202F, Format::r, atomic, plain<modify<W, add>>},
    {"amoxor.w",  0xF800707F, 0x2000202F, Format::r, atomic, plain<modify<W, xor_>>},
    {"amoand.w",  0xF800707F, 0x6000202F, Format::r, atomic, plain<modify<W, and_>>},
    {"amoor.w",   0xF800707F, 0x4000202F, Format::r, atomic, plain<modify<W, or_>>},
    {"amomin.w",  0xF800707F, 0x8000202F, Format::r, atomic, plain<modify<W, min>>},
    {"amomax.w",  0xF800707F, 0xA000202F, Format::r, atomic, plain<modify<W, max>>},
    {"amominu.w", 0xF800707F, 0xC000202F, Format::r, atomic, plain<modify<W, minu>>},
    {"amomaxu.w", 0xF800707F, 0xE000202F, Format::r, atomic, plain<modify<W, maxu>>},
    {"lr.d",      0xF9F0707F, 0x1000302F, Format::r, atomic, plain<load_reserved<D>>},
    {"sc.d",      0xF800707F, 0x1800302F, Format::r, atomic, plain<store_conditional<D>>},
    {"amoswap.d", 0xF800707F, 0x0800302F, Format::r, atomic, plain<modify<D, swap>>},
    {"amoadd.d",  0xF800707F, 0x0000302F, Format::r, atomic, plain<modify<D, add>>},
    {"amoxor.d",  0xF800707F, 0x2000302F, Format::r, atomic, plain<modify<D, xor_>>},
    {"amoand.d",  0xF800707F, 0x6000302F, Format::r, atomic, plain<modify<D, and_>>},
    {"amoor.d",   0xF800707F, 0x4000302F, Format::r, atomic, plain<modify<D, or_>>},
    {"amomin.d",  0xF800707F, 0x8000302F, Format::r, atomic, plain<modify<D, min>>},
    {"amomax.d",  0xF800707F, 0xA000302F, Format::r, atomic, plain<modify<D, max>>},
    {"amominu.d", 0xF800707F, 0xC000302F, Format::r, atomic, plain<modify<D, minu>>},
    {"amomaxu.d", 0xF800707F, 0xE000302F, Format::r, atomic, plain<modify<D, maxu>>},
};
// clang-format on

}  // namespace

std::span<const Instruction> atomic_instructions() {
  return rows;
}

}  // namespace kasane::cpu
