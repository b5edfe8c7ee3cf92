/// How an engine's command is cut: slots, which one after the other pass through load, compute and drain.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "kasane/engine.h"
#include "models/common/planes.h"

namespace kasane {

/// What one trip through the pipeline asks of ports and stages. An engine's own slot derives from it and adds
/// what its datapath must know. `OperationsOf`: an OperationCounts.
template <typename OperationsOf>
struct SlotWork {
  using Operations = OperationsOf;

  std::uint32_t input_half = 0;   ///< of the input buffer
  std::uint32_t weight_half = 0;  ///< of the weight buffer
  bool fresh_input = false;       ///< the half is filled for this slot; else it already holds the input
  bool fresh_weights = false;
  bool fresh_parameters = false;

  std::vector<Burst> input_loads;   ///< FMM → input buffer
  std::vector<Burst> weight_loads;  ///< WM → weight buffer
  Burst parameter_load;             ///< WM → parameter registers; 0 bytes if none
  std::vector<Burst> sum_loads;     ///< partial sum memory → accumulators; dense (output channel, pixel)
  std::vector<Burst> stores;        ///< FMM

  std::uint64_t expand_cycles = 0;  ///< of what makes weights of the bytes loaded, at work while they come
  std::uint64_t compute_cycles = 0;
  std::uint64_t drain_wait_cycles = 0;  ///< of these, how long a tile of the slot waits for another's drain
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
template <typename Slot>
class SlotSource {
 public:
  virtual ~SlotSource() = default;
  virtual Preparation preparation() const { return {}; }
  /// Fills `slot` completely and returns true, or returns false after the last one.
  virtual bool next(Slot& slot) = 0;
};

/// The buffers and lanes of an engine as a command uses them: bytes in, bytes out, slot by slot. Called in
/// the order of the pipeline: load_*(slot j), compute(slot j), drain(slot j); the next slot may load before
/// the former computes, hence two halves. Spans hold what the slot's bursts moved, dense.
template <typename Slot>
class SlotDatapath {
 public:
  virtual ~SlotDatapath() = default;
  virtual void load_input(const Slot& slot, std::span<const std::uint8_t> bytes) = 0;
  /// Returns KASANE_ERROR_NONE or what is wrong with them.
  virtual std::uint32_t load_weights(const Slot&, std::span<const std::uint8_t>) { return KASANE_ERROR_NONE; }
  virtual void load_sums(const Slot&, std::span<const std::uint8_t>) {}
  /// Returns false if a record is out of its range.
  virtual bool load_parameters(std::span<const std::uint8_t>) { return true; }
  virtual void compute(const Slot& slot) = 0;
  /// Writes the slot's output, as its stores will move it.
  virtual void drain(const Slot& slot, std::span<std::uint8_t> output) = 0;
  /// Operations whose number only the data tell, of all calls since it was last asked.
  virtual typename Slot::Operations counted() { return {}; }
};

}  // namespace kasane
