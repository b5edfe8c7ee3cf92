#include "models/cartesian_array/datapath.h"

#include "models/common/channel_parameters.h"

namespace kasane::cartesian {

void Datapath::load_input(const Slot& slot, std::span<const std::uint8_t> bytes) {
  patches_[slot.input_half].unpack(bytes, slot.input, slot.patch, command_.input_bits, command_.pad_value);
}

std::uint32_t Datapath::load_weights(const Slot& slot, std::span<const std::uint8_t> bytes) {
  weights_[slot.weight_half].unpack(bytes, slot.outputs);
  return KASANE_ERROR_NONE;
}

bool Datapath::load_parameters(std::span<const std::uint8_t> bytes) {
  return decode(bytes, waiting_);
}

void Datapath::compute(const Slot& slot) {
  if (slot.fresh_parameters) parameters_ = waiting_;
  if (slot.first_chunk) sums_.clear(slot.pixels, slot.outputs);
  const Sliding sliding = sliding_of(command_);
  const PixelRun run{.row = slot.first_pixel / command_.output_width - slot.band.row,
                     .column = slot.first_pixel % command_.output_width - slot.band.column,
                     .columns = slot.band.columns,
                     .pixels = slot.pixels};
  const InputPatch& patch = patches_[slot.input_half];
  window_offsets(run, sliding, patch, windows_);
  step_offsets(slot.kept, sliding, patch, steps_);
  accumulate(patch, windows_, steps_, weights_[slot.weight_half], sums_);
}

void Datapath::drain(const Slot&, std::span<std::uint8_t> output) {
  requantize(sums_, parameters_,
             {.bits = command_.output_bits,
              .range = {command_.output_zero_point, command_.output_min, command_.output_max}},
             output);
}

}  // namespace kasane::cartesian
