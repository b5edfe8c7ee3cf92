#include "models/common/requantization.h"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "models/common/requantization.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#ifndef KASANE_REQUANTIZATION_SHARED
#define KASANE_REQUANTIZATION_SHARED
namespace kasane {
/// Some rows of sums with the constants of each lane as kasane_requantize() needs them.
struct Requantization {
  const std::int32_t* sums;  ///< (row, lane)
  std::size_t rows;
  std::size_t lanes;
  int unused_bits;  ///< above the accumulators'
  const std::int32_t* biases;
  const std::int64_t* multipliers;
  const std::int64_t* halves;
  const std::int64_t* shifts;
  ActivationRange range;
  std::uint8_t* activations;  ///< (row, lane)
};
}  // namespace kasane
#endif

HWY_BEFORE_NAMESPACE();
namespace kasane::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Wide = hn::CappedTag<std::int64_t, RequantizerLanes::granule>;
using Sums = hn::Rebind<std::int32_t, Wide>;

/// Of factors that fit 32 bits.
HWY_INLINE hn::Vec<Wide> product(hn::Vec<Wide> a, hn::Vec<Wide> b) {
#if HWY_TARGET == HWY_SCALAR  // whose vectors have no even lanes
  return hn::Mul(a, b);
#else
  const hn::Repartition<std::int32_t, Wide> halves;
  return hn::MulEven(hn::BitCast(halves, a), hn::BitCast(halves, b));
#endif
}

void requantize(const Requantization& job) {
  const Wide wide;
  const auto zero_point = hn::Set(wide, std::int64_t{job.range.zero_point});
  const auto minimum = hn::Set(wide, std::int64_t{job.range.minimum});
  const auto maximum = hn::Set(wide, std::int64_t{job.range.maximum});
  const hn::Rebind<std::uint64_t, Wide> bits;
  const hn::Rebind<std::uint8_t, Wide> bytes;
  for (std::size_t lane = 0; lane < job.lanes; lane += hn::Lanes(wide)) {
    const auto bias = hn::LoadU(Sums(), job.biases + lane);
    const auto multiplier = hn::LoadU(wide, job.multipliers + lane);
    const auto half = hn::LoadU(wide, job.halves + lane);
    const auto shift = hn::LoadU(wide, job.shifts + lane);
    for (std::size_t row = 0; row < job.rows; ++row) {
      const std::size_t at = row * job.lanes + lane;
      const auto top = hn::ShiftLeftSame(hn::LoadU(Sums(), job.sums + at), job.unused_bits);
      const auto sum = hn::ShiftRightSame(top, job.unused_bits);
      const auto biased = hn::PromoteTo(wide, hn::Add(sum, bias));
      const auto rounded = hn::Shr(hn::Add(product(biased, multiplier), half), shift);
      const auto clamped = hn::Min(hn::Max(hn::Add(rounded, zero_point), minimum), maximum);
      hn::StoreU(hn::TruncateTo(bytes, hn::BitCast(bits, clamped)), bytes, job.activations + at);
    }
  }
}

}  // namespace kasane::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kasane {
HWY_EXPORT(requantize);

namespace {

std::int64_t half_of(const kasane_channel_parameters& record) {
  return std::int64_t{1} << (record.shift - 1);
}

}  // namespace

void RequantizerLanes::assign(std::span<const kasane_channel_parameters> records, std::size_t lanes) {
  constexpr kasane_channel_parameters unused{.bias = 0, .multiplier = 0, .shift = 1};
  fill(unused, lanes);
  for (std::size_t lane = 0; lane < std::min(lanes, records.size()); ++lane) {
    biases_[lane] = records[lane].bias;
    multipliers_[lane] = records[lane].multiplier;
    halves_[lane] = half_of(records[lane]);
    shifts_[lane] = records[lane].shift;
  }
}

void RequantizerLanes::fill(const kasane_channel_parameters& record, std::size_t lanes) {
  biases_.assign(lanes, record.bias);
  multipliers_.assign(lanes, record.multiplier);
  halves_.assign(lanes, half_of(record));
  shifts_.assign(lanes, record.shift);
}

void RequantizerLanes::apply(const std::int32_t* sums, std::size_t rows, std::uint32_t accumulator_bits,
                             const ActivationRange& range, std::uint8_t* activations) const {
  HWY_DYNAMIC_DISPATCH(requantize)
  ({.sums = sums,
    .rows = rows,
    .lanes = lanes(),
    .unused_bits = static_cast<int>(32 - accumulator_bits),
    .biases = biases_.data(),
    .multipliers = multipliers_.data(),
    .halves = halves_.data(),
    .shifts = shifts_.data(),
    .range = range,
    .activations = activations});
}

}  // namespace kasane
#endif
