#include "sw/compiler/kernel_clustering/spherical_kmeans.h"

#include <algorithm>
#include <cmath>
#include <random>

namespace kasane::compiler {
namespace {

/// The standard fixes mt19937_64's sequence but not its distributions': this one is ours.
double uniform(std::mt19937_64& random) {
  return static_cast<double>(random() >> 11) * 0x1p-53;
}

float closeness(float cosine, Sign sign) {
  return sign == Sign::ignored ? std::fabs(cosine) : cosine;
}

/// Index drawn with probability proportional to its weight; some weight is positive.
std::size_t draw(const std::vector<float>& weights, std::mt19937_64& random) {
  double total = 0;
  for (const float weight : weights) total += weight;
  const double target = uniform(random) * total;
  double sum = 0;
  std::size_t last = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (weights[i] <= 0) continue;
    sum += weights[i];
    last = i;
    if (sum > target) break;
  }
  return last;
}

std::vector<float> choose_seeds(const DirectionSet& kernels, const KMeansOptions& options,
                                std::mt19937_64& random) {
  std::vector<float> distances(kernels.size(), 1.0F);
  std::vector<float> seeds;
  const auto any_left = [&] { return std::ranges::any_of(distances, [](float d) { return d > 0; }); };
  for (std::uint32_t chosen = 0; chosen < options.clusters && any_left(); ++chosen) {
    const std::vector<float> seed = kernels.direction(draw(distances, random));
    const std::vector<Nearest> nearest = find_nearest(kernels, seed, options.sign);
    for (std::size_t i = 0; i < kernels.size(); ++i) {
      const float distance = 1 - closeness(nearest[i].cosine, options.sign);
      distances[i] = distance <= same_shape_tolerance ? 0 : std::min(distances[i], distance);
    }
    seeds.insert(seeds.end(), seed.begin(), seed.end());
  }
  return seeds;
}

/// Gives each empty cluster the kernel farthest from its own centroid, of clusters with more than one.
void fill_empty_clusters(std::vector<Nearest>& nearest, std::uint32_t clusters, Sign sign) {
  std::vector<std::uint32_t> members(clusters);
  for (const Nearest& kernel : nearest) ++members[kernel.index];
  for (std::uint32_t cluster = 0; cluster < clusters; ++cluster) {
    if (members[cluster] != 0) continue;
    Nearest* farthest = nullptr;
    for (Nearest& kernel : nearest) {
      const bool farther =
          farthest == nullptr || closeness(kernel.cosine, sign) < closeness(farthest->cosine, sign);
      if (members[kernel.index] > 1 && farther) farthest = &kernel;
    }
    --members[farthest->index];
    *farthest = {cluster, 1.0F};
    ++members[cluster];
  }
}

bool normalise(std::span<const double> sum, std::span<float> direction) {
  double square = 0;
  for (const double element : sum) square += element * element;
  const double norm = std::sqrt(square);
  if (norm < same_shape_tolerance) return false;
  std::ranges::transform(sum, direction.begin(), [&](double e) { return static_cast<float>(e / norm); });
  return true;
}

/// Normalised means of the members, each turned to its old centroid's side if signs are ignored. Members that
/// cancel out leave their centroid where it was.
void move_centroids(const DirectionSet& kernels, const std::vector<Nearest>& nearest, Sign sign,
                    std::vector<float>& centroids) {
  const std::size_t dimension = kernels.dimension();
  std::vector<double> sums(centroids.size());
  for (std::size_t i = 0; i < kernels.size(); ++i) {
    const double side = sign == Sign::ignored && nearest[i].cosine < 0 ? -1 : 1;
    double* sum = sums.data() + nearest[i].index * dimension;
    for (std::size_t e = 0; e < dimension; ++e) sum[e] += side * double{kernels.element(i, e)};
  }
  for (std::size_t at = 0; at < centroids.size(); at += dimension)
    normalise(std::span(sums).subspan(at, dimension), std::span(centroids).subspan(at, dimension));
}

void make_largest_element_positive(std::span<float> direction) {
  const auto largest = std::ranges::max_element(direction, {}, [](float e) { return std::fabs(e); });
  if (*largest < 0) std::ranges::transform(direction, direction.begin(), std::negate{});
}

/// Also on the same side of it: only then would the centroids stay where they are.
bool same_clusters(const std::vector<Nearest>& a, const std::vector<Nearest>& b) {
  return std::ranges::equal(a, b, [](const Nearest& x, const Nearest& y) {
    return x.index == y.index && (x.cosine < 0) == (y.cosine < 0);
  });
}

/// Half the sum of the squared distances to the centroids.
double total_distance(const std::vector<Nearest>& nearest, Sign sign) {
  double sum = 0;
  for (const Nearest& kernel : nearest) sum += 1 - double{closeness(kernel.cosine, sign)};
  return sum;
}

struct Run {
  std::vector<float> centroids;
  std::vector<Nearest> nearest;
};

/// From seeds to centroids that no kernel leaves any more.
Run settle(const DirectionSet& kernels, std::vector<float> seeds, const KMeansOptions& options) {
  Run run{std::move(seeds), {}};
  const auto clusters = static_cast<std::uint32_t>(run.centroids.size() / kernels.dimension());
  for (std::uint32_t iteration = 0; iteration < options.iterations; ++iteration) {
    std::vector<Nearest> next = find_nearest(kernels, run.centroids, options.sign);
    fill_empty_clusters(next, clusters, options.sign);
    const bool settled = same_clusters(run.nearest, next);
    run.nearest = std::move(next);
    if (settled) break;
    move_centroids(kernels, run.nearest, options.sign, run.centroids);
  }
  return run;
}

}  // namespace

Clustering spherical_kmeans(const DirectionSet& kernels, const KMeansOptions& options) {
  if (kernels.size() == 0 || options.clusters == 0) return {};
  std::mt19937_64 random(options.seed);
  Run best;
  for (std::uint32_t start = 0; start < options.starts; ++start) {
    Run run = settle(kernels, choose_seeds(kernels, options, random), options);
    const bool better =
        total_distance(run.nearest, options.sign) < total_distance(best.nearest, options.sign);
    if (start == 0 || better) best = std::move(run);
  }
  Clustering result;
  result.clusters = static_cast<std::uint32_t>(best.centroids.size() / kernels.dimension());
  result.centroids = std::move(best.centroids);
  for (const Nearest& kernel : best.nearest) result.cluster.push_back(kernel.index);
  if (options.sign == Sign::ignored)
    for (std::size_t at = 0; at < result.centroids.size(); at += kernels.dimension())
      make_largest_element_positive(std::span(result.centroids).subspan(at, kernels.dimension()));
  return result;
}

}  // namespace kasane::compiler
