/// An engine's track of phases, coalesced: what bounded its steps, without a slice for every tiny step.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "models/common/energy_account.h"

namespace kasane {

/// Collects consecutive steps into slices. A slice ends where another phase begins and it is at least
/// `minimum` long; its name is the phase that took most of it. Slices never overlap.
class PhaseSlices {
 public:
  static constexpr std::size_t max_phases = 8;

  /// At most max_phases names, which must outlive this.
  PhaseSlices(EnergyAccount& account, BlockId block, LayerId layer, std::span<const std::string_view> names,
              sc_core::sc_time minimum);
  /// Books what is still open.
  ~PhaseSlices();
  PhaseSlices(const PhaseSlices&) = delete;
  PhaseSlices& operator=(const PhaseSlices&) = delete;

  /// A step in `phase` (an index into the names) has just ended; it began no earlier than the former one
  /// ended.
  void add(std::size_t phase, const Interval& when);

 private:
  void close();

  EnergyAccount& account_;
  BlockId block_;
  LayerId layer_;
  std::span<const std::string_view> names_;
  sc_core::sc_time minimum_;
  std::array<sc_core::sc_time, max_phases> spent_{};
  std::size_t last_phase_ = 0;
  Interval open_;
};

}  // namespace kasane
