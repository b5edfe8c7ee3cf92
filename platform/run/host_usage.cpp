#include "platform/run/host_usage.h"

#include <chrono>
#include <sys/resource.h>

namespace kasane {
namespace {

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

}  // namespace

HostUsage host_usage() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return {.wall_seconds = std::chrono::duration<double>(now).count(),
          .cpu_seconds = seconds(usage.ru_utime) + seconds(usage.ru_stime),
          .peak_memory_bytes = static_cast<std::uint64_t>(usage.ru_maxrss) * 1024};
}

}  // namespace kasane
