/// Integer loads and stores.
#include "platform/cpu/execute/execute_memory.h"

namespace kasane::cpu {
namespace {

template <typename T>
constexpr Handler loads[] = {load<T, IntegerRegisters, false>, load<T, IntegerRegisters, true>};
template <typename T>
constexpr Handler stores[] = {store<T, IntegerRegisters, false>, store<T, IntegerRegisters, true>};

constexpr auto load_kind = InstructionClass::load;
constexpr auto store_kind = InstructionClass::store;

// clang-format off
template <int strict>
constexpr Instruction rows[] = {
    {"lb",  0x0000707F, 0x00000003, Format::i, load_kind,  loads<std::int8_t>[strict]},
    {"lh",  0x0000707F, 0x00001003, Format::i, load_kind,  loads<std::int16_t>[strict]},
    {"lw",  0x0000707F, 0x00002003, Format::i, load_kind,  loads<std::int32_t>[strict]},
    {"ld",  0x0000707F, 0x00003003, Format::i, load_kind,  loads<std::int64_t>[strict]},
    {"lbu", 0x0000707F, 0x00004003, Format::i, load_kind,  loads<std::uint8_t>[strict]},
    {"lhu", 0x0000707F, 0x00005003, Format::i, load_kind,  loads<std::uint16_t>[strict]},
    {"lwu", 0x0000707F, 0x00006003, Format::i, load_kind,  loads<std::uint32_t>[strict]},
    {"sb",  0x0000707F, 0x00000023, Format::s, store_kind, stores<std::uint8_t>[strict]},
    {"sh",  0x0000707F, 0x00001023, Format::s, store_kind, stores<std::uint16_t>[strict]},
    {"sw",  0x0000707F, 0x00002023, Format::s, store_kind, stores<std::uint32_t>[strict]},
    {"sd",  0x0000707F, 0x00003023, Format::s, store_kind, stores<std::uint64_t>[strict]},
};
// clang-format on

}  // namespace

std::span<const Instruction> memory_instructions(Misaligned misaligned) {
  return misaligned == Misaligned::trap ? std::span(rows<1>) : std::span(rows<0>);
}

}  // namespace kasane::cpu
