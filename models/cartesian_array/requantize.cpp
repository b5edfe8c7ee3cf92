/// From sums to the planes of activations.
#include <algorithm>

#include "kasane/cartesian_array.h"
#include "models/cartesian_array/function.h"

namespace kasane::cartesian {
namespace {

/// Every `stride`-th byte, that of a channel, to its plane.
void store_plane(const std::uint8_t* channel, std::size_t stride, std::span<std::uint8_t> plane) {
  for (std::uint8_t& byte : plane) {
    byte = *channel;
    channel += stride;
  }
}

/// Likewise two channels to the nibbles of one plane.
void store_packed_plane(const std::uint8_t* low, const std::uint8_t* high, std::size_t stride,
                        std::span<std::uint8_t> plane) {
  for (std::uint8_t& byte : plane) {
    byte = static_cast<std::uint8_t>((*low & 15) | *high << 4);
    low += stride;
    high += stride;
  }
}

}  // namespace

void Sums::clear(std::uint32_t pixels, std::uint32_t outputs) {
  pixels_ = pixels;
  outputs_ = outputs;
  values_.assign(std::size_t{pixels} * lanes(), 0);
}

void requantize(const Sums& sums, std::span<const kasane_channel_parameters> parameters,
                const OutputForm& form, std::span<std::uint8_t> output) {
  constexpr std::size_t pixels_at_once = 256;  // their activations stay in a first-level cache
  const std::size_t lanes = sums.lanes();
  RequantizerLanes requantizers;
  requantizers.assign(parameters, lanes);
  std::vector<std::uint8_t> activations(std::min<std::size_t>(pixels_at_once, sums.pixels()) * lanes);
  const std::uint32_t channels_a_plane = form.bits == 4 ? 2 : 1;
  for (std::size_t pixel = 0; pixel < sums.pixels(); pixel += pixels_at_once) {
    const std::size_t pixels = std::min(pixels_at_once, sums.pixels() - pixel);
    requantizers.apply(sums.data() + pixel * lanes, pixels, KASANE_CARTESIAN_ACCUMULATOR_BITS, form.range,
                       activations.data());
    std::size_t at = pixel;  // in the output
    for (std::uint32_t channel = 0; channel < sums.outputs(); channel += channels_a_plane) {
      const std::uint8_t* low = activations.data() + channel;
      const auto plane = output.subspan(at, pixels);
      if (form.bits == 8) {
        store_plane(low, lanes, plane);
      } else {
        store_packed_plane(low, low + 1, lanes, plane);
        if (channel + 1 == sums.outputs())
          std::ranges::for_each(plane, [](std::uint8_t& byte) { byte &= 15; });
      }
      at += sums.pixels();
    }
  }
}

}  // namespace kasane::cartesian
