/// Sums of operands, compiled once for every instruction set.
///
/// A kept weight adds or subtracts one vector after the other of the lanes' operands, in 16 bits as long as
/// these cannot overflow; what is masked off costs nothing. Bands of a few pixels leave lanes of vectors
/// empty: there a vector holds one pixel's operands of successive weights instead.
#include "models/hiddenite/accumulate.h"

#include <algorithm>
#include <array>
#include <utility>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "models/hiddenite/accumulate.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "models/hiddenite/bits-inl.h"

#ifndef KASANE_HIDDENITE_ACCUMULATE_SHARED
#define KASANE_HIDDENITE_ACCUMULATE_SHARED
namespace kasane::hiddenite {
inline constexpr std::size_t most_lanes = 32;  ///< of a vector of operands
static_assert(most_lanes <= InputPatch::slack);

/// The most operands that 16 bits hold the sum of: each is -255 ... 255.
inline constexpr std::size_t sums_at_once = 128;
static_assert(sums_at_once * 255 <= 32767);

/// Some successive weights of one output.
struct Weights {
  const std::uint64_t* kept;
  const std::uint64_t* negative;
  std::size_t first;
  std::size_t count;
};

/// Where the operands of kept weights lie: those that are added and those that are subtracted.
struct Operands {
  const std::uint32_t* plus;
  const std::uint32_t* plus_end;
  const std::uint32_t* minus;
  const std::uint32_t* minus_end;
};

struct LaneSums {
  const std::int16_t* values;
  Operands operands;
  std::int32_t* sums;
};
}  // namespace kasane::hiddenite
#endif

HWY_BEFORE_NAMESPACE();
namespace kasane::hiddenite::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Values = hn::CappedTag<std::int16_t, most_lanes>;
using Wide = hn::CappedTag<std::int32_t, most_lanes>;
using Vector = hn::Vec<Values>;

/// Writes the places of those weights whose bit is set from `to` on; returns the end.
HWY_INLINE std::uint32_t* append_each(std::uint64_t bits, const std::uint32_t* places, std::uint32_t* to) {
  for (; bits != 0; bits &= bits - 1) *to++ = places[hwy::Num0BitsBelowLS1Bit_Nonzero64(bits)];
  return to;
}

/// Likewise of 64 weights.
HWY_INLINE std::uint32_t* append(std::uint64_t bits, const std::uint32_t* places, std::uint32_t* to) {
#if HWY_TARGET <= HWY_AVX3  // with an instruction for it; others look up how to shuffle, which takes longer
  const hn::CappedTag<std::uint32_t, 16> tag;
  for (std::size_t lane = 0; lane < 64; lane += hn::Lanes(tag), bits >>= hn::Lanes(tag)) {
    // Compressed in a register: storing under a mask is slow on some processors.
    hn::StoreU(hn::Compress(hn::LoadU(tag, places + lane), mask_of(tag, bits)), tag, to);
    to += hwy::PopCount(bits & ((std::uint64_t{1} << hn::Lanes(tag)) - 1));
  }
  return to;
#else
  return append_each(bits, places, to);
#endif
}

/// `places`: of each weight's operand.
Operands list_operands(const Weights& weights, const std::uint32_t* places, std::uint32_t* plus,
                       std::uint32_t* minus) {
  Operands operands{plus, plus, minus, minus};
  const std::uint64_t* const all_kept = weights.kept;
  const std::uint64_t* const all_negative = weights.negative;
  std::size_t first = weights.first;
  std::size_t count = weights.count;
  for (; count >= 64; count -= 64, first += 64, places += 64) {
    const std::uint64_t negative = bits_from(all_negative, first);
    plus = append(bits_from(all_kept, first) & ~negative, places, plus);
    minus = append(negative, places, minus);
  }
  const std::uint64_t inside = (std::uint64_t{1} << count) - 1;
  const std::uint64_t negative = bits_from(all_negative, first) & inside;
  operands.plus_end = append_each(bits_from(all_kept, first) & inside & ~negative, places, plus);
  operands.minus_end = append_each(negative, places, minus);
  return operands;
}

/// Adds a vector of 16-bit sums to those of 32 bits.
HWY_INLINE void widen(Vector vector, std::int32_t* sums) {
  const Wide wide;
  const hn::Rebind<std::int16_t, Wide> part;
  HWY_ALIGN std::int16_t values[most_lanes];
  hn::Store(vector, Values(), values);
  for (std::size_t lane = 0; lane < hn::Lanes(Values()); lane += hn::Lanes(wide)) {
    const auto sum = hn::LoadU(wide, sums + lane);
    hn::StoreU(hn::Add(sum, hn::PromoteTo(wide, hn::LoadU(part, values + lane))), wide, sums + lane);
  }
}

/// As many vectors of lanes from `lane` on, in registers, as there are I.
template <std::size_t... I>
HWY_INLINE void add_vectors(const LaneSums& job, std::size_t lane, std::index_sequence<I...>) {
  const Values tag;
  const std::size_t lanes = hn::Lanes(tag);
  const std::int16_t* const values = job.values + lane;
  auto [plus, plus_end, minus, minus_end] = job.operands;
  while (plus != plus_end || minus != minus_end) {
    Vector sums[] = {(static_cast<void>(I), hn::Zero(tag))...};
    const std::uint32_t* const plus_stop =
        plus + std::min(sums_at_once, static_cast<std::size_t>(plus_end - plus));
    const std::size_t left = sums_at_once - static_cast<std::size_t>(plus_stop - plus);
    const std::uint32_t* const minus_stop =
        minus + std::min(left, static_cast<std::size_t>(minus_end - minus));
    for (; plus != plus_stop; ++plus) {
      const std::int16_t* const operand = values + *plus;
      ((sums[I] = hn::Add(sums[I], hn::LoadU(tag, operand + I * lanes))), ...);
    }
    for (; minus != minus_stop; ++minus) {
      const std::int16_t* const operand = values + *minus;
      ((sums[I] = hn::Sub(sums[I], hn::LoadU(tag, operand + I * lanes))), ...);
    }
    (widen(sums[I], job.sums + lane + I * lanes), ...);
  }
}

template <std::size_t vectors>
void add_block(const LaneSums& job, std::size_t lane) {
  add_vectors(job, lane, std::make_index_sequence<vectors>());
}

/// More than eight sums would not stay in sixteen registers.
constexpr std::array blocks{add_block<1>, add_block<2>, add_block<3>, add_block<4>,
                            add_block<5>, add_block<6>, add_block<7>, add_block<8>};

/// Adds the operands of one output's kept weights to the sums of so many lanes, rounded up to vectors.
void add_lanes(const LaneSums& job, std::size_t lanes) {
  const std::size_t vector = hn::Lanes(Values());
  const std::size_t vectors = (lanes + vector - 1) / vector;
  const std::size_t parts = (vectors + blocks.size() - 1) / blocks.size();
  // Parts of about equal size: a block of one vector takes more than its share of time.
  for (std::size_t part = 0; part < parts; ++part) {
    const std::size_t first = vectors * part / parts;
    const std::size_t end = vectors * (part + 1) / parts;
    blocks[end - first - 1](job, first * vector);
  }
}

/// +1, 0 and -1 of as many weights as a vector has lanes.
HWY_INLINE Vector signs(std::uint64_t kept, std::uint64_t negative) {
  const Values tag;
  const auto minus = hn::VecFromMask(tag, mask_of(tag, negative));  // -1 where the bit is set
  return hn::Sub(hn::Add(minus, minus), hn::VecFromMask(tag, mask_of(tag, kept)));
}

/// The sum of one pixel's operands, each with its weight; `operands` may be read up to a whole vector.
std::int32_t sum_products(const Weights& weights, const std::int16_t* operands) {
  const Values tag;
  const hn::CappedTag<std::int32_t, most_lanes / 2> wide;
  const std::size_t lanes = hn::Lanes(tag);
  auto even = hn::Zero(wide);
  auto odd = hn::Zero(wide);
  for (std::size_t at = 0; at < weights.count; at += lanes) {
    std::uint64_t kept = bits_from(weights.kept, weights.first + at);
    std::uint64_t negative = bits_from(weights.negative, weights.first + at);
    if (weights.count - at < lanes) {
      const std::uint64_t inside = (std::uint64_t{1} << (weights.count - at)) - 1;
      kept &= inside;
      negative &= inside;
    }
    even =
        hn::ReorderWidenMulAccumulate(wide, hn::LoadU(tag, operands + at), signs(kept, negative), even, odd);
  }
  return hn::GetLane(hn::SumOfLanes(wide, hn::Add(even, odd)));
}

}  // namespace kasane::hiddenite::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kasane::hiddenite {
HWY_EXPORT(list_operands);
HWY_EXPORT(add_lanes);
HWY_EXPORT(sum_products);

namespace {

Weights weights_of(const TileWeights& tile, std::uint32_t output, std::uint32_t first, std::size_t count) {
  return {.kept = tile.kept().words(),
          .negative = tile.negative().words(),
          .first = std::size_t{output} * tile.weights_an_output() + first,
          .count = count};
}

}  // namespace

void Sums::clear(std::uint32_t outputs, const PixelLanes& pixels) {
  outputs_ = outputs;
  pixels_ = pixels;
  pitch_ = (std::size_t{pixels.lanes()} + most_lanes - 1) / most_lanes * most_lanes;
  values_.assign(outputs * pitch_, 0);
}

void Accumulation::add(const InputPatch& patch, const TileWeights& tile, std::uint32_t first, Sums& sums) {
  if (patch.few_pixels()) {
    add_products(patch, tile, first, sums);
  } else {
    add_shifted(patch, tile, first, sums);
  }
}

void Accumulation::add_shifted(const InputPatch& patch, const TileWeights& tile, std::uint32_t first,
                               Sums& sums) {
  const auto list = HWY_DYNAMIC_DISPATCH(list_operands);
  const auto add = HWY_DYNAMIC_DISPATCH(add_lanes);
  const std::size_t count = patch.operands().size();
  plus_.resize(count + most_lanes);  // room for a whole vector's store
  minus_.resize(count + most_lanes);
  for (std::uint32_t output = 0; output < tile.outputs(); ++output) {
    const Operands operands =
        list(weights_of(tile, output, first, count), patch.operands().data(), plus_.data(), minus_.data());
    add({.values = patch.values(), .operands = operands, .sums = sums.data() + output * sums.pitch()},
        patch.pixels().lanes());
  }
}

void Accumulation::add_products(const InputPatch& patch, const TileWeights& tile, std::uint32_t first,
                                Sums& sums) {
  const auto sum = HWY_DYNAMIC_DISPATCH(sum_products);
  for (std::uint32_t output = 0; output < tile.outputs(); ++output) {
    const Weights weights = weights_of(tile, output, first, patch.operands().size());
    for (std::uint32_t pixel = 0; pixel < patch.pixels().pixels(); ++pixel) {
      sums.data()[output * sums.pitch() + patch.pixels().lane(pixel)] += sum(weights, patch.window(pixel));
    }
  }
}

}  // namespace kasane::hiddenite
#endif
