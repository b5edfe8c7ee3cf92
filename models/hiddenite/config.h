/// The sizes of the hidden-network engine.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

namespace kasane {

/// The array multiplies input_channels × output_channels × rows × columns operands a cycle.
struct HiddeniteConfig {
  std::uint32_t input_channels = 8;   ///< summed by an adder tree
  std::uint32_t output_channels = 8;  ///< each activation is used by so many lanes
  std::uint32_t rows = 8;             ///< of output pixels; each weight is used by rows × columns lanes
  std::uint32_t columns = 8;
  std::uint32_t expander_fields = 32;             ///< mask fields a cycle, each with a weight generator
  std::uint32_t mask_fifo_bytes = 512;            ///< compressed masks, read ahead of the decoder
  std::uint32_t weight_buffer_bytes = 32 * 1024;  ///< expanded weights, two bits each
  std::uint32_t input_buffer_bytes = 32 * 1024;   ///< each of two halves
  std::uint32_t requantizers = 16;                ///< outputs that drain a cycle
  std::uint32_t pipeline_cycles = 6;              ///< from the first operands to their sum, once a command
  std::uint32_t tile_bubble_cycles = 1;           ///< between two pixel tiles: the accumulators change places

  std::uint32_t lanes() const { return input_channels * output_channels * rows * columns; }
};

/// Throws std::invalid_argument naming the field that no array could be built with.
inline void check(const HiddeniteConfig& config) {
  const auto within = [](const char* field, std::uint64_t value, std::uint32_t low, std::uint32_t high) {
    if (value < low || value > high) {
      throw std::invalid_argument(std::string("hiddenite: ") + field + " is " + std::to_string(value) +
                                  ", expected " + std::to_string(low) + " ... " + std::to_string(high));
    }
  };
  constexpr std::uint32_t most_lanes_a_side = 256;
  constexpr std::uint32_t most_lanes = 1u << 16;
  constexpr std::uint32_t most_bytes = 16u << 20;
  within("input_channels", config.input_channels, 1, most_lanes_a_side);
  within("output_channels", config.output_channels, 1, most_lanes_a_side);
  within("rows", config.rows, 1, most_lanes_a_side);
  within("columns", config.columns, 1, most_lanes_a_side);
  within("input_channels * output_channels * rows * columns",
         std::uint64_t{config.input_channels} * config.output_channels * config.rows * config.columns, 1,
         most_lanes);
  within("expander_fields", config.expander_fields, 1, 1024);
  within("mask_fifo_bytes", config.mask_fifo_bytes, 0, most_bytes);
  within("weight_buffer_bytes", config.weight_buffer_bytes, 64, most_bytes);
  within("input_buffer_bytes", config.input_buffer_bytes, 64, most_bytes);
  within("requantizers", config.requantizers, 1, most_lanes);
  within("pipeline_cycles", config.pipeline_cycles, 0, 64);
  within("tile_bubble_cycles", config.tile_bubble_cycles, 0, 64);
}

}  // namespace kasane
