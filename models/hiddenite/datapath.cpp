#include "models/hiddenite/datapath.h"

#include <algorithm>
#include <utility>

#include "models/common/channel_parameters.h"
#include "models/hiddenite/operand_counts.h"

namespace kasane::hiddenite {

Datapath::Datapath(const kasane_hiddenite_convolution& command)
    : command_(command), group_inputs_(command.input_channels / std::max(1u, command.groups)) {}

void Datapath::load_input(const Slot& slot, std::span<const std::uint8_t> bytes) {
  const InputLoad& load = slot.input_load;
  InputPatch& patch = patches_[load.half];
  if (load.first_channel == 0) patch.reshape(load.channels, load.patch, sliding_of(command_));
  patch.fill(bytes, load.box, load.first_channel, command_.input_zero_point);
}

std::uint32_t Datapath::load_weights(const Slot& slot, std::span<const std::uint8_t> bytes) {
  masks_.insert(masks_.end(), bytes.begin(), bytes.end());
  if (slot.place >= places_.size()) places_.resize(slot.place + 1);
  TileWeights& tile = places_[slot.place];
  const Expansion& expansion = slot.expansion;
  const std::size_t mask = std::min<std::size_t>(expansion.bytes, masks_.size());
  const bool complete =
      tile.expand(std::span(masks_).first(mask), command_.field_bits, expansion.fields, expansion.weights,
                  slot.output.channels, {command_.generator, command_.layer_seed},
                  command_.first_weight + expansion.first_weight);
  if (!complete) return KASANE_ERROR_MASK;
  masks_.erase(masks_.begin(), masks_.begin() + static_cast<std::ptrdiff_t>(mask));
  const bool xorshift = command_.generator == KASANE_GENERATOR_XORSHIFT;
  counted_[xorshift ? Operation::generate_xorshift : Operation::generate_murmur] += tile.kept_weights();
  return KASANE_ERROR_NONE;
}

bool Datapath::load_parameters(std::span<const std::uint8_t> bytes) {
  return decode(bytes, waiting_);
}

void Datapath::compute(const Slot& slot) {
  if (slot.fresh_parameters) parameters_ = waiting_;
  const InputPatch& patch = patches_[slot.input_half];
  const TileWeights& tile = places_[slot.place];
  if (slot.first_chunk) sums_.clear(slot.output.channels, patch.pixels());
  const std::uint32_t kernel = std::uint32_t{command_.kernel_height} * command_.kernel_width;
  const std::uint32_t first = slot.input.channel % group_inputs_ * kernel;
  accumulation_.add(patch, tile, first, sums_);
  const OperandCounts counts = count_operands(patch, tile, first);
  counted_[Operation::add] += counts.added;
  counted_[Operation::zero_operand] += counts.zero;
  counted_[Operation::masked_operand] += counts.masked;
}

void Datapath::drain(const Slot&, std::span<std::uint8_t> output) {
  const ActivationRange range{command_.output_zero_point, command_.output_min, command_.output_max};
  const PixelLanes& pixels = sums_.pixels();
  activations_.resize(sums_.pitch());
  auto to = output.begin();
  for (std::uint32_t channel = 0; channel < sums_.outputs(); ++channel) {
    requantizers_.fill(parameters_[channel], RequantizerLanes::granule);
    requantizers_.apply(sums_.data() + channel * sums_.pitch(), sums_.pitch() / RequantizerLanes::granule,
                        KASANE_HIDDENITE_ACCUMULATOR_BITS, range, activations_.data());
    for (std::size_t row = 0; row < pixels.rows; ++row) {
      to = std::copy_n(activations_.begin() + row * pixels.pitch, pixels.columns, to);
    }
  }
}

Operations Datapath::counted() {
  return std::exchange(counted_, {});
}

}  // namespace kasane::hiddenite
