/// The Neural Comp Unit on the chip: walks the schedule, moves the data, spends the time, books the energy.
#pragma once

#include <array>
#include <span>
#include <vector>

#include "models/common/engine.h"
#include "models/common/phase_slices.h"
#include "models/neural_comp_unit/config.h"
#include "models/neural_comp_unit/datapath.h"
#include "models/neural_comp_unit/schedule.h"
#include "models/technology/technology.h"

namespace kasane {

class NeuralCompUnit : public Engine {
 public:
  BurstPort fmm{"fmm"};          ///< Feature Map Memory; addresses are offsets into it
  BurstPort weights{"weights"};  ///< Weight Memory, likewise
  BurstPort sums{"sums"};        ///< partial sum memory, likewise; unbound unless config().partial_sums

  /// Adds itself to the account under its basename. Throws std::invalid_argument for impossible sizes.
  NeuralCompUnit(sc_core::sc_module_name name, const NcuConfig& config, PowerDomain& domain,
                 EnergyAccount& account, const Technology& technology);

  const NcuConfig& config() const { return config_; }

 protected:
  void execute(const CommandRecord& record) override;
  std::string_view command_name(std::uint16_t opcode) const override;

 private:
  /// Slots in the pipeline; null where a stage has nothing to do.
  struct Stages {
    const ncu::Slot* loading = nullptr;
    const ncu::Slot* computing = nullptr;
    const ncu::Slot* draining = nullptr;
  };
  /// The lists of kept kernels, read from Weight Memory; takes the time of that.
  ncu::KeptKernels read_lists(const kasane_ncu_residual& command);
  void walk(ncu::SlotSource& schedule, ncu::Datapath& datapath, LayerId layer);
  void step(const Stages& stages, ncu::Datapath& datapath, LayerId layer, PhaseSlices& slices);
  // Each moves a slot's bursts one after the other, the first no earlier than `start`; returns when the last
  // is complete.
  sc_core::sc_time store(const ncu::Slot& slot, ncu::Datapath& datapath, LayerId layer,
                         sc_core::sc_time start);
  sc_core::sc_time load_input(const ncu::Slot& slot, ncu::Datapath& datapath, LayerId layer,
                              sc_core::sc_time start);
  sc_core::sc_time load_weights(const ncu::Slot& slot, ncu::Datapath& datapath, LayerId layer,
                                sc_core::sc_time start);
  sc_core::sc_time load_sums(const ncu::Slot& slot, ncu::Datapath& datapath, LayerId layer,
                             sc_core::sc_time start);
  sc_core::sc_time read(BurstPort& port, std::span<const Burst> bursts, LayerId layer,
                        sc_core::sc_time start);  ///< into staging_
  void book(const ncu::Operations& operations, const Interval& when, LayerId layer);

  NcuConfig config_;
  std::array<OperationId, ncu::operation_count> operations_{};
  ncu::PackedWeightsCache weights_cache_;
  std::vector<std::uint8_t> staging_;  ///< bytes on their way between a port and a buffer
};

}  // namespace kasane
