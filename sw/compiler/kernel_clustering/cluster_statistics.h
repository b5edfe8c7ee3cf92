/// What a cluster's members have in common, and the orders in which clusters become units.
#pragma once

#include <cstdint>
#include <vector>

#include "sw/compiler/kernel_clustering/kernel_slices.h"

namespace kasane::compiler {

/// Over a cluster's members as they are in the network: with their amplitudes and signs.
struct ClusterStatistics {
  std::uint32_t size = 0;     ///< k of its kernels
  std::uint64_t members = 0;  ///< at least 1
  double mean_absolute = 0;   ///< mean of |element| over all elements of all members
  double variance = 0;   ///< of each element over the members (divided by their number), mean over elements
  double amplitude = 0;  ///< mean L2 norm
  double cohesion = 0;   ///< mean cosine to the centroid, |cosine| where members have gains
};

/// The statistics of one cluster but for the cohesion; members have one size.
ClusterStatistics cluster_statistics(const std::vector<const KernelSlice*>& members);

/// A, B and C of the source; each ascending: which clusters are approximated first.
enum class ClusterOrder : std::uint8_t { members, mean_absolute, variance };

/// Cluster indices in the order; equal clusters by index.
std::vector<std::uint32_t> order_clusters(const std::vector<ClusterStatistics>& clusters, ClusterOrder order);

}  // namespace kasane::compiler
