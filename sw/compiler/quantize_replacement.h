/// Takes over into integers what clustering decided: which kernels Kernel Comp Units stand in for, with which
/// gain.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sw/compiler/kernel_clustering/mapping.h"
#include "sw/compiler/kernel_clustering/unit_set.h"
#include "sw/compiler/quantize.h"

namespace kasane::compiler {

struct ReplacementOptions {
  std::uint32_t gain_bits = 8;    ///< sign included, 2 ... 16
  std::uint32_t kept_block = 16;  ///< output channels that the NCU computes at once
};

/// Gives the kernels of a quantised convolution to units as `kernels` says (MappedKernel, one a kernel):
/// quantises the gains on one shift for the layer, corrects the bias, so that the sum of what units and NCU
/// compute stands for the layer, and makes the tables for both. Kernels that stay keep their weights. Does
/// nothing if all stay or all gains vanish. Throws CompileError if a bias leaves 32 bits.
void quantize_replaced_kernels(const Graph& graph, const Layer& layer, const Quantization& input,
                               const UnitSet& units, std::span<const MappedKernel> kernels,
                               const ReplacementOptions& options, QuantizedLayer& quantized);

}  // namespace kasane::compiler
