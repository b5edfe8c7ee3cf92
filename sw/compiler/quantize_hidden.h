/// Integers for layers of hidden networks: the same for every engine, so that all agree bit by bit.
#pragma once

#include <optional>

#include "sw/compiler/quantize.h"

namespace kasane::compiler {

/// Weights of exactly -1, 0 and +1; an output channel's scale is the magnitude of its kept weights, so that
/// accumulators count what the generator makes. With `format` set the layer runs on the hidden-network
/// engine: its masks, and biases without the term of the input's zero point, which this engine subtracts
/// itself. Throws CompileError if a bias leaves 32 bits: the scale cannot be widened.
void quantize_hidden(const Graph& graph, const Layer& layer, const Quantization& input,
                     const Quantization& output, const std::optional<MaskFormat>& format,
                     QuantizedLayer& quantized);

}  // namespace kasane::compiler
