/// The buffers and lanes of the unit as a command uses them: bytes in, bytes out, slot by slot.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "models/neural_comp_unit/function.h"
#include "models/neural_comp_unit/schedule.h"

namespace kasane::ncu {

/// Called in the order of the pipeline: load_*(slot j), compute(slot j), drain(slot j); the next slot may
/// load before the former computes, hence two halves. Spans hold what the slot's bursts moved, dense.
class Datapath {
 public:
  virtual ~Datapath() = default;
  virtual void load_input(const Slot& slot, std::span<const std::uint8_t> bytes) = 0;
  virtual void load_weights(const Slot& slot, std::span<const std::uint8_t> bytes);
  virtual void load_sums(const Slot& slot, std::span<const std::uint8_t> bytes);
  /// Returns false if a record is out of its range.
  virtual bool load_parameters(std::span<const std::uint8_t> bytes);
  virtual void compute(const Slot& slot) = 0;
  /// Writes the slot's output box.
  virtual void drain(const Slot& slot, std::span<std::uint8_t> output) = 0;
};

/// For a record that check() accepts. The cache outlives the datapath.
std::unique_ptr<Datapath> make_datapath(Record record, PackedWeightsCache& cache);

}  // namespace kasane::ncu
