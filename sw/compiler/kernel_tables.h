/// The two tables of a layer that Kernel Comp Units take part in: what the units do, and what the NCU keeps.
#pragma once

#include <cstdint>
#include <vector>

#include "sw/compiler/quantize.h"

namespace kasane::compiler {

/// `inputs` input channels. A kernel whose gain is 0 needs no job.
CorrespondenceTable correspondence_table(const ReplacedKernels& replaced, std::uint32_t inputs);

/// Of a layer whose replaced kernels are known, if it has any.
KeptKernels kept_kernels(const QuantizedLayer& layer, std::uint32_t inputs, std::uint32_t outputs,
                         std::uint32_t kept_block);

}  // namespace kasane::compiler
