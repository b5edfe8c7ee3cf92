/// Slots of a convolution or fully connected layer.
#pragma once

#include "models/common/double_buffer.h"
#include "models/common/parameter_registers.h"
#include "models/neural_comp_unit/convolution_parts.h"
#include "models/neural_comp_unit/schedule.h"
#include "models/neural_comp_unit/tiling.h"

namespace kasane::ncu {

/// Order, outermost first: group, pixel tile, output channel tile, input channel chunk.
class ConvolutionSchedule : public SlotSource {
 public:
  ConvolutionSchedule(const kasane_ncu_convolution& command, const NcuConfig& config);
  bool next(Slot& slot) override;

 private:
  void place(Slot& slot) const;
  void load_input(Slot& slot);
  void load_weights(Slot& slot);
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
  ParameterRegisters parameters_;
};

}  // namespace kasane::ncu
