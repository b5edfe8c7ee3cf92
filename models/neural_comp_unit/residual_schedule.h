/// Slots of a residual: what Kernel Comp Units leave of a convolution.
#pragma once

#include <vector>

#include "models/common/double_buffer.h"
#include "models/common/parameter_registers.h"
#include "models/neural_comp_unit/convolution_parts.h"
#include "models/neural_comp_unit/kept_kernels.h"
#include "models/neural_comp_unit/schedule.h"
#include "models/neural_comp_unit/tiling.h"

namespace kasane::ncu {

/// How a residual is cut; chunks are made of list entries. Nothing if the buffers are too small for one entry
/// with all kernels of a block.
std::optional<ConvolutionTiling> residual_tiling(const kasane_ncu_residual& command, std::uint32_t entries,
                                                 const NcuConfig& config);

/// Order, outermost first: pixel tile, block of output channels, chunk of the block's list.
class ResidualSchedule : public SlotSource {
 public:
  /// `kept` must be the command's.
  ResidualSchedule(const kasane_ncu_residual& command, const NcuConfig& config, KeptKernels kept);
  Preparation preparation() const override;
  bool next(Slot& slot) override;

 private:
  /// A run of one block's list; without entries if the block keeps nothing.
  struct Chunk {
    std::uint32_t block = 0;
    std::uint32_t first_entry = 0;
    std::uint32_t entries = 0;
    std::uint64_t first_kernel = 0;
    std::uint32_t kernels = 0;
    std::uint64_t lane_passes = 0;  ///< output lanes with work, summed over the rows of lanes_in entries
    std::uint32_t channel_set = 0;  ///< equal for chunks of the same input channels
    bool first = true;              ///< of its block
    bool last = true;
  };
  void cut_chunks();
  void measure(Chunk& chunk) const;
  void place(Slot& slot) const;
  void load_input(Slot& slot);
  void load_weights(Slot& slot);
  void load_sums(Slot& slot) const;
  void count(Slot& slot) const;
  void advance();
  std::span<const kasane_kept_channel> list_of(const Chunk& chunk) const;

  kasane_ncu_residual command_;
  kasane_ncu_convolution layer_;
  NcuConfig config_;
  KeptKernels kept_;
  ConvolutionTiling tiling_;
  Planes input_;
  Planes output_;
  Planes sums_;
  std::vector<Chunk> chunks_;
  std::uint32_t channel_sets_ = 0;

  std::uint32_t row_ = 0;
  std::uint32_t column_ = 0;
  std::size_t chunk_ = 0;
  DoubleBuffer input_buffer_;
  DoubleBuffer weight_buffer_;
  ParameterRegisters parameters_;
  std::vector<Burst> run_;  ///< bursts of channels that follow each other
};

}  // namespace kasane::ncu
