/// What a quantised convolution holds beside its weights where Kernel Comp Units stand in for some of its
/// kernels.
#pragma once

#include <cstdint>
#include <vector>

namespace kasane::compiler {

/// Jobs as kasane_kcu_job and kasane_kcu_target, input channel by input channel, units ascending.
struct CorrespondenceTable {
  std::vector<std::uint8_t> bytes;
  std::uint32_t jobs = 0;
};

/// Lists of kasane_kept_channel and the kept weights, in kasane_ncu_residual's order. A kernel of zeros is
/// not kept.
struct KeptKernels {
  std::vector<std::uint8_t> lists;
  std::vector<std::int8_t> weights;
};

/// One entry a kernel: output channel by output channel, input channel by input channel.
struct ReplacedKernels {
  std::uint32_t kernel = 0;  ///< height and width
  std::uint8_t gain_shift = 0;
  std::vector<std::int16_t> units;  ///< -1: the NCU keeps the kernel
  std::vector<std::int16_t> gains;  ///< the unit's response counts gain / 2^gain_shift in the accumulator
  CorrespondenceTable table;
  KeptKernels kept;
  std::uint32_t kept_block = 0;  ///< output channels a list of kept kernels is for

  std::uint32_t count() const;  ///< kernels replaced
};

}  // namespace kasane::compiler
