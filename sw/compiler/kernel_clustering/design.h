/// Designs a chip's Kernel Comp Units for one or several networks.
#pragma once

#include <cstdint>
#include <vector>

#include "sw/compiler/kernel_clustering/cluster_statistics.h"
#include "sw/compiler/kernel_clustering/kernel_slices.h"
#include "sw/compiler/kernel_clustering/unit_set.h"

namespace kasane::compiler {

struct DesignOptions {
  std::uint32_t clusters = 30;  ///< at least one for each kernel size that the networks have
  std::uint32_t count = 30;     ///< units: the first so many clusters of the order; at most `clusters`
  ClusterOrder order = ClusterOrder::variance;
  std::uint32_t constant_bits = 6;  ///< sign included; 2 ... 8
  bool gains = true;  ///< kernels get a gain each, so that their sign and amplitude do not matter
  std::uint64_t seed = 1;
  std::uint32_t iterations = 100;  ///< of k-means, at most
  std::uint32_t starts = 4;        ///< of k-means, the best of which counts; at least 1
  LayerNames layers;               ///< whose kernels are clustered
};

struct Design {
  UnitSet units;
  std::vector<ClusterStatistics> clusters;  ///< smaller kernels first; its index names a cluster
  std::vector<std::uint32_t> order;         ///< clusters; unit n stands for cluster order[n]
  /// [network][layer][output * inputs + input]: its cluster, or -1 for a kernel of zeros, which has no shape,
  /// and for layers that were not clustered. Empty for layers without unit kernels.
  std::vector<std::vector<std::vector<std::int32_t>>> cluster_of;
};

/// Kernels of different sizes are clustered apart. The clusters are divided among the sizes in proportion to
/// their kernels by largest remainder, smaller sizes first, at least one each. A size with fewer distinct
/// shapes than its share gets as many clusters as shapes, so there may be fewer units than asked for.
/// Expects folded graphs. Deterministic. Throws std::invalid_argument with one line for impossible options,
/// and for a layer that no graph has.
Design design_units(const std::vector<const Graph*>& graphs, const DesignOptions& options = {});

/// The division described above; `kernels` holds a positive number for each size, ascending by size.
std::vector<std::uint32_t> divide_clusters(std::uint32_t clusters, const std::vector<std::uint64_t>& kernels);

}  // namespace kasane::compiler
