/// One table: block, base, interrupt, power domain. The only place where addresses are chosen. A chip need
/// not have all of them.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "kasane/boot_info.h"

namespace kasane {

/// The power domains; the power manager counts those that a chip has in this order. `kcu` is the Kernel Comp
/// Units and their dispatcher, `kcm` their memories; a chip without units has neither. `array` is the
/// Cartesian-product array, `hiddenite` the hidden-network engine, likewise.
enum class DomainId : std::uint8_t { system, cpu, dram, dma, fmm, wm, ncu, kcu, kcm, array, hiddenite };
inline constexpr std::array<std::string_view, 11> domain_names{
    "system", "cpu", "dram", "dma", "fmm", "wm", "ncu", "kcu", "kcm", "array", "hiddenite"};

struct MemoryMapEntry {
  std::uint32_t kind;     ///< KASANE_DEVICE_*
  std::string_view name;  ///< module and account name
  std::uint64_t base;
  std::uint64_t
      bytes;  ///< of the window; memories: the largest size that fits, their real size is configuration
  std::uint32_t interrupt;  ///< PLIC source, or KASANE_NO_INTERRUPT
  DomainId domain;
};

inline constexpr std::array<MemoryMapEntry, 18> memory_map{{
    {KASANE_DEVICE_BOOT_ROM, "boot_rom", 0x0000'1000, 0x0001'0000, KASANE_NO_INTERRUPT, DomainId::system},
    {KASANE_DEVICE_CLINT, "clint", 0x0200'0000, 0x0001'0000, KASANE_NO_INTERRUPT, DomainId::system},
    {KASANE_DEVICE_PLIC, "plic", 0x0C00'0000, 0x0400'0000, KASANE_NO_INTERRUPT, DomainId::system},
    {KASANE_DEVICE_UART, "uart", 0x1000'0000, 0x0000'0100, 1, DomainId::system},
    {KASANE_DEVICE_DMA, "dma", 0x1001'0000, 0x0000'1000, 2, DomainId::dma},
    {KASANE_DEVICE_POWER_MANAGER, "power_manager", 0x1002'0000, 0x0000'1000, KASANE_NO_INTERRUPT,
     DomainId::system},
    {KASANE_DEVICE_RUN_MONITOR, "run_monitor", 0x1003'0000, 0x0000'1000, KASANE_NO_INTERRUPT,
     DomainId::system},
    {KASANE_DEVICE_NCU, "neural_comp_unit", 0x2000'0000, 0x0000'1000, 3, DomainId::ncu},
    {KASANE_DEVICE_KCU, "kernel_dispatcher", 0x2001'0000, 0x0000'1000, 4, DomainId::kcu},
    {KASANE_DEVICE_CARTESIAN, "cartesian_array", 0x2002'0000, 0x0000'1000, 5, DomainId::array},
    {KASANE_DEVICE_HIDDENITE, "hiddenite", 0x2003'0000, 0x0000'1000, 6, DomainId::hiddenite},
    {KASANE_DEVICE_EXIT_UNIT, "exit_unit", 0x2004'0000, 0x0000'1000, 7, DomainId::ncu},
    {KASANE_DEVICE_FMM, "feature_map_memory", 0x3000'0000, 0x0100'0000, KASANE_NO_INTERRUPT, DomainId::fmm},
    {KASANE_DEVICE_WM, "weight_memory", 0x3100'0000, 0x0100'0000, KASANE_NO_INTERRUPT, DomainId::wm},
    {KASANE_DEVICE_SUMS, "partial_sum_memory", 0x3200'0000, 0x0100'0000, KASANE_NO_INTERRUPT, DomainId::kcm},
    {KASANE_DEVICE_TABLE, "correspondence_table_memory", 0x3300'0000, 0x0100'0000, KASANE_NO_INTERRUPT,
     DomainId::kcm},
    {KASANE_DEVICE_RAM, "ram", 0x4000'0000, 0x4000'0000, KASANE_NO_INTERRUPT, DomainId::cpu},
    {KASANE_DEVICE_DRAM, "dram", 0x8000'0000, 0x8000'0000, KASANE_NO_INTERRUPT, DomainId::dram},
}};

/// The entry of the one block of this kind.
constexpr const MemoryMapEntry& memory_map_entry(std::uint32_t kind) {
  for (const MemoryMapEntry& entry : memory_map) {
    if (entry.kind == kind) return entry;
  }
  throw "memory map: no such kind of block";  // a compile-time error where the kind is constant
}

}  // namespace kasane
