/// The M extension. Division never traps: by zero gives all ones and the dividend, overflow the dividend and
/// 0.
#include <limits>

#include "platform/cpu/core.h"
#include "platform/cpu/execute/execute_registers.h"

namespace kasane::cpu {
namespace {

using u64 = std::uint64_t;
using i64 = std::int64_t;
using u32 = std::uint32_t;
using i32 = std::int32_t;
using u128 = unsigned __int128;
using i128 = __int128;

constexpr auto mul_kind = InstructionClass::multiply;
constexpr auto div_kind = InstructionClass::divide;

constexpr u64 extend(i64 value) {
  return static_cast<u64>(value);
}

template <typename Signed>
constexpr Signed quotient(Signed a, Signed b) {
  if (b == 0) return -1;
  return a == std::numeric_limits<Signed>::min() && b == -1 ? a : static_cast<Signed>(a / b);
}
template <typename Signed>
constexpr Signed remainder(Signed a, Signed b) {
  if (b == 0) return a;
  return b == -1 ? 0 : static_cast<Signed>(a % b);
}

constexpr auto mul = [](u64 a, u64 b) { return a * b; };
constexpr auto mulh = [](u64 a, u64 b) {
  return static_cast<u64>(i128{static_cast<i64>(a)} * static_cast<i64>(b) >> 64);
};
constexpr auto mulhsu = [](u64 a, u64 b) {
  return static_cast<u64>(i128{static_cast<i64>(a)} * static_cast<i128>(b) >> 64);
};
constexpr auto mulhu = [](u64 a, u64 b) { return static_cast<u64>(u128{a} * b >> 64); };
constexpr auto mulw = [](u64 a, u64 b) {
  return extend(static_cast<i32>(static_cast<u32>(a) * static_cast<u32>(b)));
};
constexpr auto div = [](u64 a, u64 b) { return extend(quotient(static_cast<i64>(a), static_cast<i64>(b))); };
constexpr auto rem = [](u64 a, u64 b) { return extend(remainder(static_cast<i64>(a), static_cast<i64>(b))); };
constexpr auto divw = [](u64 a, u64 b) { return extend(quotient(static_cast<i32>(a), static_cast<i32>(b))); };
constexpr auto remw = [](u64 a, u64 b) {
  return extend(remainder(static_cast<i32>(a), static_cast<i32>(b)));
};
constexpr auto divu = [](u64 a, u64 b) { return b == 0 ? ~u64{0} : a / b; };
constexpr auto remu = [](u64 a, u64 b) { return b == 0 ? a : a % b; };
constexpr auto divuw = [](u64 a, u64 b) {
  const u32 divisor = static_cast<u32>(b);
  return divisor == 0 ? ~u64{0} : extend(static_cast<i32>(static_cast<u32>(a) / divisor));
};
constexpr auto remuw = [](u64 a, u64 b) {
  const u32 divisor = static_cast<u32>(b);
  return extend(static_cast<i32>(divisor == 0 ? static_cast<u32>(a) : static_cast<u32>(a) % divisor));
};

// clang-format off
constexpr Instruction rows[] = {
    {"mul",    0xFE00707F, 0x02000033, Format::r, mul_kind, registers<mul>},
    {"mulh",   0xFE00707F, 0x02001033, Format::r, mul_kind, registers<mulh>},
    {"mulhsu", 0xFE00707F, 0x02002033, Format::r, mul_kind, registers<mulhsu>},
    {"mulhu",  0xFE00707F, 0x02003033, Format::r, mul_kind, registers<mulhu>},
    {"div",    0xFE00707F, 0x02004033, Format::r, div_kind, registers<div>},
    {"divu",   0xFE00707F, 0x02005033, Format::r, div_kind, registers<divu>},
    {"rem",    0xFE00707F, 0x02006033, Format::r, div_kind, registers<rem>},
    {"remu",   0xFE00707F, 0x02007033, Format::r, div_kind, registers<remu>},
    {"mulw",   0xFE00707F, 0x0200003B, Format::r, mul_kind, registers<mulw>},
    {"divw",   0xFE00707F, 0x0200403B, Format::r, div_kind, registers<divw>},
    {"divuw",  0xFE00707F, 0x0200503B, Format::r, div_kind, registers<divuw>},
    {"remw",   0xFE00707F, 0x0200603B, Format::r, div_kind, registers<remw>},
    {"remuw",  0xFE00707F, 0x0200703B, Format::r, div_kind, registers<remuw>},
};
// clang-format on

}  // namespace

std::span<const Instruction> multiply_instructions() {
  return rows;
}

}  // namespace kasane::cpu
