/// From sums to activations.
#include "kasane/requantize.h"

#include <algorithm>

#include "kasane/cartesian_array.h"
#include "models/cartesian_array/function.h"

namespace kasane::cartesian {
namespace {

/// The accumulator's bits of a sum.
std::int32_t wrapped(std::int32_t sum) {
  constexpr int unused = 32 - KASANE_CARTESIAN_ACCUMULATOR_BITS;
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(sum) << unused) >> unused;
}

}  // namespace

void Sums::clear(std::uint32_t pixels, std::uint32_t outputs) {
  pixels_ = pixels;
  outputs_ = outputs;
  values_.assign(std::size_t{pixels} * lanes(), 0);
}

void requantize(const Sums& sums, std::span<const kasane_channel_parameters> parameters,
                const OutputForm& form, std::span<std::uint8_t> output) {
  const std::size_t lanes = sums.lanes();
  const auto activation = [&](std::uint32_t channel, std::uint32_t pixel) {
    const kasane_channel_parameters& constants = parameters[channel];
    const std::int32_t sum = wrapped(sums.data()[pixel * lanes + channel]);
    const auto biased = static_cast<std::int32_t>(static_cast<std::uint32_t>(sum) +
                                                  static_cast<std::uint32_t>(constants.bias));
    return kasane_requantize(biased, constants.multiplier, constants.shift, form.zero_point, form.minimum,
                             form.maximum);
  };
  std::uint8_t* to = output.data();
  const std::uint32_t a_plane = form.bits == 4 ? 2 : 1;
  for (std::uint32_t channel = 0; channel < sums.outputs(); channel += a_plane) {
    const bool pair = a_plane == 2 && channel + 1 < sums.outputs();
    for (std::uint32_t pixel = 0; pixel < sums.pixels(); ++pixel) {
      int byte = activation(channel, pixel);
      if (a_plane == 2) byte &= 15;
      if (pair) byte |= activation(channel + 1, pixel) << 4;
      *to++ = static_cast<std::uint8_t>(byte);
    }
  }
}

}  // namespace kasane::cartesian
