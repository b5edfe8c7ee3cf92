/// When and at what cost: a command becomes slots of bursts, cycles and operations, in the order in which the
/// hardware performs them. README.md draws the pipeline and works examples by hand.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "kasane/neural_comp_unit.h"
#include "models/common/operation_counts.h"
#include "models/common/planes.h"
#include "models/common/port_timing.h"
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

/// Where the input box lies in a convolution's patch, the rectangle its windows cover, padding included.
struct Patch {
  std::uint32_t height = 0;
  std::uint32_t width = 0;
  std::uint32_t top = 0;   ///< rows of padding above the box
  std::uint32_t left = 0;  ///< columns of padding left of the box
};

/// One trip through the pipeline of load, compute and drain.
struct Slot {
  Box input;   ///< what the input buffer holds of the input map; empty if all is padding
  Box output;  ///< what is computed
  Patch patch;
  std::uint32_t input_half = 0;   ///< of the input buffer
  std::uint32_t weight_half = 0;  ///< of the weight buffer
  bool fresh_input = false;       ///< the half is filled for this slot; else it already holds the input
  bool fresh_weights = false;
  bool fresh_parameters = false;
  bool first_chunk = true;  ///< the sums begin: at 0, or a residual's at what sum_loads bring
  bool last_chunk = true;   ///< the sums are complete and drain

  std::vector<Burst> input_loads;   ///< FMM → input buffer
  std::vector<Burst> weight_loads;  ///< WM → weight buffer; a residual's list entries, then their weights
  Burst parameter_load;             ///< WM → parameter registers; 0 bytes if none
  std::vector<Burst> sum_loads;     ///< partial sum memory → accumulators; dense (output channel, pixel)
  std::vector<Burst> stores;        ///< FMM

  /// A residual's list entries, one an input channel; they live as long as the schedule.
  std::span<const kasane_kept_channel> kept;

  std::uint64_t compute_cycles = 0;
  std::uint64_t drain_cycles = 0;
  Operations load_operations;
  Operations compute_operations;
  Operations drain_operations;
};

/// What is read from WM before a command's first slot.
struct Preparation {
  std::uint32_t address = 0;
  std::uint32_t bytes = 0;
  std::uint32_t burst_bytes = 1;  ///< at most, of each burst
  /// The burst that begins `done` bytes after the first.
  Burst burst(std::uint32_t done) const {
    return {address + done, done, std::min(burst_bytes, bytes - done)};
  }
};

/// Yields a command's slots one by one, so that memory stays bounded however large the layer.
class SlotSource {
 public:
  virtual ~SlotSource() = default;
  virtual Preparation preparation() const { return {}; }
  /// Fills `slot` completely and returns true, or returns false after the last one.
  virtual bool next(Slot& slot) = 0;
};

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

struct Estimate {
  std::uint64_t cycles = 0;
  std::uint64_t slots = 0;
  std::uint64_t fmm_bytes_read = 0;
  std::uint64_t fmm_bytes_written = 0;
  std::uint64_t wm_bytes_read = 0;
  std::uint64_t sums_bytes_read = 0;
  Operations operations;
};

/// Time and cost without contention. In step j slot j loads, slot j-1 computes and slot j-2 drains; a step
/// takes as long as the slowest of: computing, draining, the FMM port (stores, then loads), the WM port, the
/// partial sum memory's port. The preparation comes first.
Estimate estimate(SlotSource& schedule, PortTiming fmm, PortTiming wm, PortTiming sums = {});

}  // namespace kasane::ncu
