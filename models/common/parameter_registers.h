/// The registers that hold an output tile's channel parameters.
#pragma once

#include <cstdint>
#include <optional>

#include "kasane/neural_comp_unit.h"
#include "models/common/planes.h"

namespace kasane {

/// They keep a tile's records until another tile needs others.
class ParameterRegisters {
 public:
  /// The slot needs the records of these output channels; `address` is the map's first one in WM. Sets what
  /// the slot has to load for that.
  template <typename Slot>
  void request(std::uint32_t address, std::uint32_t first_channel, std::uint32_t channels, Slot& slot) {
    constexpr std::uint32_t record = sizeof(kasane_channel_parameters);
    slot.fresh_parameters = first_channel_ != first_channel;
    slot.parameter_load =
        slot.fresh_parameters ? Burst{address + first_channel * record, 0, channels * record} : Burst{};
    first_channel_ = first_channel;
  }

 private:
  std::optional<std::uint32_t> first_channel_;
};

}  // namespace kasane
