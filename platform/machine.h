/// What every machine has: a hart on a bus with boot ROM, DRAM, serial port, timer and interrupt controller,
/// in power domains of one account. What else it is made of, and where things are, its own class says.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <systemc>

#include "models/common/energy_account.h"
#include "platform/bus/bus.h"
#include "platform/cpu/hart.h"
#include "platform/loader/elf.h"
#include "platform/machine_config.h"
#include "platform/peripherals/clint.h"
#include "platform/peripherals/dram.h"
#include "platform/peripherals/memory.h"
#include "platform/peripherals/plic.h"
#include "platform/peripherals/uart.h"
#include "platform/trace/recording/trace_layout.h"
#include "platform/trace/run_result.h"

namespace kasane {

class Machine : public sc_core::sc_module {
 public:
  /// Places bytes in memory as a debugger would, before the run. Throws std::invalid_argument naming `what`
  /// where there is no memory.
  void load(std::uint64_t address, std::span<const std::uint8_t> bytes, const std::string& what);
  void load(const ElfImage& image, const std::string& what);

  /// The blocks on the bus, with the bytes that each answers to.
  const std::vector<MemoryMapEntry>& memory_map() const { return memory_map_; }

  EnergyAccount& account() { return account_; }
  const EnergyAccount& account() const { return account_; }
  Hart& hart() { return hart_; }
  Uart& uart() { return uart_; }
  const std::vector<std::unique_ptr<PowerDomain>>& domains() const { return domains_; }

  /// The names of what traces show; `layers` are the network's.
  TraceLayout trace_layout(std::vector<std::string> layers) const;
  /// How fast an engine or a memory can be at the present operating points: multiply-accumulates of all
  /// lanes; bytes over all ports that engines use, or over its port to the bus.
  virtual PeakRates peak_rates(std::string_view block) const;

  /// The registers of a device, for its description; null where it has none that are fixed.
  virtual const RegisterBank* registers(std::uint32_t kind) const;

 protected:
  /// What is decided before the first block is built.
  struct Plan {
    std::vector<MemoryMapEntry> memory_map;  ///< with the blocks' real sizes
    std::vector<DomainId> domains;           ///< that there are, in the order of their index
    std::vector<BusInitiator> initiators;
    PlicConfig plic;  ///< context 0 is the hart's machine mode, 1 where there is one its supervisor mode
  };

  /// `console` gets every byte of the UART and outlives the machine. Throws std::invalid_argument for a
  /// configuration that no machine could have.
  Machine(sc_core::sc_module_name name, const MachineConfig& config, Plan plan, const Technology& technology,
          std::function<void(char)> console);

  const MemoryMapEntry& entry(std::uint32_t kind) const;
  /// A domain's index in domains() and in the power manager.
  std::size_t index_of(DomainId id) const;
  PowerDomain& domain(DomainId id) { return *domains_[index_of(id)]; }
  PowerDomain& domain_of(std::uint32_t kind) { return domain(entry(kind).domain); }
  double hertz(DomainId id) const;
  Bus::InitiatorSocket& to(std::uint32_t kind) { return bus_.target(entry(kind).name); }
  /// The interrupt controller's input for the block.
  sc_core::sc_signal<bool>& interrupt_of(std::uint32_t kind);

 private:
  void connect_targets();
  void connect_interrupts();

  const MachineConfig config_;
  const std::vector<MemoryMapEntry> memory_map_;
  const std::vector<DomainId> domain_ids_;

 protected:
  EnergyAccount account_;
  std::vector<std::unique_ptr<PowerDomain>> domains_;
  Hart hart_;
  Bus bus_;

 private:
  BootRom boot_rom_;
  Dram dram_;
  Uart uart_;
  Clint clint_;
  Plic plic_;

  sc_core::sc_signal<bool> timer_interrupt_;
  sc_core::sc_signal<bool> software_interrupt_;
  sc_core::sc_signal<bool> external_interrupt_;
  sc_core::sc_signal<bool> supervisor_external_interrupt_;
  sc_core::sc_vector<sc_core::sc_signal<bool>> interrupts_;  ///< [s - 1] is PLIC source s
};

}  // namespace kasane
