/// Slots of a convolution or fully connected layer.
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
};

/// Order, outermost first: group, pixel tile, output channel tile, input channel chunk.
class ConvolutionSchedule : public SlotSource {
 public:
  ConvolutionSchedule(const kasane_ncu_convolution& command, const NcuConfig& config);
  bool next(Slot& slot) override;

 private:
  void place(Slot& slot) const;
  void load_input(Slot& slot);
  void load_weights(Slot& slot);
  void load_parameters(Slot& slot);
  void count(Slot& slot) const;
  void advance();

  kasane_ncu_convolution command_;
  NcuConfig config_;
  ConvolutionTiling tiling_;
  Planes input_;
  Planes output_;
  std::uint32_t group_inputs_;
  std::uint32_t group_outputs_;

  std::uint32_t group_ = 0;
  std::uint32_t row_ = 0;
  std::uint32_t column_ = 0;
  std::uint32_t out_ = 0;      ///< output channel within the group
  std::uint32_t channel_ = 0;  ///< input channel within the group
  DoubleBuffer input_buffer_;
  DoubleBuffer weight_buffer_;
  std::optional<std::uint32_t> parameters_;  ///< first output channel of those in the registers
};

}  // namespace kasane::ncu
