/// What convolutions and residuals have in common: tiles and patches.
#pragma once

#include <optional>

#include "models/neural_comp_unit/schedule.h"
#include "models/neural_comp_unit/tiling.h"

namespace kasane::ncu {

/// How a convolution is cut to fit the buffers.
struct ConvolutionTiling {
  TileShape tile;
  std::uint32_t chunk_channels = 0;  ///< input channels per slot
  /// Nothing if one pixel of one channel does not fit the input buffer, or one kernel element row of
  /// lanes_out weights the weight buffer.
  static std::optional<ConvolutionTiling> of(const kasane_ncu_convolution& command, const NcuConfig& config);
  /// For `inputs` channels, each of which takes `weight_bytes` of the weight buffer.
  static std::optional<ConvolutionTiling> of(const kasane_ncu_convolution& command, std::uint32_t inputs,
                                             std::uint64_t weight_bytes, const NcuConfig& config);
};

/// Sets slot.patch, and the rows and columns of slot.input, to what slot.output's windows cover.
void place_patch(const kasane_ncu_convolution& command, Slot& slot);

/// The same layer with all its kernels: sizes, strides, padding, maps; not what a residual has in WM.
kasane_ncu_convolution dense_layer(const kasane_ncu_residual& command);

}  // namespace kasane::ncu
