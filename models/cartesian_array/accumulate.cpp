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

/// Some pixels and `vectors` of lanes at a time, in registers: as many as there are I.
template <std::size_t lanes, std::size_t vectors, std::size_t... I>
HWY_INLINE void multiply_pixels(const OuterProducts& job, std::size_t pixel, std::size_t lane,
                                std::index_sequence<I...>) {
  const Products<lanes> tag;
  const std::size_t vector = hn::Lanes(tag);
  const std::int16_t* inputs[] = {job.patch + job.windows[pixel + I / vectors]...};
  hn::Vec<Products<lanes>> sums[] = {(static_cast<void>(I), hn::Zero(tag))...};
  const std::int16_t* weights = job.weights + lane;
  for (std::size_t step = 0; step < job.step_count; ++step, weights += job.lanes) {
    const std::size_t at = job.steps[step];
    ((sums[I] = hn::Add(
          sums[I], hn::Mul(hn::Set(tag, inputs[I][at]), hn::LoadU(tag, weights + I % vectors * vector)))),
     ...);
  }
  (widen<lanes>(sums[I], job.sums + (pixel + I / vectors) * job.lanes + lane + I % vectors * vector), ...);
}

/// All pixels, and `vectors` of lanes from `lane` on.
template <std::size_t lanes, std::size_t vectors>
HWY_INLINE void multiply_lanes(const OuterProducts& job, std::size_t lane) {
  // With two vectors eight sums: more would not stay in sixteen registers.
  constexpr std::size_t together = 4;
  std::size_t pixel = 0;
  for (; pixel + together <= job.pixels; pixel += together) {
    multiply_pixels<lanes, vectors>(job, pixel, lane, std::make_index_sequence<together * vectors>());
  }
  for (; pixel < job.pixels; ++pixel) {
    multiply_pixels<lanes, vectors>(job, pixel, lane, std::make_index_sequence<vectors>());
  }
}

template <std::size_t lanes>
HWY_INLINE void multiply(const OuterProducts& job) {
  const std::size_t vector = hn::Lanes(Products<lanes>());
  std::size_t lane = 0;
  for (; lane + 2 * vector <= job.lanes; lane += 2 * vector) multiply_lanes<lanes, 2>(job, lane);
  for (; lane < job.lanes; lane += vector) multiply_lanes<lanes, 1>(job, lane);
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
