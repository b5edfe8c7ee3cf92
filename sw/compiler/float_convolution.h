/// Convolutions in real numbers, where calibration spends its time.
#pragma once

#include <span>
#include <vector>

#include "sw/compiler/graph.h"

namespace kasane::compiler {

/// Output of a convolution or a fully connected layer before it is clamped, channel by channel. The same bits
/// on every processor: the order in which products are added does not depend on the width of its vectors,
/// and no product is fused with its addition.
std::vector<float> convolve_float(const Layer& layer, std::span<const float> input);

}  // namespace kasane::compiler
