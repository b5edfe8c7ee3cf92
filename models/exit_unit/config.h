/// The sizes of the exit unit.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

namespace kasane {

struct ExitUnitConfig {
  std::uint32_t comparators = 4;    ///< logits a cycle, while the largest is looked for
  std::uint32_t multipliers = 2;    ///< of 33 x 33 bits, shared by the logits under way
  std::uint32_t quotient_bits = 2;  ///< a cycle, of a division
  std::uint32_t buffer_bytes = 32;  ///< logits held; vectors that do not fit are read twice
};

/// Throws std::invalid_argument naming the field that no unit could be built with.
inline void check(const ExitUnitConfig& config) {
  const auto within = [](const char* field, std::uint32_t value, std::uint32_t low, std::uint32_t high) {
    if (value < low || value > high) {
      throw std::invalid_argument(std::string("exit unit: ") + field + " is " + std::to_string(value) +
                                  ", expected " + std::to_string(low) + " ... " + std::to_string(high));
    }
  };
  within("comparators", config.comparators, 1, 256);
  within("multipliers", config.multipliers, 1, 19);  // more than an exponential's would have nothing to do
  within("quotient_bits", config.quotient_bits, 1, 8);
  within("buffer_bytes", config.buffer_bytes, 1, 4096);
}

}  // namespace kasane
