/// The buffers, the aligner, the multipliers and the accumulators as a command uses them: bytes in, bytes
/// out, slot by slot.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "models/cartesian_array/function.h"
#include "models/cartesian_array/schedule.h"

namespace kasane::cartesian {

/// Besides the order that SlotDatapath states: a slot drains before the next one computes.
class Datapath : public SlotDatapath<Slot> {
 public:
  explicit Datapath(const kasane_cartesian_convolution& command) : command_(command) {}
  void load_input(const Slot& slot, std::span<const std::uint8_t> bytes) override;
  std::uint32_t load_weights(const Slot& slot, std::span<const std::uint8_t> bytes) override;
  bool load_parameters(std::span<const std::uint8_t> bytes) override;
  void compute(const Slot& slot) override;
  void drain(const Slot& slot, std::span<std::uint8_t> output) override;

 private:
  kasane_cartesian_convolution command_;
  std::array<InputPatch, 2> patches_;
  std::array<StepWeights, 2> weights_;
  std::vector<kasane_channel_parameters> parameters_;
  std::vector<kasane_channel_parameters> waiting_;  ///< loaded while the former tile has yet to drain
  Sums sums_;
  std::vector<std::uint32_t> windows_;  ///< of the slot that computes; kept for their memory, as the steps
  std::vector<std::uint32_t> steps_;
};

}  // namespace kasane::cartesian
