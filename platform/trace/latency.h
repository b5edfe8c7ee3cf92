/// How long images took: a distribution in a few numbers.
#pragma once

#include <vector>

namespace kasane {

/// Seconds; all 0 where there are no images.
struct LatencyStatistics {
  double mean = 0;
  double p50 = 0;  ///< half of the images took at most so long
  double p90 = 0;
  double p99 = 0;
  double max = 0;
};

/// Percentiles by nearest rank: each is one image's latency, the least that so many per cent do not exceed.
LatencyStatistics latency_statistics(std::vector<double> seconds);

}  // namespace kasane
