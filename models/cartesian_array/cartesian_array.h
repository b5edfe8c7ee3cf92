/// The Cartesian-product array on the chip.
#pragma once

#include "models/cartesian_array/config.h"
#include "models/cartesian_array/datapath.h"
#include "models/cartesian_array/schedule.h"
#include "models/common/pipelined_engine.h"
#include "models/technology/technology.h"

namespace kasane {

/// Its port for partial sums stays unbound.
class CartesianArray : public PipelinedEngine<cartesian::Slot> {
 public:
  /// Adds itself to the account under its basename. Throws std::invalid_argument for impossible sizes.
  CartesianArray(sc_core::sc_module_name name, const CartesianConfig& config, PowerDomain& domain,
                 EnergyAccount& account, const Technology& technology);

  const CartesianConfig& config() const { return config_; }

 protected:
  void execute(const CommandRecord& record) override;
  void executed(const cartesian::Operations& operations) override;
  void on_reset() override { steps_ = 0; }
  std::string_view command_name(std::uint16_t opcode) const override;

 private:
  void add_registers();

  CartesianConfig config_;
  std::uint64_t steps_ = 0;  ///< since reset
};

}  // namespace kasane
