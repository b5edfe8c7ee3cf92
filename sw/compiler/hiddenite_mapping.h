/// Which layers run on the hidden-network engine (Hiddenite), and how their masks are cut and coded for it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sw/compiler/graph.h"
#include "sw/compiler/hidden_masks.h"

namespace kasane::compiler {

/// The engine of the chip and what the scenario says about it.
struct HiddeniteMapping {
  std::uint32_t output_lanes = 8;                 ///< of the engine: 1 ... 65535
  std::uint32_t rows = 8;                         ///< lanes along output rows
  std::uint32_t columns = 8;                      ///< lanes along output columns
  std::uint64_t weight_buffer_bytes = 32 * 1024;  ///< expanded weights, two bits each
  std::uint64_t input_buffer_bytes = 32 * 1024;   ///< of each half
  std::optional<std::uint32_t> field_bits;  ///< of all masks, 0 ... 8; none: the fewest bytes, layer by layer
  std::vector<std::string> ncu_layers;      ///< names of layers that stay on the NCU
};

/// Which layers the engine computes.
struct HiddeniteAssignment {
  /// None.
  explicit HiddeniteAssignment(const Graph& graph) : layers(graph.layers.size()) {}

  std::uint32_t output_lanes = 0;
  std::vector<std::optional<MaskFormat>> layers;  ///< indexed as graph.layers; set: runs on the engine

  bool uses_engine() const;
};

/// All candidates (indexed as graph.layers) that are convolutions and fully connected layers of a hidden
/// network go to the engine, except those that
/// `mapping` keeps, with more than KASANE_HIDDENITE_MAX_WEIGHTS_AN_OUTPUT weights an output, of which not two
/// output channels fit the weight buffer, or of which one channel of a pixel tile does not fit the input
/// buffer. Layers with trained weights stay on the NCU. Throws CompileError for names that no layer with
/// weights has and for an impossible engine or codec.
HiddeniteAssignment assign_to_hiddenite(const Graph& graph, const HiddeniteMapping& mapping,
                                        const std::vector<bool>& candidates);

/// With all layers as candidates.
HiddeniteAssignment assign_to_hiddenite(const Graph& graph, const HiddeniteMapping& mapping);

}  // namespace kasane::compiler
