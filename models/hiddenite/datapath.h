/// The buffers, the expander, the array and the accumulators as a command uses them: bytes in, bytes out,
/// slot by slot.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "models/common/requantization.h"
#include "models/hiddenite/accumulate.h"
#include "models/hiddenite/input_patch.h"
#include "models/hiddenite/schedule.h"
#include "models/hiddenite/tile_weights.h"

namespace kasane::hiddenite {

/// Besides the order that SlotDatapath states: a slot drains before the next one computes, and no tile is
/// expanded into the place of one that has yet to be computed.
class Datapath : public SlotDatapath<Slot> {
 public:
  explicit Datapath(const kasane_hiddenite_convolution& command);
  void load_input(const Slot& slot, std::span<const std::uint8_t> bytes) override;
  /// KASANE_ERROR_MASK for a mask that does not cover its tile exactly.
  std::uint32_t load_weights(const Slot& slot, std::span<const std::uint8_t> bytes) override;
  bool load_parameters(std::span<const std::uint8_t> bytes) override;
  void compute(const Slot& slot) override;
  void drain(const Slot& slot, std::span<std::uint8_t> output) override;
  Operations counted() override;

 private:
  kasane_hiddenite_convolution command_;
  std::uint32_t group_inputs_;
  std::array<InputPatch, 2> patches_;
  std::vector<std::uint8_t> masks_;  ///< FIFO of their bytes: read ahead of the tile that is expanded
  std::vector<TileWeights> places_;  ///< of the weight buffer
  std::vector<kasane_channel_parameters> parameters_;
  std::vector<kasane_channel_parameters> waiting_;  ///< loaded while the former tile has yet to drain
  Sums sums_;
  Operations counted_;
  Accumulation accumulation_;  ///< this and the rest are kept for their memory
  RequantizerLanes requantizers_;
  std::vector<std::uint8_t> activations_;
};

}  // namespace kasane::hiddenite
