/// Turns a graph of real numbers into the integers that the engines compute with.
#pragma once

#include <optional>
#include <vector>

#include "kasane/neural_comp_unit.h"
#include "sw/compiler/array_mapping.h"
#include "sw/compiler/array_weights.h"
#include "sw/compiler/calibration.h"
#include "sw/compiler/graph.h"
#include "sw/compiler/hidden_masks.h"
#include "sw/compiler/hiddenite_mapping.h"
#include "sw/compiler/replaced_kernels.h"

namespace kasane::compiler {

/// real = scale * (value - zero_point)
struct Quantization {
  double scale = 1;
  std::int32_t zero_point = 0;
};

/// factor = multiplier / 2^shift, as requantize.h uses it.
struct Multiplier {
  std::int32_t multiplier = 0;
  std::int32_t shift = 1;
};

/// The nearest multiplier of 31 significant bits for factor >= 0; relative error at most 2^-31 for factors
/// from 2^-31 to 2^30. Larger ones saturate, smaller ones lose bits from the right.
Multiplier quantize_multiplier(double factor);

/// Asymmetric levels over a range that contains 0; real 0 is exactly representable.
Quantization quantize_range(const Range& range, const TensorFormat& format = {});

/// What the commands of one layer need beside its shape.
struct QuantizedLayer {
  std::vector<std::int8_t> weights;   ///< empty without weights
  std::vector<double> weight_scales;  ///< one an output channel: real weight = scale * integer
  std::optional<ReplacedKernels> replaced;
  std::optional<ArrayWeights> array;  ///< of a layer of the Cartesian-product array
  std::optional<HiddenMasks> masks;   ///< of a layer of the hidden-network engine
  std::vector<kasane_channel_parameters>
      parameters;                 ///< one a channel; of average pooling see kasane_ncu_pool
  Multiplier a;                   ///< add and clamp: first operand; both share a.shift
  std::int32_t b_multiplier = 0;  ///< add: second operand
  std::int8_t output_min = -128;
  std::int8_t output_max = 127;

  /// What an engine reads that takes weights in tiles of output channels; null for all others.
  const TiledWeights* tiled() const;
};

struct QuantizedNetwork {
  std::vector<Quantization> tensors;    ///< indexed as graph.tensors
  std::vector<TensorFormat> formats;    ///< likewise
  std::vector<QuantizedLayer> layers;   ///< indexed as graph.layers
  std::uint32_t array_columns = 0;      ///< of the Cartesian-product array; 0 if no layer uses it
  std::uint32_t hiddenite_outputs = 0;  ///< output lanes of the hidden-network engine; likewise

  /// The operand in memory: planes x height x width bytes.
  Shape stored(const Operand& operand) const { return formats[operand.tensor].stored(operand.shape); }
};

/// Who computes the layers with weights, beside the NCU.
struct EngineAssignment {
  /// Nobody.
  explicit EngineAssignment(const Graph& graph) : array(graph), hiddenite(graph) {}

  ArrayAssignment array;
  HiddeniteAssignment hiddenite;
};

/// `ranges` is indexed as graph.tensors. The input is fixed to scale 1/255, zero point -128 (pixels minus
/// 128); max pooling keeps its input's quantisation; softmax has scale 1/256, zero point -128.
/// Throws CompileError for a hidden layer with a bias beyond 32 bits.
QuantizedNetwork quantize(const Graph& graph, const std::vector<Range>& ranges,
                          const EngineAssignment& assignment);

/// For a chip whose NCU computes alone.
QuantizedNetwork quantize(const Graph& graph, const std::vector<Range>& ranges);

}  // namespace kasane::compiler
