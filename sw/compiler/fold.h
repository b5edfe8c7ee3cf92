/// Passes that make a network smaller without changing what it computes.
#pragma once

#include "sw/compiler/graph.h"

namespace kasane::compiler {

/// Folds per-channel affine layers (BatchNormalization, Add of a constant) into the convolution or
/// fully-connected layer before them, turns the others into depth-wise 1x1 convolutions, and fuses Relu and
/// Clip into their producer's output clamp. A producer whose output anybody else reads stays as it is.
void fold(Graph& graph);

}  // namespace kasane::compiler
