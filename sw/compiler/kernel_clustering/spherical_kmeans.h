/// k-means on the unit sphere: groups kernels by shape, whatever their amplitude.
#pragma once

#include <cstdint>
#include <vector>

#include "sw/compiler/kernel_clustering/nearest.h"

namespace kasane::compiler {

struct KMeansOptions {
  std::uint32_t clusters = 30;
  std::uint32_t iterations = 100;  ///< at most; fewer once no kernel changes its cluster
  std::uint32_t starts = 1;        ///< from different seed kernels, at least 1; the best result counts
  std::uint64_t seed = 1;
  Sign sign = Sign::ignored;
};

struct Clustering {
  std::uint32_t clusters = 0;          ///< none of them empty
  std::vector<std::uint32_t> cluster;  ///< of each kernel
  /// One unit vector per cluster. If signs are ignored its largest element (the first of equals) is positive.
  std::vector<float> centroids;
};

/// Two kernels are the same shape if their cosine (magnitude, if signs are ignored) is within this of 1: far
/// above the rounding of 49 float products, far below what 8-bit constants can tell apart.
constexpr float same_shape_tolerance = 1e-6F;

/// Maximises the sum of the (absolute) cosines between kernels and their cluster's centroid, from k-means++
/// seeds: the next seed is a kernel drawn with probability proportional to 1 - (absolute) cosine to the
/// nearest seed so far, which is half its squared distance. A cluster that loses all kernels gets the kernel
/// farthest from its centroid. With fewer distinct shapes than clusters there are as many clusters as shapes.
/// Deterministic: depends on the kernels, their order and the options only.
Clustering spherical_kmeans(const DirectionSet& kernels, const KMeansOptions& options);

}  // namespace kasane::compiler
