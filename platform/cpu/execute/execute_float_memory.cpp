/// Loads and stores of the F and D extensions.
#include <limits>

#include "platform/cpu/execute/execute_float.h"
#include "platform/cpu/execute/execute_memory.h"

namespace kasane::cpu {
namespace {

/// As bits: a single is boxed when loaded, and stored whatever stands above it. T is unsigned.
struct FloatRegisters {
  static bool usable(const Core& core) { return can_execute(core); }
  template <typename T>
  static void put(const Op* op, Core& core, T value) {
    constexpr std::uint64_t above = ~std::uint64_t{std::numeric_limits<T>::max()};
    core.f[op->rd] = above | value;
    core.csr.mark_float_dirty();
  }
  template <typename T>
  static T get(const Op* op, const Core& core) {
    return static_cast<T>(core.f[op->rs2]);
  }
};

template <typename T>
constexpr Handler loads[] = {load<T, FloatRegisters, false>, load<T, FloatRegisters, true>};
template <typename T>
constexpr Handler stores[] = {store<T, FloatRegisters, false>, store<T, FloatRegisters, true>};

constexpr auto load_kind = InstructionClass::load;
constexpr auto store_kind = InstructionClass::store;

// clang-format off
template <int strict>
constexpr Instruction rows[] = {
    {"flw", 0x0000707F, 0x00002007, Format::i, load_kind,  loads<std::uint32_t>[strict]},
    {"fld", 0x0000707F, 0x00003007, Format::i, load_kind,  loads<std::uint64_t>[strict]},
    {"fsw", 0x0000707F, 0x00002027, Format::s, store_kind, stores<std::uint32_t>[strict]},
    {"fsd", 0x0000707F, 0x00003027, Format::s, store_kind, stores<std::uint64_t>[strict]},
};
// clang-format on

}  // namespace

std::span<const Instruction> float_memory_instructions(Misaligned misaligned) {
  return misaligned == Misaligned::trap ? std::span(rows<1>) : std::span(rows<0>);
}

}  // namespace kasane::cpu
