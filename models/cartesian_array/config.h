/// The sizes of the Cartesian-product array.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

namespace kasane {

struct CartesianConfig {
  std::uint32_t rows = 32;                        ///< pixels multiplied per step
  std::uint32_t columns = 32;                     ///< output channels multiplied per step; even
  std::uint32_t input_buffer_bytes = 16 * 1024;   ///< each of two halves; two activations a byte
  std::uint32_t weight_buffer_bytes = 18 * 1024;  ///< each of two halves: 128 channels of 3 x 3
  std::uint32_t pipeline_cycles = 4;     ///< from the aligner's first plane to its first sum, once a command
  std::uint32_t tile_bubble_cycles = 1;  ///< between two tiles: the accumulators change places
};

/// Throws std::invalid_argument naming the field that no array could be built with.
inline void check(const CartesianConfig& config) {
  const auto within = [](const char* field, std::uint32_t value, std::uint32_t low, std::uint32_t high) {
    if (value < low || value > high) {
      throw std::invalid_argument(std::string("cartesian array: ") + field + " is " + std::to_string(value) +
                                  ", expected " + std::to_string(low) + " ... " + std::to_string(high));
    }
  };
  within("rows", config.rows, 1, 256);
  within("columns", config.columns, 2, 256);
  if (config.columns % 2 != 0) {
    throw std::invalid_argument("cartesian array: columns is " + std::to_string(config.columns) +
                                ", expected an even number: two weights share a byte");
  }
  within("input_buffer_bytes", config.input_buffer_bytes, 64, 16u << 20);
  within("weight_buffer_bytes", config.weight_buffer_bytes, 64 * (config.columns / 2), 16u << 20);
  within("pipeline_cycles", config.pipeline_cycles, 0, 64);
  within("tile_bubble_cycles", config.tile_bubble_cycles, 0, 64);
}

}  // namespace kasane
