/// When and at what cost: a command becomes slots of bursts, cycles and operations, in the order in which the
/// hardware performs them. README.md draws the pipeline and works examples by hand.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "kasane/neural_comp_unit.h"
#include "models/common/operation_counts.h"
#include "models/common/planes.h"
#include "models/common/slot.h"
#include "models/common/slot_estimate.h"
#include "models/common/window_span.h"
#include "models/neural_comp_unit/config.h"
#include "models/neural_comp_unit/kept_kernels.h"

namespace kasane::ncu {

/// What the unit spends energy on.
enum class Operation : std::uint8_t {
  multiply,           ///< int8 × int8
  add,                ///< 32 bits
  compare,            ///< maximum of two
  requantize,         ///< one multiplication by a multiplier, shift, clamp
  operand_byte,       ///< one byte clocked into an operand or parameter register
  accumulator_read,   ///< 32 bits
  accumulator_write,  ///< 32 bits
  input_read,         ///< input buffer, one word of lanes_in bytes
  input_write,
  weight_read,  ///< weight buffer, one word of lanes_in bytes
  weight_write,
};
inline constexpr std::size_t operation_count = 11;

using Operations = OperationCounts<Operation, operation_count>;

/// One trip through the pipeline of load, compute and drain.
struct Slot : SlotWork<Operations> {
  Box input;   ///< what the input buffer holds of the input map; empty if all is padding
  Box output;  ///< what is computed
  Patch patch;
  bool first_chunk = true;  ///< the sums begin: at 0, or a residual's at what sum_loads bring
  bool last_chunk = true;   ///< the sums are complete and drain

  /// A residual's list entries, one an input channel; they live as long as the schedule. Its weight loads
  /// bring entries, then their weights.
  std::span<const kasane_kept_channel> kept;
};

using SlotSource = kasane::SlotSource<Slot>;
using Estimate = SlotEstimate<Operations>;
using kasane::estimate;

using Record = std::span<const std::uint8_t, KASANE_COMMAND_BYTES>;

/// KASANE_ERROR_NONE, or why the unit refuses the command.
std::uint32_t check(Record record, const NcuConfig& config);

/// Precondition: check(record, config) == KASANE_ERROR_NONE, and the record is no residual.
std::unique_ptr<SlotSource> make_schedule(Record record, const NcuConfig& config);

/// Of a residual, with its lists. Precondition: check(command's record, config) == KASANE_ERROR_NONE.
std::unique_ptr<SlotSource> make_schedule(const kasane_ncu_residual& command, const NcuConfig& config,
                                          KeptKernels kept);

/// A residual's lists, in bursts of at most half a weight buffer.
Preparation preparation_of(const kasane_ncu_residual& command, const NcuConfig& config);

}  // namespace kasane::ncu
