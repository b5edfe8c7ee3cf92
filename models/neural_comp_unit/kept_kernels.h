/// The lists of kept kernels that stand in WM for a residual.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "kasane/neural_comp_unit.h"

namespace kasane::ncu {

struct KeptKernels {
  /// The list of one block of output channels.
  struct Block {
    std::uint32_t first_entry = 0;
    std::uint32_t entries = 0;
  };
  std::vector<kasane_kept_channel> entries;  ///< of all blocks
  std::vector<Block> blocks;
  std::uint64_t kernels = 0;  ///< of all blocks

  /// Nothing if the lists do not make exactly the command's blocks, an entry's channel does not exist or does
  /// not ascend, a mask is empty or names outputs that the block lacks, a reserved field is not zero, or the
  /// kept weights leave the 32-bit address space. Precondition: check_residual() accepts the command and
  /// `lists` holds its kept_bytes.
  static std::optional<KeptKernels> decode(const kasane_ncu_residual& command,
                                           std::span<const std::uint8_t> lists);
};

/// Output channels of a block.
std::uint32_t block_outputs(const kasane_ncu_residual& command, std::size_t block);

}  // namespace kasane::ncu
