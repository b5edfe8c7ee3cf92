/// The two tables of a layer that Kernel Comp Units take part in: what the units do, and what the NCU keeps.
#pragma once

#include <cstdint>
#include <vector>

#include "sw/compiler/quantize.h"

namespace kasane::compiler {

/// Jobs as kasane_kcu_job and kasane_kcu_target, input channel by input channel, units ascending.
struct CorrespondenceTable {
  std::vector<std::uint8_t> bytes;
  std::uint32_t jobs = 0;
};
/// `inputs` input channels. A kernel whose gain is 0 needs no job.
CorrespondenceTable correspondence_table(const ReplacedKernels& replaced, std::uint32_t inputs);

/// Lists of kasane_kept_channel and the kept weights, in kasane_ncu_residual's order. A kernel of zeros is
/// not kept.
struct KeptKernels {
  std::vector<std::uint8_t> lists;
  std::vector<std::int8_t> weights;
};
KeptKernels kept_kernels(const QuantizedLayer& layer, std::uint32_t inputs, std::uint32_t outputs,
                         std::uint32_t kept_block);

}  // namespace kasane::compiler
