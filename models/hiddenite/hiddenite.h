/// The hidden-network engine on the chip.
#pragma once

#include "models/common/pipelined_engine.h"
#include "models/hiddenite/config.h"
#include "models/hiddenite/datapath.h"
#include "models/hiddenite/schedule.h"
#include "models/technology/technology.h"

namespace kasane {

/// Its port for partial sums stays unbound.
class Hiddenite : public PipelinedEngine<hiddenite::Slot> {
 public:
  /// Adds itself to the account under its basename. Throws std::invalid_argument for impossible sizes.
  Hiddenite(sc_core::sc_module_name name, const HiddeniteConfig& config, PowerDomain& domain,
            EnergyAccount& account, const Technology& technology);

  const HiddeniteConfig& config() const { return config_; }

 protected:
  void execute(const CommandRecord& record) override;
  void executed(const hiddenite::Operations& operations) override;
  void on_reset() override { weights_ = 0; }
  std::string_view command_name(std::uint16_t opcode) const override;

 private:
  void add_registers();

  HiddeniteConfig config_;
  std::uint64_t weights_ = 0;  ///< kept ones expanded since reset
};

}  // namespace kasane
