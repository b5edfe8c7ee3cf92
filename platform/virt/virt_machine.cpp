#include "platform/virt/virt_machine.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "platform/virt/device_tree.h"
#include "platform/virt/memory_map.h"
#include "platform/virt/reset_code.h"

namespace kasane {
namespace {

constexpr std::uint32_t misa = 0x301;

/// QEMU's, where characters take no time and it means nothing.
constexpr std::uint64_t untimed_baud = 230'400;

/// Linux wants the tree on such a boundary.
constexpr std::uint64_t tree_alignment = 2 * 1024 * 1024;

const char* name_of(std::uint32_t kind) {
  for (const MemoryMapEntry& entry : virt::memory_map) {
    if (entry.kind == kind) return entry.name.data();
  }
  throw std::logic_error("virt: no such kind of block");
}

struct Extent {
  std::string name;
  std::uint64_t first;
  std::uint64_t last;
};

/// From its first segment to the end of its last.
Extent extent_of(const ElfImage& image, const std::string& name) {
  Extent extent{.name = name, .first = ~std::uint64_t{0}, .last = 0};
  for (const ElfSegment& segment : image.segments) {
    extent.first = std::min(extent.first, segment.address);
    extent.last = std::max(extent.last, segment.address + segment.bytes.size() - 1);
  }
  return extent;
}

void check_apart(const Extent& one, const Extent& other) {
  if (one.last < other.first || other.last < one.first) return;
  throw std::invalid_argument(one.name + ": lies where " + other.name +
                              " does, expected a larger chip.dram.size or another address");
}

}  // namespace

VirtMachine::VirtMachine(sc_core::sc_module_name name, const MachineConfig& config,
                         const Technology& technology, std::function<void(char)> console,
                         RunObserver& observer)
    : Machine(name, config, plan(config), technology, std::move(console)),
      config_(config),
      test_finisher_(name_of(KASANE_DEVICE_TEST_FINISHER), observer) {
  to(KASANE_DEVICE_TEST_FINISHER).bind(test_finisher_.registers);
}

Machine::Plan VirtMachine::plan(const MachineConfig& config) {
  Plan plan{.memory_map = {},
            .domains = {virt::domains.begin(), virt::domains.end()},
            .initiators = {{"cpu", 0}},
            .plic = {.sources = virt::plic_sources, .contexts = 2}};
  for (MemoryMapEntry entry : virt::memory_map) {
    if (entry.kind == KASANE_DEVICE_BOOT_ROM) entry.bytes = config.boot_rom.bytes;
    if (entry.kind == KASANE_DEVICE_DRAM) entry.bytes = config.dram.bytes;
    plan.memory_map.push_back(entry);
  }
  return plan;
}

const RegisterBank* VirtMachine::registers(std::uint32_t kind) const {
  return kind == KASANE_DEVICE_TEST_FINISHER ? &test_finisher_.register_bank() : Machine::registers(kind);
}

std::vector<std::uint8_t> VirtMachine::device_tree_blob() {
  return device_tree({.memory_map = memory_map(),
                      .isa = isa_string(hart_.read_csr(misa).value()),
                      .timebase_hertz = config_.clint.timebase_hertz,
                      .uart_hertz = 16 * config_.uart.baud.value_or(untimed_baud),
                      .plic_sources = virt::plic_sources});
}

/// As high in memory as it fits, out of the way of what software loads.
std::uint64_t VirtMachine::device_tree_address(std::size_t bytes) const {
  const MemoryMapEntry& dram = entry(KASANE_DEVICE_DRAM);
  return dram.base + (dram.bytes - bytes) / tree_alignment * tree_alignment;
}

void VirtMachine::load_boot(const BootImages& images) {
  const std::vector<std::uint8_t> tree = device_tree_blob();
  const std::uint64_t tree_address = device_tree_address(tree.size());
  const Extent firmware = extent_of(images.firmware, images.firmware_name);
  const Extent payload = extent_of(images.payload, images.payload_name);
  const Extent described{"the device tree", tree_address, tree_address + tree.size() - 1};
  check_apart(payload, firmware);
  check_apart(payload, described);
  check_apart(firmware, described);
  load(images.firmware, images.firmware_name);
  load(images.payload, images.payload_name);
  load(tree_address, tree, described.name);
  load(entry(KASANE_DEVICE_BOOT_ROM).base,
       reset_code(
           {.firmware = images.firmware.entry, .device_tree = tree_address, .payload = images.payload.entry}),
       "boot ROM");
}

}  // namespace kasane
