/// The chip: every block, wired. The only place that knows them all.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include <systemc>

#include "models/common/energy_account.h"
#include "models/kernel_comp_unit/kernel_dispatcher.h"
#include "models/neural_comp_unit/neural_comp_unit.h"
#include "platform/chip_config.h"
#include "platform/cpu/hart.h"
#include "platform/loader/elf.h"
#include "platform/peripherals/plic.h"
#include "platform/peripherals/power_manager.h"
#include "platform/peripherals/run_monitor.h"
#include "platform/trace/recording/trace_layout.h"
#include "platform/trace/run_result.h"

namespace kasane {

class Soc : public sc_core::sc_module {
 public:
  /// `console` gets every byte of the UART, `observer` what firmware tells the run monitor; both outlive the
  /// chip. Throws std::invalid_argument for a configuration that no chip could have.
  Soc(sc_core::sc_module_name name, const ChipConfig& config, const Technology& technology,
      std::function<void(char)> console, RunObserver& observer);

  /// Places bytes in memory as a debugger would, before the run. Throws std::invalid_argument naming `what`
  /// where there is no memory.
  void load(std::uint64_t address, std::span<const std::uint8_t> bytes, const std::string& what);
  void load(const ElfImage& image, const std::string& what);

  /// The blocks that this chip has.
  const std::vector<MemoryMapEntry>& memory_map() const { return memory_map_; }
  /// The devices as firmware will see them.
  std::vector<kasane_device> devices() const;

  EnergyAccount& account() { return account_; }
  const EnergyAccount& account() const { return account_; }
  Hart& hart() { return hart_; }
  Uart& uart() { return uart_; }
  const std::vector<std::unique_ptr<PowerDomain>>& domains() const { return domains_; }

  /// The names of what traces show; `layers` are the network's.
  TraceLayout trace_layout(std::vector<std::string> layers) const;
  /// How fast an engine or a memory can be at the present operating points: multiply-accumulates of all
  /// lanes; bytes over all ports that engines use, or over its port to the bus.
  PeakRates peak_rates(std::string_view block) const;

  /// The registers of a device, for its description; null where it has none that are fixed.
  const RegisterBank* registers(std::uint32_t kind) const;
  /// Bytes the device answers to: a memory's size, a device's window.
  std::uint64_t size_of(const MemoryMapEntry& entry) const;

 private:
  PowerDomain& domain(DomainId id) { return *domains_[static_cast<std::size_t>(id)]; }
  PowerDomain& domain_of(std::uint32_t kind) { return domain(memory_map_entry(kind).domain); }
  BusConfig bus_config() const;
  void connect_targets();
  void connect_kernel_comp_units();
  void connect_interrupts();

  /// What a chip with Kernel Comp Units has and others lack.
  struct KernelCompUnits {
    KernelCompUnits(const ChipConfig& config, PowerDomain& units, PowerDomain& memories,
                    EnergyAccount& account, const Technology& technology);
    BankedSram partial_sum_memory;
    BankedSram table_memory;
    KernelDispatcher dispatcher;
  };

  const ChipConfig config_;
  const std::vector<MemoryMapEntry> memory_map_;
  EnergyAccount account_;
  std::vector<std::unique_ptr<PowerDomain>> domains_;

  Hart hart_;
  Bus bus_;
  BootRom boot_rom_;
  Memory ram_;
  Dram dram_;
  Uart uart_;
  Clint clint_;
  Plic plic_;
  Dma dma_;
  PowerManager power_manager_;
  RunMonitor run_monitor_;
  FeatureMapMemory feature_map_memory_;
  WeightMemory weight_memory_;
  NeuralCompUnit neural_comp_unit_;
  std::unique_ptr<KernelCompUnits> kernel_comp_units_;

  sc_core::sc_signal<bool> timer_interrupt_;
  sc_core::sc_signal<bool> software_interrupt_;
  sc_core::sc_signal<bool> external_interrupt_;
  sc_core::sc_signal<bool> supervisor_external_interrupt_;  ///< never: the PLIC serves machine mode alone
  sc_core::sc_vector<sc_core::sc_signal<bool>> interrupts_;  ///< [s - 1] is PLIC source s
};

}  // namespace kasane
