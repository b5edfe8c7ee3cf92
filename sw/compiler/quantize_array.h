/// Integers for layers of the Cartesian-product array and for the maps that they read.
#pragma once

#include "sw/compiler/array_mapping.h"
#include "sw/compiler/quantize.h"

namespace kasane::compiler {

/// The range of a map with 4-bit levels: the finite bounds of the layer that writes it, else what calibration
/// found. Where only max pooling reads it, what that writes counts.
Range levels_range(const Graph& graph, const Layer& writer, const std::vector<Range>& ranges);

/// Weights, kept coordinates and channel parameters. Where a bias would leave 32 bits, the channel's scale is
/// widened.
void quantize_for_array(const Layer& layer, const Int4Weights& code, std::uint32_t columns,
                        const Quantization& input, const Quantization& output, QuantizedLayer& quantized);

}  // namespace kasane::compiler
