/// From sums to activations, compiled once for every instruction set.
#include <algorithm>

#include "kasane/cartesian_array.h"
#include "models/cartesian_array/function.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "models/cartesian_array/requantize.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#ifndef KASANE_CARTESIAN_REQUANTIZE_SHARED
#define KASANE_CARTESIAN_REQUANTIZE_SHARED
namespace kasane::cartesian {
/// Some pixels' sums with the constants of each lane as kasane_requantize() needs them.
struct Requantization {
  const std::int32_t* sums;  ///< (pixel, lane)
  std::size_t pixels;
  std::size_t lanes;
  const std::int32_t* biases;
  const std::int64_t* multipliers;
  const std::int64_t* halves;  ///< 2^(shift - 1)
  const std::int64_t* shifts;
  OutputForm form;
  std::uint8_t* activations;  ///< (pixel, lane)
};
}  // namespace kasane::cartesian
#endif

HWY_BEFORE_NAMESPACE();
namespace kasane::cartesian::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Wide = hn::CappedTag<std::int64_t, 8>;  // lanes come in eights
using Sums32 = hn::Rebind<std::int32_t, Wide>;

/// Of factors that fit 32 bits.
HWY_INLINE hn::Vec<Wide> product(hn::Vec<Wide> a, hn::Vec<Wide> b) {
#if HWY_TARGET == HWY_SCALAR  // whose vectors have no even lanes
  return hn::Mul(a, b);
#else
  const hn::Repartition<std::int32_t, Wide> halves;
  return hn::MulEven(hn::BitCast(halves, a), hn::BitCast(halves, b));
#endif
}

void activations(const Requantization& job) {
  constexpr int unused = 32 - KASANE_CARTESIAN_ACCUMULATOR_BITS;
  const Wide wide;
  const auto zero_point = hn::Set(wide, std::int64_t{job.form.zero_point});
  const auto minimum = hn::Set(wide, std::int64_t{job.form.minimum});
  const auto maximum = hn::Set(wide, std::int64_t{job.form.maximum});
  const hn::Rebind<std::uint64_t, Wide> bits;
  const hn::Rebind<std::uint8_t, Wide> bytes;
  for (std::size_t lane = 0; lane < job.lanes; lane += hn::Lanes(wide)) {
    const auto bias = hn::LoadU(Sums32(), job.biases + lane);
    const auto multiplier = hn::LoadU(wide, job.multipliers + lane);
    const auto half = hn::LoadU(wide, job.halves + lane);
    const auto shift = hn::LoadU(wide, job.shifts + lane);
    for (std::size_t pixel = 0; pixel < job.pixels; ++pixel) {
      const std::size_t at = pixel * job.lanes + lane;
      const auto sum = hn::ShiftRight<unused>(hn::ShiftLeft<unused>(hn::LoadU(Sums32(), job.sums + at)));
      const auto biased = hn::PromoteTo(wide, hn::Add(sum, bias));
      const auto rounded = hn::Shr(hn::Add(product(biased, multiplier), half), shift);
      const auto clamped = hn::Min(hn::Max(hn::Add(rounded, zero_point), minimum), maximum);
      hn::StoreU(hn::TruncateTo(bytes, hn::BitCast(bits, clamped)), bytes, job.activations + at);
    }
  }
}

}  // namespace kasane::cartesian::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kasane::cartesian {
HWY_EXPORT(activations);

namespace {

/// Lanes beyond the outputs have an arbitrary activation.
class LaneConstants {
 public:
  LaneConstants(std::span<const kasane_channel_parameters> parameters, std::size_t lanes)
      : biases_(lanes), multipliers_(lanes), halves_(lanes, 1), shifts_(lanes, 1) {
    for (std::size_t lane = 0; lane < std::min(lanes, parameters.size()); ++lane) {
      biases_[lane] = parameters[lane].bias;
      multipliers_[lane] = parameters[lane].multiplier;
      halves_[lane] = std::int64_t{1} << (parameters[lane].shift - 1);
      shifts_[lane] = parameters[lane].shift;
    }
  }

  void apply(const std::int32_t* sums, std::size_t pixels, const OutputForm& form,
             std::vector<std::uint8_t>& results) const {
    results.resize(pixels * biases_.size());
    HWY_DYNAMIC_DISPATCH(activations)
    ({.sums = sums,
      .pixels = pixels,
      .lanes = biases_.size(),
      .biases = biases_.data(),
      .multipliers = multipliers_.data(),
      .halves = halves_.data(),
      .shifts = shifts_.data(),
      .form = form,
      .activations = results.data()});
  }

 private:
  std::vector<std::int32_t> biases_;
  std::vector<std::int64_t> multipliers_;
  std::vector<std::int64_t> halves_;
  std::vector<std::int64_t> shifts_;
};

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
  const LaneConstants constants(parameters, lanes);
  std::vector<std::uint8_t> activations;
  const std::uint32_t channels_a_plane = form.bits == 4 ? 2 : 1;
  for (std::size_t pixel = 0; pixel < sums.pixels(); pixel += pixels_at_once) {
    const std::size_t pixels = std::min(pixels_at_once, sums.pixels() - pixel);
    constants.apply(sums.data() + pixel * lanes, pixels, form, activations);
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
#endif
