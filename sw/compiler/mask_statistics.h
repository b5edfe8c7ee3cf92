/// What masks of hidden networks cost, whatever codec: for reports.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "kasane/hiddenite.h"
#include "sw/compiler/graph.h"

namespace kasane::compiler {

constexpr std::size_t mask_codecs = KASANE_HIDDENITE_MAX_FIELD_BITS + 1;  ///< raw, and each width of fields

/// One hidden layer on an engine.
struct LayerMasks {
  std::string name;
  std::uint64_t weights = 0;  ///< masked off or not
  std::uint64_t kept = 0;
  std::array<std::uint64_t, mask_codecs> mask_bytes{};  ///< indexed by field_bits; what fills tiles' last
                                                        ///< bytes is counted
  std::uint32_t field_bits = 0;                         ///< of the fewest bytes
  std::uint64_t table_bytes = 0;                        ///< table of tiles
  std::uint64_t outputs = 0;                            ///< channels

  std::uint64_t chosen_bytes() const { return mask_bytes[field_bits]; }
};

/// Of all layers that run on an engine of `output_lanes`.
std::vector<LayerMasks> mask_statistics(const Graph& graph, std::uint32_t output_lanes);

/// Bytes that must be brought to a chip for a network of the same shape, features not counted.
struct ModelTransfer {
  std::uint64_t masks = 0;
  std::uint64_t tables = 0;      ///< of tiles
  std::uint64_t seeds = 0;       ///< four bytes a layer
  std::uint64_t parameters = 0;  ///< kasane_channel_parameters of all output channels
  std::uint64_t weights = 0;

  std::uint64_t hidden() const { return masks + tables + seeds + parameters; }
  std::uint64_t binary() const { return (weights + 7) / 8 + parameters; }
  std::uint64_t int8() const { return weights + parameters; }
  /// Weights, and a bias each output channel.
  std::uint64_t float32() const { return (weights + parameters / sizeof(kasane_channel_parameters)) * 4; }
};

ModelTransfer model_transfer(const std::vector<LayerMasks>& layers);

}  // namespace kasane::compiler
