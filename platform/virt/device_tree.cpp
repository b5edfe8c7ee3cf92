#include "platform/virt/device_tree.h"

#include <array>
#include <cstdio>
#include <stdexcept>

#include "kasane/test_finisher.h"
#include "platform/virt/tree_writer.h"

namespace kasane {
namespace {

// The nodes that others refer to.
constexpr std::uint32_t cpu_phandle = 1;
constexpr std::uint32_t cpu_interrupts_phandle = 2;
constexpr std::uint32_t plic_phandle = 3;
constexpr std::uint32_t finisher_phandle = 4;

// A hart's local interrupts, by their bits in mip.
constexpr std::uint32_t machine_software = 3;
constexpr std::uint32_t machine_timer = 7;
constexpr std::uint32_t supervisor_external = 9;
constexpr std::uint32_t machine_external = 11;

/// "serial@10000000"
std::string unit_name(const char* stem, std::uint64_t address) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%s@%llx", stem, static_cast<unsigned long long>(address));
  return text.data();
}

void write_cpus(TreeWriter& tree, const DeviceTreeFacts& facts) {
  tree.begin("cpus");
  tree.cells("#address-cells", {1});
  tree.cells("#size-cells", {0});
  tree.cells("timebase-frequency", {static_cast<std::uint32_t>(facts.timebase_hertz)});
  tree.begin("cpu@0");
  tree.cells("phandle", {cpu_phandle});
  tree.text("device_type", "cpu");
  tree.cells("reg", {0});
  tree.text("status", "okay");
  tree.text("compatible", "riscv");
  tree.text("riscv,isa", facts.isa);
  tree.text("mmu-type", "riscv,sv39");
  tree.begin("interrupt-controller");
  tree.cells("#interrupt-cells", {1});
  tree.flag("interrupt-controller");
  tree.text("compatible", "riscv,cpu-intc");
  tree.cells("phandle", {cpu_interrupts_phandle});
  tree.end();
  tree.end();
  tree.begin("cpu-map");
  tree.begin("cluster0");
  tree.begin("core0");
  tree.cells("cpu", {cpu_phandle});
  tree.end();
  tree.end();
  tree.end();
  tree.end();
}

void write_memory(TreeWriter& tree, const MemoryMapEntry& dram) {
  tree.begin(unit_name("memory", dram.base));
  tree.text("device_type", "memory");
  tree.reg(dram.base, dram.bytes);
  tree.end();
}

void write_uart(TreeWriter& tree, const MemoryMapEntry& uart, std::uint64_t hertz) {
  tree.begin(unit_name("serial", uart.base));
  tree.text("compatible", "ns16550a");
  tree.reg(uart.base, uart.bytes);
  tree.cells("clock-frequency", {static_cast<std::uint32_t>(hertz)});
  tree.cells("interrupts", {uart.interrupt});
  tree.cells("interrupt-parent", {plic_phandle});
  tree.end();
}

void write_finisher(TreeWriter& tree, const MemoryMapEntry& finisher) {
  tree.begin(unit_name("test", finisher.base));
  tree.texts("compatible", {"sifive,test1", "sifive,test0", "syscon"});
  tree.reg(finisher.base, finisher.bytes);
  tree.cells("phandle", {finisher_phandle});
  tree.end();
}

/// "poweroff" and "reboot": the finisher's words, for software that knows it only as a register.
void write_finisher_word(TreeWriter& tree, const std::string& name, std::uint32_t word) {
  tree.begin(name);
  tree.text("compatible", "syscon-" + name);
  tree.cells("regmap", {finisher_phandle});
  tree.cells("offset", {KASANE_FINISHER_STATUS});
  tree.cells("value", {word});
  tree.end();
}

void write_plic(TreeWriter& tree, const MemoryMapEntry& plic, std::uint32_t sources) {
  tree.begin(unit_name("plic", plic.base));
  tree.texts("compatible", {"sifive,plic-1.0.0", "riscv,plic0"});
  tree.reg(plic.base, plic.bytes);
  tree.cells("phandle", {plic_phandle});
  tree.cells("riscv,ndev", {sources});
  tree.cells("interrupts-extended",  // by context
             {cpu_interrupts_phandle, machine_external, cpu_interrupts_phandle, supervisor_external});
  tree.flag("interrupt-controller");
  tree.cells("#address-cells", {0});
  tree.cells("#interrupt-cells", {1});
  tree.end();
}

void write_clint(TreeWriter& tree, const MemoryMapEntry& clint) {
  tree.begin(unit_name("clint", clint.base));
  tree.texts("compatible", {"sifive,clint0", "riscv,clint0"});
  tree.reg(clint.base, clint.bytes);
  tree.cells("interrupts-extended",
             {cpu_interrupts_phandle, machine_software, cpu_interrupts_phandle, machine_timer});
  tree.end();
}

void write_device(TreeWriter& tree, const DeviceTreeFacts& facts, const MemoryMapEntry& entry) {
  switch (entry.kind) {
    case KASANE_DEVICE_UART:
      return write_uart(tree, entry, facts.uart_hertz);
    case KASANE_DEVICE_TEST_FINISHER:
      return write_finisher(tree, entry);
    case KASANE_DEVICE_PLIC:
      return write_plic(tree, entry, facts.plic_sources);
    case KASANE_DEVICE_CLINT:
      return write_clint(tree, entry);
    default:
      return;
  }
}

const MemoryMapEntry& entry_of(const DeviceTreeFacts& facts, std::uint32_t kind) {
  for (const MemoryMapEntry& entry : facts.memory_map) {
    if (entry.kind == kind) return entry;
  }
  throw std::logic_error("device tree: expected a block of kind " + std::to_string(kind));
}

}  // namespace

std::string isa_string(std::uint64_t misa) {
  std::string text = "rv64";
  for (const char letter : std::string_view("imafdqcbvh")) {  // the specification's order of names
    if ((misa >> (letter - 'a') & 1) != 0) text += letter;
  }
  return text + "_zicsr_zifencei";
}

std::vector<std::uint8_t> device_tree(const DeviceTreeFacts& facts) {
  const MemoryMapEntry& uart = entry_of(facts, KASANE_DEVICE_UART);
  TreeWriter tree;
  tree.cells("#address-cells", {2});
  tree.cells("#size-cells", {2});
  tree.text("compatible", "riscv-virtio");
  tree.text("model", "kasane,virt");
  tree.begin("chosen");
  tree.text("stdout-path", "/soc/" + unit_name("serial", uart.base));
  tree.end();
  write_finisher_word(tree, "poweroff", KASANE_FINISHER_PASS);
  write_finisher_word(tree, "reboot", KASANE_FINISHER_RESET);
  write_memory(tree, entry_of(facts, KASANE_DEVICE_DRAM));
  write_cpus(tree, facts);
  tree.begin("soc");
  tree.cells("#address-cells", {2});
  tree.cells("#size-cells", {2});
  tree.text("compatible", "simple-bus");
  tree.flag("ranges");
  for (const MemoryMapEntry& entry : facts.memory_map) write_device(tree, facts, entry);
  tree.end();
  return tree.finish();
}

}  // namespace kasane
