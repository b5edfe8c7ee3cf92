/// The sizes of the Neural Comp Unit.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

namespace kasane {

struct NcuConfig {
  std::uint32_t lanes_in = 16;                    ///< input channels multiplied per cycle
  std::uint32_t lanes_out = 16;                   ///< output channels multiplied per cycle
  std::uint32_t input_buffer_bytes = 16 * 1024;   ///< each of two halves
  std::uint32_t weight_buffer_bytes = 16 * 1024;  ///< each of two halves
  std::uint32_t accumulator_pixels = 256;         ///< × lanes_out 32-bit sums, each of two sets
  std::uint32_t pool_lanes = 16;                  ///< channels pooled per cycle
  std::uint32_t elementwise_lanes = 16;           ///< elements per cycle
  bool partial_sums = false;  ///< a port to a partial sum memory, and what KASANE_NCU_RESIDUAL needs besides
};

/// Throws std::invalid_argument naming the field that no unit could be built with.
inline void check(const NcuConfig& config) {
  const auto within = [](const char* field, std::uint32_t value, std::uint32_t low, std::uint32_t high) {
    if (value < low || value > high) {
      throw std::invalid_argument(std::string("neural comp unit: ") + field + " is " + std::to_string(value) +
                                  ", expected " + std::to_string(low) + " ... " + std::to_string(high));
    }
  };
  within("lanes_in", config.lanes_in, 1, 256);
  within("lanes_out", config.lanes_out, 1, 256);
  within("input_buffer_bytes", config.input_buffer_bytes, 64, 16u << 20);
  within("weight_buffer_bytes", config.weight_buffer_bytes, config.lanes_out, 16u << 20);
  within("accumulator_pixels", config.accumulator_pixels, 1, 65536);
  within("pool_lanes", config.pool_lanes, 1, 256);
  within("elementwise_lanes", config.elementwise_lanes, 1, 256);
}

}  // namespace kasane
