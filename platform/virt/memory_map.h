/// Where things are on a machine laid out as QEMU's riscv `virt`: the part of its map that we have.
#pragma once

#include <array>

#include "kasane/clint.h"
#include "kasane/plic.h"
#include "kasane/test_finisher.h"
#include "kasane/uart.h"
#include "platform/memory_map.h"

namespace kasane::virt {

inline constexpr std::uint32_t plic_sources = 96;
/// The window ends behind the last context that software may be told of; QEMU's map leaves it as much.
inline constexpr std::uint64_t plic_bytes = 0x60'0000;

/// Sizes of the memories are configuration.
inline constexpr std::array<MemoryMapEntry, 6> memory_map{{
    {KASANE_DEVICE_BOOT_ROM, "boot_rom", 0x0000'1000, 0x0000'F000, KASANE_NO_INTERRUPT, DomainId::system},
    {KASANE_DEVICE_TEST_FINISHER, "test_finisher", 0x0010'0000, KASANE_FINISHER_REGISTER_BYTES,
     KASANE_NO_INTERRUPT, DomainId::system},
    {KASANE_DEVICE_CLINT, "clint", 0x0200'0000, KASANE_CLINT_REGISTER_BYTES, KASANE_NO_INTERRUPT,
     DomainId::system},
    {KASANE_DEVICE_PLIC, "plic", 0x0C00'0000, plic_bytes, KASANE_NO_INTERRUPT, DomainId::system},
    {KASANE_DEVICE_UART, "uart", 0x1000'0000, KASANE_UART_REGISTER_BYTES, 10, DomainId::system},
    {KASANE_DEVICE_DRAM, "dram", 0x8000'0000, 0x8000'0000, KASANE_NO_INTERRUPT, DomainId::dram},
}};

inline constexpr std::array domains{DomainId::system, DomainId::cpu, DomainId::dram};

}  // namespace kasane::virt
