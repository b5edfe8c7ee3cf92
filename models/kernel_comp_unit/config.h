/// The Kernel Comp Units of a chip: which kernels they are wired with, and how large their parts are.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace kasane::kcu {

/// The constants of one unit.
struct UnitKernel {
  std::uint32_t size = 0;              ///< k: 3, 5 or 7
  std::vector<std::int8_t> constants;  ///< k * k, row by row
};

struct KcuConfig {
  std::vector<UnitKernel> units;  ///< unit n; 1 ... KASANE_KCU_MAX_UNITS
  std::uint32_t ports = 4;        ///< to FMM and to the partial sum memory, each; unit n uses n mod ports
  std::uint32_t lanes = 4;        ///< gain multipliers of a unit; 1 ... 64
  std::uint32_t pixels_per_cycle = 1;  ///< that a unit streams through its window; 1 ... 16
  std::uint32_t gain_bits = 8;         ///< of a gain, sign included; 2 ... 16
  std::uint32_t line_bytes = 64;       ///< longest input row that the line buffers hold; 8 ... 4096
  std::uint32_t response_words = 256;  ///< responses that a unit keeps for its lanes, twice; 16 ... 4096
  std::uint32_t target_slots =
      128;  ///< targets that a unit holds; a job with more takes several passes; 1 ... 1024
};

/// Throws std::invalid_argument with one line if no chip could be like this.
void check(const KcuConfig& config);

/// KASANE_KCU_DESIGN: which units these are.
std::uint32_t design_crc(std::span<const UnitKernel> units);

}  // namespace kasane::kcu
