/// The handlers of loads and stores. The fast path finds the page in a small table; everything else is the
/// core's slow path.
#pragma once

#include <cstring>

#include "platform/cpu/core.h"

namespace kasane::cpu {

/// Where a load puts its value and a store takes it from: `Registers::put(op, core, T)`,
/// `Registers::get<T>(op, core)`; `Registers::usable(core)` is false where the instruction is illegal now.
struct IntegerRegisters {
  static bool usable(const Core&) { return true; }
  /// Sign- or zero-extended to 64 bits, as T is signed or not.
  template <typename T>
  static void put(const Op* op, Core& core, T value) {
    core.x[op->rd] = static_cast<std::uint64_t>(static_cast<std::int64_t>(value));
  }
  template <typename T>
  static T get(const Op* op, const Core& core) {
    return static_cast<T>(core.x[op->rs2]);
  }
};

[[gnu::always_inline]] inline std::uint64_t effective_address(const Op* op, const Core& core) {
  return core.x[op->rs1] + static_cast<std::uint64_t>(op->immediate);
}

/// Out of line, as the fast paths stay small by it.
[[gnu::noinline]] inline const Op* raise_misaligned(const Op* op, Core& core, std::int64_t budget,
                                                    Lanes lanes, Access access) {
  keep(core, budget, lanes);
  core.raise(op, cause::misaligned(access), effective_address(op, core));
  return nullptr;
}
[[gnu::noinline]] inline const Op* raise_unusable(const Op* op, Core& core, std::int64_t budget,
                                                  Lanes lanes) {
  keep(core, budget, lanes);
  core.raise_illegal(op);
  return nullptr;
}

template <typename T, typename Registers>
[[gnu::noinline]] const Op* slow_load(const Op* op, Core& core, std::int64_t budget, Lanes lanes) {
  keep(core, budget, lanes);
  if (!core.load_slowly(op, effective_address(op, core), sizeof(T))) return nullptr;
  T value;
  std::memcpy(&value, &core.transfer, sizeof(T));
  Registers::put(op, core, value);
  return next(op, core, core.budget, core.lanes);
}

/// `aligned_only`: a misaligned address traps.
template <typename T, typename Registers, bool aligned_only>
const Op* load(const Op* op, Core& core, std::int64_t budget, Lanes lanes) {
  if (!Registers::usable(core)) [[unlikely]]
    return raise_unusable(op, core, budget, lanes);
  const std::uint64_t address = effective_address(op, core);
  if constexpr (aligned_only) {
    if (address % sizeof(T) != 0) [[unlikely]]
      return raise_misaligned(op, core, budget, lanes, Access::load);
  }
  const DirectPage* page = core.memory.readable(address, sizeof(T), core.data_tag);
  if (page == nullptr) [[unlikely]]
    return slow_load<T, Registers>(op, core, budget, lanes);
  T value;
  std::memcpy(&value, page->at(address), sizeof(T));
  if (page->region != nullptr) {
    ++page->region->reads;
    ++core.elsewhere.loads;
  }
  Registers::put(op, core, value);
  return next(op, core, budget - static_cast<std::int64_t>(page->stall), lanes);
}

template <typename T, typename Registers>
[[gnu::noinline]] const Op* slow_store(const Op* op, Core& core, std::int64_t budget, Lanes lanes) {
  keep(core, budget, lanes);
  std::uint64_t bits = 0;
  const T value = Registers::template get<T>(op, core);
  std::memcpy(&bits, &value, sizeof(T));
  if (!core.store_slowly(op, effective_address(op, core), bits, sizeof(T))) return nullptr;
  return next(op, core, core.budget, core.lanes);
}

template <typename T, typename Registers, bool aligned_only>
const Op* store(const Op* op, Core& core, std::int64_t budget, Lanes lanes) {
  if (!Registers::usable(core)) [[unlikely]]
    return raise_unusable(op, core, budget, lanes);
  const std::uint64_t address = effective_address(op, core);
  if constexpr (aligned_only) {
    if (address % sizeof(T) != 0) [[unlikely]]
      return raise_misaligned(op, core, budget, lanes, Access::store);
  }
  const DirectPage* page = core.memory.writable(address, sizeof(T), core.data_tag);
  if (page == nullptr) [[unlikely]]
    return slow_store<T, Registers>(op, core, budget, lanes);
  const T value = Registers::template get<T>(op, core);
  std::memcpy(page->at(address), &value, sizeof(T));
  if (page->region != nullptr) {
    ++page->region->writes;
    ++core.elsewhere.stores;
  }
  return next(op, core, budget - static_cast<std::int64_t>(page->stall), lanes);
}

}  // namespace kasane::cpu
