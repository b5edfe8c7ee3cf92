/// What this process has used of the host.
#pragma once

#include <cstdint>

namespace kasane {

struct HostUsage {
  double wall_seconds = 0;  ///< of a steady clock, from an arbitrary moment
  double cpu_seconds = 0;   ///< user and system
  std::uint64_t peak_memory_bytes = 0;
};

HostUsage host_usage();

}  // namespace kasane
