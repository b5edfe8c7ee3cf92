/// Which kernels of a network are given to which Kernel Comp Units: the correspondence table's content.
#pragma once

#include <cstdint>
#include <vector>

#include "sw/compiler/kernel_clustering/design.h"
#include "sw/compiler/kernel_clustering/unit_set.h"

namespace kasane::compiler {

/// Values of MappedKernel::unit that name no unit.
enum : std::int32_t {
  kernel_stays = -1,   ///< on the NCU
  kernel_is_zero = -2  ///< all its weights are 0: nobody needs to compute it
};

struct MappedKernel {
  std::int32_t unit = kernel_stays;
  float gain = 0;        ///< the kernel is replaced by gain * the unit's constants
  float similarity = 0;  ///< to the best unit of its size, given to it or not; 0 if there is none
};

/// [layer][output * input channels + input]; empty for layers without unit kernels.
struct KernelMapping {
  std::vector<std::vector<MappedKernel>> layers;
};

struct MappingOptions {
  /// Kernels go to a unit from this similarity on. Above 1: none; -1 or less: all of a unit's size.
  double threshold = 0.9;
  /// With: similarity = |cosine|, gain = <kernel, constants> / <constants, constants> (least squares).
  /// Without: similarity = cosine, gain = the unit's amplitude * scale.
  bool gains = true;
  LayerNames layers;  ///< whose kernels may be replaced
};

/// Each kernel to the most similar unit of its size, the lowest of equals. Expects a folded graph. Throws
/// std::invalid_argument for a layer that it has not.
KernelMapping map_kernels(const Graph& graph, const UnitSet& set, const MappingOptions& options = {});

/// The source's way: each kernel to the unit of its own cluster, if that became one and is similar enough.
/// `network` is the graph's index among those the units were designed for, with the same choice of gains;
/// throws std::invalid_argument if the design knows no such layers.
KernelMapping map_kernels_by_cluster(const Graph& graph, const Design& design, std::uint32_t network,
                                     const MappingOptions& options = {});

/// The network as it computes after replacement, in real numbers: weights of replaced kernels are gain *
/// constants.
Graph replace_kernels(Graph graph, const UnitSet& set, const KernelMapping& mapping);

struct MappingCounts {
  std::uint64_t kernels = 0;   ///< of convolutions with unit kernels
  std::uint64_t replaced = 0;  ///< given to units
  std::uint64_t zero = 0;
  std::uint64_t jobs = 0;           ///< distinct (layer, unit, input channel): convolutions done by units
  std::uint64_t macs = 0;           ///< multiply-accumulates of one input, padding included
  std::uint64_t replaced_macs = 0;  ///< of replaced kernels
};

MappingCounts count_layer(const Layer& layer, const std::vector<MappedKernel>& kernels);

/// Sums over the layers; `macs` counts every layer of the graph, convolution or not.
MappingCounts count_network(const Graph& graph, const KernelMapping& mapping);

}  // namespace kasane::compiler
