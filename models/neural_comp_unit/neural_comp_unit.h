/// The Neural Comp Unit on the chip.
#pragma once

#include "models/common/pipelined_engine.h"
#include "models/neural_comp_unit/config.h"
#include "models/neural_comp_unit/datapath.h"
#include "models/neural_comp_unit/schedule.h"
#include "models/technology/technology.h"

namespace kasane {

class NeuralCompUnit : public PipelinedEngine<ncu::Slot> {
 public:
  /// `sums` is unbound unless config().partial_sums. Adds itself to the account under its basename. Throws
  /// std::invalid_argument for impossible sizes.
  NeuralCompUnit(sc_core::sc_module_name name, const NcuConfig& config, PowerDomain& domain,
                 EnergyAccount& account, const Technology& technology);

  const NcuConfig& config() const { return config_; }

 protected:
  void execute(const CommandRecord& record) override;
  std::string_view command_name(std::uint16_t opcode) const override;

 private:
  NcuConfig config_;
  ncu::PackedWeightsCache weights_cache_;
};

}  // namespace kasane
