/// When and at what cost a unit does a job: its phases, in the order in which the hardware performs them.
/// README.md draws the pipeline and works an example by hand.
#pragma once

#include <cstdint>
#include <vector>

#include "kasane/kernel_comp_units.h"
#include "models/common/operation_counts.h"
#include "models/common/planes.h"
#include "models/common/port_timing.h"
#include "models/kernel_comp_unit/config.h"

namespace kasane::kcu {

/// What a unit spends energy on.
enum class Operation : std::uint8_t {
  window_shift,  ///< a column of pixels enters the k x k window registers
  line_read,     ///< line buffers, one word of k - 1 bytes
  line_write,
  response,       ///< the kernel's adder network, once
  response_read,  ///< response buffer, one word of 32 bits
  response_write,
  gain,         ///< a response multiplied by a gain, rounded and shifted
  target_read,  ///< target buffer, one word of 32 bits: output map and gain
  target_write,
};
inline constexpr std::size_t operation_count = 9;

using Operations = OperationCounts<Operation, operation_count>;

/// A run of whole output rows whose responses fit half the response buffer.
struct Phase {
  std::uint32_t first_row = 0;  ///< of the output
  std::uint32_t rows = 0;
  std::uint32_t first_input_row = 0;  ///< rows of the input that no earlier phase has loaded
  std::uint32_t input_rows = 0;
  std::uint64_t responses = 0;
  std::uint64_t streamed_pixels = 0;  ///< through the window, padding included
};

/// The same for all jobs of a command. Precondition: check(command, ...) == KASANE_ERROR_NONE.
std::vector<Phase> phases_of(const kasane_kcu_convolution& command, const KcuConfig& config);

/// What brings a phase's new input rows of one channel from FMM; offsets count from the channel's first
/// element, dense.
std::vector<Burst> loads_of(const kasane_kcu_convolution& command, const Phase& phase, std::uint32_t channel);

/// Partial sums of one output map that a phase adds to.
Burst sums_of(const kasane_kcu_convolution& command, const Phase& phase, std::uint32_t output);

/// Cycles in which the phase's pixels stream through the window and its responses come out.
std::uint64_t respond_cycles(const Phase& phase, const KcuConfig& config);
/// Cycles in which the lanes weigh the phase's responses for so many targets.
std::uint64_t weigh_cycles(const Phase& phase, std::uint64_t targets, const KcuConfig& config);

Operations load_operations(const Phase& phase, std::uint64_t targets);
Operations respond_operations(const Phase& phase);
Operations weigh_operations(const Phase& phase, std::uint64_t targets, const KcuConfig& config);

struct Estimate {
  std::uint64_t cycles = 0;
  std::uint64_t fmm_bytes_read = 0;
  std::uint64_t sums_bytes_accumulated = 0;
  Operations operations;
};

/// One job alone, without contention. In step j phase j loads, phase j-1 responds, and phase j-2 is weighed
/// and sent; a step takes as long as the slowest of: loading, responding, weighing, sending.
Estimate estimate(const kasane_kcu_convolution& command, std::uint64_t targets, const KcuConfig& config,
                  PortTiming fmm, PortTiming sums);

}  // namespace kasane::kcu
