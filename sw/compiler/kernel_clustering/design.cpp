#include "sw/compiler/kernel_clustering/design.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <stdexcept>
#include <string>

#include "kasane/kernel_comp_units.h"
#include "sw/compiler/kernel_clustering/representative.h"
#include "sw/compiler/kernel_clustering/spherical_kmeans.h"

namespace kasane::compiler {
namespace {

using SlicesBySize = std::map<std::uint32_t, std::vector<const KernelSlice*>>;

[[noreturn]] void refuse(const std::string& what) {
  throw std::invalid_argument("Kernel Comp Units' design: " + what);
}

void check(const DesignOptions& options) {
  const auto text = [](std::uint64_t number) { return std::to_string(number); };
  if (options.count > options.clusters)
    refuse("count is " + text(options.count) + ", expected at most clusters, which is " +
           text(options.clusters));
  if (options.count > KASANE_KCU_MAX_UNITS)
    refuse("count is " + text(options.count) + ", expected at most " + text(KASANE_KCU_MAX_UNITS));
  if (options.constant_bits < min_constant_bits || options.constant_bits > max_constant_bits)
    refuse("constant_bits is " + text(options.constant_bits) + ", expected " + text(min_constant_bits) +
           " ... " + text(max_constant_bits));
  if (options.starts == 0) refuse("starts is 0, expected at least 1");
  if (options.iterations == 0) refuse("iterations is 0, expected at least 1");
}

/// Kernels of zeros have no direction: they take no part.
SlicesBySize group_by_size(const std::vector<KernelSlice>& slices) {
  SlicesBySize groups;
  for (const KernelSlice& slice : slices)
    if (slice.norm > 0) groups[slice.size].push_back(&slice);
  return groups;
}

std::vector<std::vector<std::vector<std::int32_t>>> no_clusters(const std::vector<const Graph*>& graphs) {
  std::vector<std::vector<std::vector<std::int32_t>>> cluster_of;
  for (const Graph* graph : graphs) {
    auto& layers = cluster_of.emplace_back();
    for (const Layer& layer : graph->layers) {
      const std::size_t kernels =
          std::size_t{layer.output.shape.channels} * layer.inputs.front().shape.channels;
      layers.emplace_back(has_unit_kernels(layer) ? kernels : 0, -1);
    }
  }
  return cluster_of;
}

double mean_closeness(const std::vector<const KernelSlice*>& members, std::span<const float> centroid,
                      bool gains) {
  double sum = 0;
  for (const KernelSlice* member : members) {
    double cosine = 0;
    for (std::size_t e = 0; e < centroid.size(); ++e) cosine += double{member->elements[e]} * centroid[e];
    sum += (gains ? std::fabs(cosine) : cosine) / member->norm;
  }
  return sum / static_cast<double>(members.size());
}

/// Designs the units of all clusters of one kernel size after the other.
class Designer {
 public:
  Designer(const std::vector<const Graph*>& graphs, const DesignOptions& options)
      : graphs_(graphs), options_(options) {
    design_.cluster_of = no_clusters(graphs);
  }

  void add_size(const std::vector<const KernelSlice*>& slices, std::uint32_t share) {
    const std::size_t dimension = slices.front()->elements.size();
    DirectionSet kernels(dimension);
    for (const KernelSlice* slice : slices) kernels.add(slice->elements, slice->norm);
    const Clustering clustering =
        spherical_kmeans(kernels, {.clusters = share,
                                   .iterations = options_.iterations,
                                   .starts = options_.starts,
                                   .seed = options_.seed,
                                   .sign = options_.gains ? Sign::ignored : Sign::matters});
    std::vector<std::vector<const KernelSlice*>> members(clustering.clusters);
    for (std::size_t i = 0; i < slices.size(); ++i) {
      members[clustering.cluster[i]].push_back(slices[i]);
      cluster_of(*slices[i]) = static_cast<std::int32_t>(design_.clusters.size() + clustering.cluster[i]);
    }
    for (std::uint32_t c = 0; c < clustering.clusters; ++c)
      add_cluster(members[c], std::span(clustering.centroids).subspan(c * dimension, dimension));
  }

  Design finish() {
    design_.order = order_clusters(design_.clusters, options_.order);
    const std::size_t count = std::min<std::size_t>(options_.count, design_.order.size());
    for (std::size_t n = 0; n < count; ++n) design_.units.units.push_back(units_[design_.order[n]]);
    return std::move(design_);
  }

 private:
  void add_cluster(const std::vector<const KernelSlice*>& members, std::span<const float> centroid) {
    ClusterStatistics statistics = cluster_statistics(members);
    statistics.cohesion = mean_closeness(members, centroid, options_.gains);
    units_.push_back({statistics.size, quantise_direction(centroid, options_.constant_bits),
                      static_cast<float>(statistics.amplitude)});
    design_.clusters.push_back(statistics);
  }

  std::int32_t& cluster_of(const KernelSlice& slice) {
    const Layer& layer = graphs_[slice.network]->layers[slice.layer];
    return design_.cluster_of[slice.network][slice.layer][slice.index(layer.inputs.front().shape.channels)];
  }

  const std::vector<const Graph*>& graphs_;
  const DesignOptions& options_;
  Design design_;
  std::vector<Unit> units_;  ///< of each cluster
};

}  // namespace

std::vector<std::uint32_t> divide_clusters(std::uint32_t clusters,
                                           const std::vector<std::uint64_t>& kernels) {
  const std::uint64_t total = std::accumulate(kernels.begin(), kernels.end(), std::uint64_t{0});
  std::vector<std::uint32_t> shares;
  std::vector<std::uint64_t> remainders;
  for (const std::uint64_t count : kernels) {
    shares.push_back(std::max(1U, static_cast<std::uint32_t>(clusters * count / total)));
    remainders.push_back(clusters * count / total == 0 ? 0 : clusters * count % total);
  }
  std::uint64_t given = std::accumulate(shares.begin(), shares.end(), std::uint64_t{0});
  for (; given < clusters; ++given) {
    const auto next = std::ranges::max_element(remainders) - remainders.begin();
    ++shares[static_cast<std::size_t>(next)];
    remainders[static_cast<std::size_t>(next)] = 0;
  }
  // The minimum of one can give too many: those who have most give back.
  for (; given > clusters; --given) --*std::ranges::max_element(shares);
  return shares;
}

Design design_units(const std::vector<const Graph*>& graphs, const DesignOptions& options) {
  check(options);
  check_names(options.layers, graphs);
  const std::vector<KernelSlice> slices = slice_kernels(graphs, options.layers);
  const SlicesBySize groups = group_by_size(slices);
  if (options.clusters < groups.size() && options.count > 0)
    refuse("clusters is " + std::to_string(options.clusters) + ", expected at least one for each of the " +
           std::to_string(groups.size()) + " kernel sizes");
  Designer designer(graphs, options);
  if (options.clusters >= groups.size() && !groups.empty()) {
    std::vector<std::uint64_t> kernels;
    for (const auto& [size, members] : groups) kernels.push_back(members.size());
    const std::vector<std::uint32_t> shares = divide_clusters(options.clusters, kernels);
    std::size_t next = 0;
    for (const auto& [size, members] : groups) designer.add_size(members, shares[next++]);
  }
  return designer.finish();
}

}  // namespace kasane::compiler
