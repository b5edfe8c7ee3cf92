/// The outer products, compiled once for every instruction set.
#include <algorithm>
#include <utility>

#include "models/cartesian_array/function.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "models/cartesian_array/accumulate.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#ifndef KASANE_CARTESIAN_ACCUMULATE_SHARED
#define KASANE_CARTESIAN_ACCUMULATE_SHARED
namespace kasane::cartesian {
/// Pixel p's activation of step k is patch[windows[p] + steps[k]].
struct OuterProducts {
  const std::int16_t* patch;
  const std::uint32_t* windows;
  const std::uint32_t* steps;
  std::size_t pixels;
  std::size_t step_count;
  const std::int16_t* weights;  ///< (step, lane)
  std::int32_t* sums;           ///< (pixel, lane)
  std::size_t lanes;
};

/// The most products that 16 bits hold is 511, of -8 × -8; as many steps' weights stay in a first-level
/// cache.
inline constexpr std::size_t steps_at_once = 256;
static_assert(steps_at_once * 8 * 8 <= 32767);
}  // namespace kasane::cartesian
#endif

HWY_BEFORE_NAMESPACE();
namespace kasane::cartesian::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// The weights of one step, or a part of them.
template <std::size_t lanes>
using Products = hn::CappedTag<std::int16_t, lanes>;

/// Adds one vector of a pixel's 16-bit sums to those of 32 bits.
template <std::size_t lanes>
HWY_INLINE void widen(hn::Vec<Products<lanes>> vector, std::int32_t* sums) {
  const hn::CappedTag<std::int32_t, lanes> wide;
  const hn::Rebind<std::int16_t, decltype(wide)> part;
  HWY_ALIGN std::int16_t values[lanes];
  hn::Store(vector, Products<lanes>(), values);
  for (std::size_t lane = 0; lane < hn::Lanes(Products<lanes>()); lane += hn::Lanes(wide)) {
    const auto sum = hn::LoadU(wide, sums + lane);
    hn::StoreU(hn::Add(sum, hn::PromoteTo(wide, hn::LoadU(part, values + lane))), wide, sums + lane);
  }
}

/// Some pixels at a time, so that a vector of weights is loaded once for all of them.
template <std::size_t lanes, std::size_t... P>
HWY_INLINE void multiply_pixels(const OuterProducts& job, std::size_t pixel, std::size_t lane,
                                std::index_sequence<P...>) {
  const Products<lanes> tag;
  const std::int16_t* inputs[] = {job.patch + job.windows[pixel + P]...};
  hn::Vec<Products<lanes>> sums[] = {(static_cast<void>(P), hn::Zero(tag))...};
  const std::int16_t* weights = job.weights + lane;
  for (std::size_t step = 0; step < job.step_count; ++step, weights += job.lanes) {
    const auto vector = hn::LoadU(tag, weights);
    const std::size_t at = job.steps[step];
    ((sums[P] = hn::Add(sums[P], hn::Mul(hn::Set(tag, inputs[P][at]), vector))), ...);
  }
  (widen<lanes>(sums[P], job.sums + (pixel + P) * job.lanes + lane), ...);
}

template <std::size_t lanes>
HWY_INLINE void multiply(const OuterProducts& job) {
  for (std::size_t lane = 0; lane < job.lanes; lane += hn::Lanes(Products<lanes>())) {
    std::size_t pixel = 0;
    for (; pixel + 8 <= job.pixels; pixel += 8) {
      multiply_pixels<lanes>(job, pixel, lane, std::make_index_sequence<8>());
    }
    for (; pixel + 4 <= job.pixels; pixel += 4) {
      multiply_pixels<lanes>(job, pixel, lane, std::make_index_sequence<4>());
    }
    for (; pixel < job.pixels; ++pixel) {
      multiply_pixels<lanes>(job, pixel, lane, std::make_index_sequence<1>());
    }
  }
}

void outer_products(const OuterProducts& job) {
  if (job.lanes == 8) {
    multiply<8>(job);
  } else if (job.lanes == 16) {
    multiply<16>(job);
  } else {
    multiply<32>(job);
  }
}

}  // namespace kasane::cartesian::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kasane::cartesian {
HWY_EXPORT(outer_products);

void accumulate(const InputPatch& patch, std::span<const std::uint32_t> windows,
                std::span<const std::uint32_t> steps, const StepWeights& weights, Sums& sums) {
  const auto add_outer_products = HWY_DYNAMIC_DISPATCH(outer_products);
  for (std::size_t first = 0; first < steps.size(); first += steps_at_once) {
    add_outer_products({.patch = patch.data(),
                        .windows = windows.data(),
                        .steps = steps.data() + first,
                        .pixels = sums.pixels(),
                        .step_count = std::min(steps_at_once, steps.size() - first),
                        .weights = weights.data() + first * sums.lanes(),
                        .sums = sums.data(),
                        .lanes = sums.lanes()});
  }
}

}  // namespace kasane::cartesian
#endif
