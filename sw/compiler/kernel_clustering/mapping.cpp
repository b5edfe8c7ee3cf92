#include "sw/compiler/kernel_clustering/mapping.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

#include "sw/compiler/kernel_clustering/nearest.h"

namespace kasane::compiler {
namespace {

double dot(std::span<const float> kernel, const std::vector<std::int8_t>& constants) {
  double product = 0;
  for (std::size_t e = 0; e < constants.size(); ++e) product += double{kernel[e]} * constants[e];
  return product;
}

/// The kernel with `unit` as the best one.
MappedKernel compare(const KernelSlice& slice, const UnitSet& set, std::uint32_t unit_index,
                     const MappingOptions& options) {
  const Unit& unit = set.units[unit_index];
  const double scale = unit.scale();
  const double product = dot(slice.elements, unit.constants);
  const double cosine = std::clamp(product * scale / slice.norm, -1.0, 1.0);
  const double similarity = options.gains ? std::fabs(cosine) : cosine;
  MappedKernel kernel;
  kernel.similarity = static_cast<float>(similarity);
  if (similarity < options.threshold) return kernel;
  kernel.unit = static_cast<std::int32_t>(unit_index);
  kernel.gain = static_cast<float>(options.gains ? product * scale * scale : unit.amplitude * scale);
  return kernel;
}

std::vector<std::uint32_t> units_of_size(const UnitSet& set, std::uint32_t size) {
  std::vector<std::uint32_t> indices;
  for (std::uint32_t n = 0; n < set.units.size(); ++n)
    if (set.units[n].size == size) indices.push_back(n);
  return indices;
}

std::vector<float> directions_of(const UnitSet& set, const std::vector<std::uint32_t>& units) {
  std::vector<float> directions;
  for (const std::uint32_t unit : units)
    for (const std::int8_t constant : set.units[unit].constants)
      directions.push_back(static_cast<float>(constant * set.units[unit].scale()));
  return directions;
}

std::vector<MappedKernel> map_layer(const std::vector<KernelSlice>& slices, const UnitSet& set,
                                    const MappingOptions& options) {
  std::vector<MappedKernel> kernels(slices.size());
  const std::uint32_t size = slices.front().size;
  const std::vector<std::uint32_t> units = units_of_size(set, size);
  DirectionSet shapes(std::size_t{size} * size);
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < slices.size(); ++i) {
    if (slices[i].norm > 0) {
      shapes.add(slices[i].elements, slices[i].norm);
      places.push_back(i);
    } else {
      kernels[i].unit = kernel_is_zero;
    }
  }
  if (units.empty()) return kernels;
  const std::vector<Nearest> nearest =
      find_nearest(shapes, directions_of(set, units), options.gains ? Sign::ignored : Sign::matters);
  for (std::size_t n = 0; n < places.size(); ++n)
    kernels[places[n]] = compare(slices[places[n]], set, units[nearest[n].index], options);
  return kernels;
}

/// Unit of each cluster, or -1.
std::vector<std::int32_t> units_of_clusters(const Design& design) {
  std::vector<std::int32_t> unit_of(design.clusters.size(), kernel_stays);
  for (std::size_t n = 0; n < design.units.units.size(); ++n)
    unit_of[design.order[n]] = static_cast<std::int32_t>(n);
  return unit_of;
}

/// The kernel's own cluster's unit is `unit`, if not negative.
MappedKernel map_to_own(const KernelSlice& slice, const UnitSet& set, std::int32_t unit,
                        const MappingOptions& options) {
  if (slice.norm == 0) return {.unit = kernel_is_zero};
  return unit < 0 ? MappedKernel{} : compare(slice, set, static_cast<std::uint32_t>(unit), options);
}

}  // namespace

KernelMapping map_kernels(const Graph& graph, const UnitSet& set, const MappingOptions& options) {
  check_names(options.layers, {&graph});
  KernelMapping mapping{std::vector<std::vector<MappedKernel>>(graph.layers.size())};
  for (std::uint32_t layer = 0; layer < graph.layers.size(); ++layer) {
    if (!has_unit_kernels(graph.layers[layer])) continue;
    const std::vector<KernelSlice> slices = slice_kernels(graph, layer);
    mapping.layers[layer] = is_among(graph.layers[layer], options.layers)
                                ? map_layer(slices, set, options)
                                : std::vector<MappedKernel>(slices.size());
  }
  return mapping;
}

KernelMapping map_kernels_by_cluster(const Graph& graph, const Design& design, std::uint32_t network,
                                     const MappingOptions& options) {
  const auto expect = [&](bool condition) {
    if (!condition)
      throw std::invalid_argument("'" + graph.name + "' is not network " + std::to_string(network) +
                                  " of those that the units were designed for");
  };
  expect(network < design.cluster_of.size() && design.cluster_of[network].size() == graph.layers.size());
  check_names(options.layers, {&graph});
  const std::vector<std::int32_t> unit_of = units_of_clusters(design);
  KernelMapping mapping{std::vector<std::vector<MappedKernel>>(graph.layers.size())};
  for (std::uint32_t layer = 0; layer < graph.layers.size(); ++layer) {
    if (!has_unit_kernels(graph.layers[layer])) continue;
    const std::vector<KernelSlice> slices = slice_kernels(graph, layer);
    const std::vector<std::int32_t>& clusters = design.cluster_of[network][layer];
    expect(clusters.size() == slices.size());
    if (!is_among(graph.layers[layer], options.layers)) {
      mapping.layers[layer].resize(slices.size());
      continue;
    }
    for (std::size_t i = 0; i < slices.size(); ++i) {
      const std::int32_t cluster = clusters[i];
      expect(cluster < 0 || design.clusters[static_cast<std::size_t>(cluster)].size == slices[i].size);
      const std::int32_t unit = cluster < 0 ? kernel_stays : unit_of[static_cast<std::size_t>(cluster)];
      mapping.layers[layer].push_back(map_to_own(slices[i], design.units, unit, options));
    }
  }
  return mapping;
}

Graph replace_kernels(Graph graph, const UnitSet& set, const KernelMapping& mapping) {
  for (std::size_t l = 0; l < mapping.layers.size(); ++l) {
    auto weights = graph.layers.at(l).weights.begin();
    for (const MappedKernel& kernel : mapping.layers[l]) {
      const std::size_t elements =
          std::size_t{graph.layers[l].window.kernel_height} * graph.layers[l].window.kernel_width;
      if (kernel.unit >= 0)
        std::ranges::transform(
            set.units.at(static_cast<std::size_t>(kernel.unit)).constants, weights,
            [&](std::int8_t constant) { return kernel.gain * static_cast<float>(constant); });
      weights += static_cast<std::ptrdiff_t>(elements);
    }
  }
  return graph;
}

MappingCounts count_layer(const Layer& layer, const std::vector<MappedKernel>& kernels) {
  MappingCounts counts{.kernels = kernels.size(), .macs = layer.macs()};
  if (kernels.empty()) return counts;
  const std::size_t inputs = layer.inputs.front().shape.channels;
  std::vector<std::pair<std::int32_t, std::size_t>> jobs;
  for (std::size_t i = 0; i < kernels.size(); ++i) {
    counts.zero += kernels[i].unit == kernel_is_zero;
    if (kernels[i].unit >= 0) jobs.emplace_back(kernels[i].unit, i % inputs);
  }
  counts.replaced = jobs.size();
  counts.replaced_macs = counts.macs / counts.kernels * counts.replaced;
  std::ranges::sort(jobs);
  counts.jobs = static_cast<std::uint64_t>(std::ranges::unique(jobs).begin() - jobs.begin());
  return counts;
}

MappingCounts count_network(const Graph& graph, const KernelMapping& mapping) {
  MappingCounts total;
  for (std::size_t l = 0; l < graph.layers.size(); ++l) {
    const MappingCounts layer = count_layer(graph.layers[l], mapping.layers[l]);
    total.kernels += layer.kernels;
    total.replaced += layer.replaced;
    total.zero += layer.zero;
    total.jobs += layer.jobs;
    total.macs += layer.macs;
    total.replaced_macs += layer.replaced_macs;
  }
  return total;
}

}  // namespace kasane::compiler
