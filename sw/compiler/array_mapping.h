/// Which layers run on the Cartesian-product array, and how feature maps are stored for it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sw/compiler/graph.h"
#include "sw/compiler/int4_weights.h"
#include "sw/compiler/tensor_format.h"

namespace kasane::compiler {

/// The array of the chip and what stays on the NCU although the array could compute it.
struct ArrayMapping {
  std::uint32_t columns = 32;  ///< output channels of a tile: even, 2 ... 65534
  bool first_and_last_on_ncu =
      true;  ///< the first layer with weights and each segment's last stay int8 on the NCU
  std::vector<std::string> ncu_layers;  ///< names of more layers that stay there
};

/// What a network owes to the array.
struct ArrayAssignment {
  /// No layer on an array, every map in bytes of 8 bits.
  explicit ArrayAssignment(const Graph& graph) : layers(graph.layers.size()), formats(graph.tensors.size()) {}

  std::uint32_t columns = 0;
  std::vector<std::optional<Int4Weights>> layers;  ///< indexed as graph.layers; set: runs on the array
  std::vector<TensorFormat> formats;               ///< indexed as graph.tensors

  bool uses_array() const;
};

/// Candidates (indexed as graph.layers) that are convolutions and fully connected layers go to the array,
/// except those that `mapping` keeps, with more than 64 kernel elements, or with sums beyond 24 bits. Maps
/// that they read have 4-bit levels, and so have the maps that max pooling joins with these. A map between
/// layers of the array only is packed, where the channels of its writer's groups come in pairs or make one
/// group. Throws CompileError for names that no layer with weights has, for impossible columns, and, unless
/// first and last layer stay on the NCU, for a layer that would read the network's input or a softmax, which
/// have 8 bits.
ArrayAssignment assign_to_array(const Graph& graph, const ArrayMapping& mapping,
                                const std::vector<bool>& candidates);

/// With all layers as candidates.
ArrayAssignment assign_to_array(const Graph& graph, const ArrayMapping& mapping);

}  // namespace kasane::compiler
