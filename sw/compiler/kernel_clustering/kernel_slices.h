/// The 2-D kernels that Kernel Comp Units may stand in for.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "sw/compiler/graph.h"

namespace kasane::compiler {

/// One 2-D kernel: output channel x input channel of one convolution.
struct KernelSlice {
  std::uint32_t network = 0;  ///< index into the graphs that were sliced
  std::uint32_t layer = 0;    ///< index into its layers
  std::uint32_t output = 0;
  std::uint32_t input = 0;
  std::uint32_t size = 0;           ///< k: rows and columns
  double norm = 0;                  ///< L2; 0 for a kernel of zeros only
  std::span<const float> elements;  ///< k * k, row by row; lies in the graph's weights

  /// Place among the kernels of its layer: output * input channels + input.
  std::size_t index(std::uint32_t input_channels) const {
    return std::size_t{output} * input_channels + input;
  }
};

/// A convolution with one group, no dilation and a square kernel of 3, 5 or 7.
bool has_unit_kernels(const Layer& layer);

/// Names of layers that are meant; none: all of them.
using LayerNames = std::vector<std::string>;
bool is_among(const Layer& layer, const LayerNames& names);

/// Throws std::invalid_argument naming the first name that none of the graphs has as a layer with unit
/// kernels.
void check_names(const LayerNames& names, const std::vector<const Graph*>& graphs);

/// Of a layer with unit kernels: output channels x input channels, in the order output, input.
/// Throws CompileError for a weight that is not finite (batch-norm folding can overflow).
std::vector<KernelSlice> slice_kernels(const Graph& graph, std::uint32_t layer, std::uint32_t network = 0);

/// All kernels of these layers of all graphs in the order network, layer, output, input. Expects folded
/// graphs, which must outlive the slices.
std::vector<KernelSlice> slice_kernels(const std::vector<const Graph*>& graphs, const LayerNames& names = {});

}  // namespace kasane::compiler
