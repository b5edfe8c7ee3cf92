/// How long a memory's port takes, for estimates without contention.
#pragma once

#include <cstdint>

#include "models/common/planes.h"

namespace kasane {

constexpr std::uint64_t divide_up(std::uint64_t value, std::uint64_t by) {
  return (value + by - 1) / by;
}

/// In cycles of the engine's clock.
struct PortTiming {
  std::uint32_t bytes_per_cycle = 16;
  std::uint32_t burst_latency = 0;

  std::uint64_t cycles(std::uint64_t bytes) const {
    return bytes == 0 ? 0 : burst_latency + divide_up(bytes, bytes_per_cycle);
  }
  std::uint64_t cycles(const Burst& burst) const { return cycles(std::uint64_t{burst.bytes}); }
};

}  // namespace kasane
