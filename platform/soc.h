/// Kasane's chip: every block, wired. The only place that knows them all.
#pragma once

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include <systemc>

#include "models/cartesian_array/cartesian_array.h"
#include "models/exit_unit/exit_unit.h"
#include "models/hiddenite/hiddenite.h"
#include "models/kernel_comp_unit/kernel_dispatcher.h"
#include "models/neural_comp_unit/neural_comp_unit.h"
#include "platform/chip_config.h"
#include "platform/machine.h"
#include "platform/peripherals/power_manager.h"
#include "platform/peripherals/run_monitor.h"

namespace kasane {

class Soc : public Machine {
 public:
  /// `console` gets every byte of the UART, `observer` what firmware tells the run monitor; both outlive the
  /// chip. Throws std::invalid_argument for a configuration that no chip could have.
  Soc(sc_core::sc_module_name name, const ChipConfig& config, const Technology& technology,
      std::function<void(char)> console, RunObserver& observer);

  /// The devices as firmware will see them.
  std::vector<kasane_device> devices() const;

  PeakRates peak_rates(std::string_view block) const override;
  const RegisterBank* registers(std::uint32_t kind) const override;

 private:
  static Plan plan(const ChipConfig& config);
  void connect_targets();
  void connect_kernel_comp_units();
  /// What all engines but the NCU and the units have: of Feature Map Memory the port numbered `port` beyond
  /// the ones of these.
  template <typename Engine>
  void connect_engine(Engine& engine, std::uint32_t kind, std::string_view initiator, std::size_t port);
  /// Those that take weights also have a port of Weight Memory.
  template <typename Engine>
  void connect_weights(Engine& engine, std::size_t port);

  /// What a chip with Kernel Comp Units has and others lack.
  struct KernelCompUnits {
    KernelCompUnits(const ChipConfig& config, PowerDomain& units, PowerDomain& memories,
                    EnergyAccount& account, const Technology& technology);
    BankedSram partial_sum_memory;
    BankedSram table_memory;
    KernelDispatcher dispatcher;
  };

  const ChipConfig config_;
  Memory ram_;
  Dma dma_;
  PowerManager power_manager_;
  RunMonitor run_monitor_;
  FeatureMapMemory feature_map_memory_;
  WeightMemory weight_memory_;
  NeuralCompUnit neural_comp_unit_;
  std::unique_ptr<KernelCompUnits> kernel_comp_units_;
  std::unique_ptr<CartesianArray> cartesian_array_;
  std::unique_ptr<Hiddenite> hiddenite_;
  std::unique_ptr<ExitUnit> exit_unit_;
};

}  // namespace kasane
