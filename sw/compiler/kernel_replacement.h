/// Takes over into integers what clustering decided: which kernels Kernel Comp Units stand in for, with which
/// gain.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sw/compiler/graph.h"
#include "sw/compiler/quantize.h"

namespace kasane::compiler {

/// A unit as the compiler knows it: k x k integers, row by row.
struct UnitConstants {
  std::uint32_t size = 0;
  std::vector<std::int8_t> constants;
};

/// One kernel's place in the mapping: kernel ~ gain * constants of the unit.
struct KernelAssignment {
  std::int32_t unit = -1;  ///< -1: the NCU keeps the kernel
  float gain = 0;
};

struct ReplacementOptions {
  std::uint32_t gain_bits = 8;    ///< sign included, 2 ... 16
  std::uint32_t kept_block = 16;  ///< output channels that the NCU computes at once
};

/// Gives the kernels of a quantised convolution to units: quantises the gains on one shift for the layer,
/// corrects the bias, so that the sum of what units and NCU compute stands for the layer, and makes the
/// tables for both. `assignments` has one entry a kernel, output channel by output channel; kernels kept keep
/// their weights. Does nothing if all
/// are kept or all gains vanish. Throws CompileError if a bias leaves 32 bits.
void replace_kernels(const Graph& graph, const Layer& layer, const Quantization& input,
                     std::span<const KernelAssignment> assignments, std::span<const UnitConstants> units,
                     const ReplacementOptions& options, QuantizedLayer& quantized);

}  // namespace kasane::compiler
