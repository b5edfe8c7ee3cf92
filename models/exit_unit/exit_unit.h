/// The exit unit on the chip.
#pragma once

#include <span>

#include "kasane/exit_unit.h"
#include "models/common/engine.h"
#include "models/common/phase_slices.h"
#include "models/exit_unit/config.h"
#include "models/exit_unit/schedule.h"
#include "models/technology/technology.h"

namespace kasane {

/// Executes the commands of kasane/exit_unit.h: what firmware computes with kasane_exit_decide, bit by bit.
class ExitUnit : public Engine {
 public:
  BurstPort fmm{"fmm"};  ///< Feature Map Memory; addresses are offsets into it

  /// Adds itself to the account under its basename. Throws std::invalid_argument for impossible sizes.
  ExitUnit(sc_core::sc_module_name name, const ExitUnitConfig& config, PowerDomain& domain,
           EnergyAccount& account, const Technology& technology);

  const ExitUnitConfig& config() const { return config_; }

 protected:
  void execute(const CommandRecord& record) override;
  void on_reset() override { decision_ = {}; }
  std::string_view command_name(std::uint16_t opcode) const override;

 private:
  enum Phase : std::size_t { load, compare, exponentials, logarithm };

  /// A command under way.
  struct Work {
    const kasane_exit_decide_command command;
    std::span<std::int8_t> logits;
    PhaseSlices& slices;
  };

  void add_registers();
  void decide(const Work& work);
  void find_largest(const Work& work);
  void sum_exponentials(const Work& work);
  /// Reads `count` logits from the `first` on.
  void read(const Work& work, std::uint32_t first, std::uint32_t count);
  void compute(const Work& work, Phase phase, std::uint64_t cycles, const exit_unit::Operations& operations);
  /// Books the operations and waits until `when` has passed, which may have begun before now.
  void spend(const Work& work, Phase phase, const Interval& when, const exit_unit::Operations& operations);

  const ExitUnitConfig config_;
  std::array<OperationId, exit_unit::operation_count> operations_{};
  kasane_exit_decision decision_{};
};

}  // namespace kasane
