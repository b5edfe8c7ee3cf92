/// The device tree of a machine: what firmware and boot loaders are told of the hardware.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "platform/memory_map.h"

namespace kasane {

struct DeviceTreeFacts {
  std::span<const MemoryMapEntry> memory_map;  ///< with real sizes; blocks without a binding are left out
  std::string isa;                             ///< of the hart: isa_string()
  std::uint64_t timebase_hertz = 0;            ///< of mtime and the time CSR
  std::uint64_t uart_hertz = 0;  ///< input clock of the UART: 16 times its line rate at divisor 1
  std::uint32_t plic_sources = 0;
};

/// The extensions of the register misa as a device tree names them, with what every hart of ours has:
/// "rv64imafdc_zicsr_zifencei".
std::string isa_string(std::uint64_t misa);

/// A flattened device tree (devicetree specification 0.4) of a machine with one hart, with the nodes and the
/// phandles that QEMU's virt machine has for the same blocks.
std::vector<std::uint8_t> device_tree(const DeviceTreeFacts& facts);

}  // namespace kasane
