/// Finds, from sample images, the range of real numbers that each feature map's int8 values shall cover.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sw/compiler/graph.h"
#include "sw/compiler/tensor_format.h"

namespace kasane::compiler {

/// Images as they come from a data set: unsigned bytes, channels x height x width each, one after the other.
struct CalibrationImages {
  std::uint32_t channels = 0;
  std::uint32_t height = 0;
  std::uint32_t width = 0;
  std::vector<std::uint8_t> pixels;
};

enum class CalibrationMethod : std::uint8_t {
  min_max,     ///< everything ever seen
  percentile,  ///< all but `percentile_tail` of the values at either end
  mse          ///< the clipped range with the least mean squared quantisation error
};

struct CalibrationOptions {
  CalibrationMethod method = CalibrationMethod::mse;
  double percentile_tail = 1e-4;  ///< fraction of values clipped at each end
};

/// Always contains 0, so that padding and Relu are exact.
struct Range {
  double low = 0;
  double high = 0;
};

/// One range a tensor, indexed as graph.tensors and `formats`. Throws CompileError if the images do not fit
/// the network's input or there are none.
std::vector<Range> calibrate(const Graph& graph, const CalibrationImages& images,
                             const CalibrationOptions& options, std::span<const TensorFormat> formats);

}  // namespace kasane::compiler
