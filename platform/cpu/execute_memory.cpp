/// Loads and stores. The fast path finds the page in a small table; everything else is the core's slow path.
#include <cstring>

#include "platform/cpu/core.h"

namespace kasane::cpu {
namespace {

/// Sign- or zero-extended to 64 bits, as T is signed or not.
template <typename T>
std::uint64_t extend(T value) {
  return static_cast<std::uint64_t>(static_cast<std::int64_t>(value));
}

template <typename T>
[[gnu::noinline]] const Op* slow_load(const Op* op, Core& core) {
  const std::uint64_t address = core.x[op->rs1] + static_cast<std::uint64_t>(op->immediate);
  if (!core.load_slowly(op, address, sizeof(T))) return nullptr;
  core.x[op->rd] = extend(static_cast<T>(core.transfer));
  return next(op, core);
}

template <typename T>
const Op* load(const Op* op, Core& core) {
  const std::uint64_t address = core.x[op->rs1] + static_cast<std::uint64_t>(op->immediate);
  const DirectPage* page = core.memory.readable(address, sizeof(T));
  if (page == nullptr) [[unlikely]]
    return slow_load<T>(op, core);
  T value;
  std::memcpy(&value, page->at(address), sizeof(T));
  ++page->region->reads;
  core.budget -= static_cast<std::int64_t>(page->stall);
  core.x[op->rd] = extend(value);
  return next(op, core);
}

template <typename T>
[[gnu::noinline]] const Op* slow_store(const Op* op, Core& core) {
  const std::uint64_t address = core.x[op->rs1] + static_cast<std::uint64_t>(op->immediate);
  if (!core.store_slowly(op, address, core.x[op->rs2], sizeof(T))) return nullptr;
  return next(op, core);
}

template <typename T>
const Op* store(const Op* op, Core& core) {
  const std::uint64_t address = core.x[op->rs1] + static_cast<std::uint64_t>(op->immediate);
  const DirectPage* page = core.memory.writable(address, sizeof(T));
  if (page == nullptr) [[unlikely]]
    return slow_store<T>(op, core);
  const T value = static_cast<T>(core.x[op->rs2]);
  std::memcpy(page->at(address), &value, sizeof(T));
  ++page->region->writes;
  core.budget -= static_cast<std::int64_t>(page->stall);
  return next(op, core);
}

// clang-format off
constexpr Instruction rows[] = {
    {"lb",  0x0000707F, 0x00000003, Format::i, InstructionClass::load,  load<std::int8_t>},
    {"lh",  0x0000707F, 0x00001003, Format::i, InstructionClass::load,  load<std::int16_t>},
    {"lw",  0x0000707F, 0x00002003, Format::i, InstructionClass::load,  load<std::int32_t>},
    {"ld",  0x0000707F, 0x00003003, Format::i, InstructionClass::load,  load<std::int64_t>},
    {"lbu", 0x0000707F, 0x00004003, Format::i, InstructionClass::load,  load<std::uint8_t>},
    {"lhu", 0x0000707F, 0x00005003, Format::i, InstructionClass::load,  load<std::uint16_t>},
    {"lwu", 0x0000707F, 0x00006003, Format::i, InstructionClass::load,  load<std::uint32_t>},
    {"sb",  0x0000707F, 0x00000023, Format::s, InstructionClass::store, store<std::uint8_t>},
    {"sh",  0x0000707F, 0x00001023, Format::s, InstructionClass::store, store<std::uint16_t>},
    {"sw",  0x0000707F, 0x00002023, Format::s, InstructionClass::store, store<std::uint32_t>},
    {"sd",  0x0000707F, 0x00003023, Format::s, InstructionClass::store, store<std::uint64_t>},
};
// clang-format on

}  // namespace

std::span<const Instruction> memory_instructions() {
  return rows;
}

}  // namespace kasane::cpu
