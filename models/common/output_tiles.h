/// How a convolution's output channels are cut into tiles: those of each group for themselves.
#pragma once

#include <algorithm>
#include <cstdint>

#include "models/common/port_timing.h"

namespace kasane {

struct OutputTiles {
  std::uint32_t group_inputs = 0;
  std::uint32_t group_outputs = 0;
  std::uint32_t full = 0;     ///< output channels of a full tile; the last one of a group may have less
  std::uint32_t a_group = 0;  ///< tiles a group
  std::uint32_t count = 0;    ///< tiles of all groups

  /// Of a command with the usual names that says how many outputs a tile has. Precondition: its groups divide
  /// both channel counts.
  template <typename Command>
  explicit OutputTiles(const Command& command)
      : group_inputs(command.input_channels / command.groups),
        group_outputs(command.output_channels / command.groups),
        full(command.tile_outputs),
        a_group(static_cast<std::uint32_t>(divide_up(group_outputs, full))),
        count(a_group * command.groups) {}

  /// How many output channels a tile has.
  std::uint32_t outputs(std::uint32_t tile) const {
    return std::min(full, group_outputs - tile % a_group * full);
  }
  /// Of the whole map.
  std::uint32_t first_output(std::uint32_t tile) const {
    return tile / a_group * group_outputs + tile % a_group * full;
  }
  /// Of the whole map.
  std::uint32_t first_input(std::uint32_t tile) const { return tile / a_group * group_inputs; }
};

}  // namespace kasane
