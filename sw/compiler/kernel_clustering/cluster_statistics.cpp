#include "sw/compiler/kernel_clustering/cluster_statistics.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace kasane::compiler {
namespace {

double mean_element_variance(const std::vector<const KernelSlice*>& members) {
  const std::size_t elements = members.front()->elements.size();
  const auto count = static_cast<double>(members.size());
  double sum_of_variances = 0;
  for (std::size_t e = 0; e < elements; ++e) {
    double mean = 0, squares = 0;
    for (const KernelSlice* member : members) mean += double{member->elements[e]} / count;
    for (const KernelSlice* member : members) squares += std::pow(double{member->elements[e]} - mean, 2);
    sum_of_variances += squares / count;
  }
  return sum_of_variances / static_cast<double>(elements);
}

double sort_key(const ClusterStatistics& cluster, ClusterOrder order) {
  switch (order) {
    case ClusterOrder::members:
      return static_cast<double>(cluster.members);
    case ClusterOrder::mean_absolute:
      return cluster.mean_absolute;
    case ClusterOrder::variance:
      break;
  }
  return cluster.variance;
}

}  // namespace

ClusterStatistics cluster_statistics(const std::vector<const KernelSlice*>& members) {
  ClusterStatistics statistics{.size = members.front()->size, .members = members.size()};
  const auto count = static_cast<double>(members.size());
  for (const KernelSlice* member : members) {
    double absolute = 0;
    for (const float element : member->elements) absolute += std::fabs(double{element});
    statistics.mean_absolute += absolute / static_cast<double>(member->elements.size()) / count;
    statistics.amplitude += member->norm / count;
  }
  statistics.variance = mean_element_variance(members);
  return statistics;
}

std::vector<std::uint32_t> order_clusters(const std::vector<ClusterStatistics>& clusters,
                                          ClusterOrder order) {
  std::vector<std::uint32_t> indices(clusters.size());
  std::iota(indices.begin(), indices.end(), 0U);
  std::ranges::stable_sort(indices, {},
                           [&](std::uint32_t index) { return sort_key(clusters[index], order); });
  return indices;
}

}  // namespace kasane::compiler
