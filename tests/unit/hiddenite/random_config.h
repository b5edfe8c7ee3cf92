/// Engines of many sizes for random layers.
#pragma once

#include <algorithm>
#include <cstdint>
#include <initializer_list>

#include "models/hiddenite/config.h"
#include "tests/reference/random_hiddenite_layers.h"

namespace kasane::hiddenite {

/// Weights that a command's tile may have: two tiles fit the weight buffer, two bits a weight.
inline std::uint64_t tile_weights(const HiddeniteConfig& config) {
  return config.weight_buffer_bytes / 2 * 4;
}

/// Full output tiles of the command that the weight buffer holds.
inline std::uint64_t tile_places(const kasane_hiddenite_convolution& command, const HiddeniteConfig& config) {
  const std::uint64_t outputs =
      std::min<std::uint64_t>(command.tile_outputs, command.output_channels / command.groups);
  const std::uint64_t bytes = (outputs * reference::weights_an_output(command) + 3) / 4;
  return config.weight_buffer_bytes / bytes;
}

/// From ample buffers to some that force blocks, narrow bands and chunks.
inline HiddeniteConfig random_config(reference::Random& random) {
  const auto pick = [&](std::initializer_list<std::uint32_t> choices) {
    return choices.begin()[random.between(0, static_cast<std::int64_t>(choices.size()) - 1)];
  };
  return {.input_channels = pick({1, 3, 4, 8, 16}),
          .output_channels = pick({1, 5, 8, 16}),
          .rows = pick({1, 2, 4, 7, 8, 16}),
          .columns = pick({1, 3, 4, 8, 16}),
          .expander_fields = pick({1, 7, 32, 128}),
          .mask_fifo_bytes = pick({0, 16, 512}),
          .weight_buffer_bytes = pick({256, 1024, 4096, 32768}),
          .input_buffer_bytes = pick({256, 1024, 16384}),
          .requantizers = pick({1, 4, 16, 64}),
          .pipeline_cycles = pick({0, 6, 9}),
          .tile_bubble_cycles = pick({0, 1, 3})};
}

}  // namespace kasane::hiddenite
