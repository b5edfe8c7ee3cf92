#include "platform/trace/latency.h"

#include <algorithm>
#include <cstddef>
#include <numeric>

namespace kasane {

LatencyStatistics latency_statistics(std::vector<double> seconds) {
  if (seconds.empty()) return {};
  std::sort(seconds.begin(), seconds.end());
  const auto percentile = [&](std::size_t percent) {
    return seconds[(percent * seconds.size() + 99) / 100 - 1];
  };
  const double sum = std::accumulate(seconds.begin(), seconds.end(), 0.0);
  return {.mean = sum / static_cast<double>(seconds.size()),
          .p50 = percentile(50),
          .p90 = percentile(90),
          .p99 = percentile(99),
          .max = seconds.back()};
}

}  // namespace kasane
