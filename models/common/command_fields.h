/// What engines ask of the fields of a command before they begin, whatever the engine.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

namespace kasane {

/// Of reserved bytes.
inline bool all_zero(std::span<const std::uint8_t> bytes) {
  return std::ranges::all_of(bytes, [](std::uint8_t byte) { return byte == 0; });
}

/// Groups that divide both channel counts.
template <typename Convolution>
bool groups_divide_channels(const Convolution& command) {
  return command.groups > 0 && command.input_channels % command.groups == 0 &&
         command.output_channels % command.groups == 0;
}

/// A convolution that is a fully connected layer: every spatial size is 1, without padding or groups.
template <typename Convolution>
bool is_fully_connected(const Convolution& command) {
  return command.input_height == 1 && command.input_width == 1 && command.output_height == 1 &&
         command.output_width == 1 && command.kernel_height == 1 && command.kernel_width == 1 &&
         command.pad_top == 0 && command.pad_left == 0 && command.groups == 1;
}

}  // namespace kasane
