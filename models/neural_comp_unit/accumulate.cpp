/// The multiply-accumulate kernel, compiled once for every instruction set.
#include <vector>

#include "models/neural_comp_unit/function.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "models/neural_comp_unit/accumulate.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#ifndef KASANE_NCU_ACCUMULATE_SHARED
#define KASANE_NCU_ACCUMULATE_SHARED
namespace kasane::ncu {
/// One block of outputs over all pixels: word(pixel, k) = patch[pixel_offsets[pixel] + depth_offsets[k]].
struct BlockProduct {
  const std::uint32_t* patch;
  const std::uint32_t* pixel_offsets;
  const std::uint32_t* depth_offsets;
  std::size_t pixels;
  std::size_t depth;
  const std::uint32_t* weights;  ///< depth × output_block
  std::int32_t* sums;
  std::size_t sums_stride;
};
}  // namespace kasane::ncu
#endif

HWY_BEFORE_NAMESPACE();
namespace kasane::ncu::HWY_NAMESPACE {

#if HWY_TARGET == HWY_SCALAR

inline std::int32_t low(std::uint32_t pair) {
  return static_cast<std::int16_t>(pair & 0xFFFF);
}

/// For processors without the vectors that Highway knows.
void multiply_block(const BlockProduct& job) {
  for (std::size_t pixel = 0; pixel < job.pixels; ++pixel) {
    const std::uint32_t* patch = job.patch + job.pixel_offsets[pixel];
    std::int32_t* sums = job.sums + pixel * job.sums_stride;
    const std::uint32_t* weights = job.weights;
    for (std::size_t k = 0; k < job.depth; ++k, weights += output_block) {
      const std::uint32_t pair = patch[job.depth_offsets[k]];
      for (std::uint32_t output = 0; output < output_block; ++output) {
        const std::int32_t products =
            low(pair) * low(weights[output]) + low(pair >> 16) * low(weights[output] >> 16);
        sums[output] = static_cast<std::int32_t>(static_cast<std::uint32_t>(sums[output]) +
                                                 static_cast<std::uint32_t>(products));
      }
    }
  }
}

#else

namespace hn = hwy::HWY_NAMESPACE;

using Sums = hn::CappedTag<std::int32_t, output_block>;
using Pairs = hn::Repartition<std::int16_t, Sums>;

HWY_INLINE hn::Vec<Pairs> load_pairs(const std::uint32_t* words) {
  return hn::BitCast(Pairs(), hn::LoadU(hn::RebindToUnsigned<Sums>(), words));
}

/// Sums of one pixel and one vector of outputs. Two parts, since some instruction sets split the pairs' sums.
struct Column {
  hn::Vec<Sums> low;
  hn::Vec<Sums> high;

  HWY_INLINE Column() : low(hn::Zero(Sums())), high(hn::Zero(Sums())) {}
  HWY_INLINE void multiply(std::uint32_t input, hn::Vec<Pairs> weights) {
    const auto inputs = hn::BitCast(Pairs(), hn::Set(hn::RebindToUnsigned<Sums>(), input));
    low = hn::ReorderWidenMulAccumulate(Sums(), inputs, weights, low, high);
  }
  HWY_INLINE void add_to(std::int32_t* sums) const {
    const auto sum = hn::RearrangeToOddPlusEven(low, high);
    hn::StoreU(hn::Add(hn::LoadU(Sums(), sums), sum), Sums(), sums);
  }
};

/// Eight pixels at a time: a vector of weights is loaded once for all of them.
HWY_INLINE void eight_pixels(const BlockProduct& job, std::size_t pixel, std::size_t lane) {
  const std::uint32_t* offsets = job.pixel_offsets + pixel;
  const std::uint32_t* p0 = job.patch + offsets[0];
  const std::uint32_t* p1 = job.patch + offsets[1];
  const std::uint32_t* p2 = job.patch + offsets[2];
  const std::uint32_t* p3 = job.patch + offsets[3];
  const std::uint32_t* p4 = job.patch + offsets[4];
  const std::uint32_t* p5 = job.patch + offsets[5];
  const std::uint32_t* p6 = job.patch + offsets[6];
  const std::uint32_t* p7 = job.patch + offsets[7];
  Column c0, c1, c2, c3, c4, c5, c6, c7;
  const std::uint32_t* weights = job.weights + lane;
  for (std::size_t k = 0; k < job.depth; ++k, weights += output_block) {
    const auto vector = load_pairs(weights);
    const std::size_t at = job.depth_offsets[k];
    c0.multiply(p0[at], vector);
    c1.multiply(p1[at], vector);
    c2.multiply(p2[at], vector);
    c3.multiply(p3[at], vector);
    c4.multiply(p4[at], vector);
    c5.multiply(p5[at], vector);
    c6.multiply(p6[at], vector);
    c7.multiply(p7[at], vector);
  }
  std::int32_t* sums = job.sums + pixel * job.sums_stride + lane;
  c0.add_to(sums);
  c1.add_to(sums + job.sums_stride);
  c2.add_to(sums + 2 * job.sums_stride);
  c3.add_to(sums + 3 * job.sums_stride);
  c4.add_to(sums + 4 * job.sums_stride);
  c5.add_to(sums + 5 * job.sums_stride);
  c6.add_to(sums + 6 * job.sums_stride);
  c7.add_to(sums + 7 * job.sums_stride);
}

HWY_INLINE void one_pixel(const BlockProduct& job, std::size_t pixel, std::size_t lane) {
  const std::uint32_t* patch = job.patch + job.pixel_offsets[pixel];
  const std::uint32_t* weights = job.weights + lane;
  Column even, odd;
  std::size_t k = 0;
  for (; k + 2 <= job.depth; k += 2, weights += std::size_t{2} * output_block) {
    even.multiply(patch[job.depth_offsets[k]], load_pairs(weights));
    odd.multiply(patch[job.depth_offsets[k + 1]], load_pairs(weights + output_block));
  }
  if (k < job.depth) even.multiply(patch[job.depth_offsets[k]], load_pairs(weights));
  std::int32_t* sums = job.sums + pixel * job.sums_stride + lane;
  even.add_to(sums);
  odd.add_to(sums);
}

void multiply_block(const BlockProduct& job) {
  for (std::size_t lane = 0; lane < output_block; lane += hn::Lanes(Sums())) {
    std::size_t pixel = 0;
    for (; pixel + 8 <= job.pixels; pixel += 8) eight_pixels(job, pixel, lane);
    for (; pixel < job.pixels; ++pixel) one_pixel(job, pixel, lane);
  }
}

#endif

}  // namespace kasane::ncu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kasane::ncu {
HWY_EXPORT(multiply_block);

void accumulate(const PackedPatch& patch, const PackedWeights& weights, const Sliding& sliding,
                std::uint32_t columns, Accumulators& sums) {
  std::vector<std::uint32_t> pixels;
  pixels.reserve(sums.pixels());
  for (std::uint32_t row = 0; row < sums.pixels() / columns; ++row) {
    for (std::uint32_t column = 0; column < columns; ++column) {
      pixels.push_back(row * sliding.stride_height * patch.width() + column * sliding.stride_width);
    }
  }
  std::vector<std::uint32_t> depth;
  depth.reserve(weights.depth());
  for (std::uint32_t pair = 0; pair < patch.pairs(); ++pair) {
    for (std::uint32_t row = 0; row < sliding.kernel_height; ++row) {
      for (std::uint32_t column = 0; column < sliding.kernel_width; ++column) {
        depth.push_back((pair * patch.height() + row * sliding.dilation_height) * patch.width() +
                        column * sliding.dilation_width);
      }
    }
  }
  BlockProduct job{.patch = patch.data(),
                   .pixel_offsets = pixels.data(),
                   .depth_offsets = depth.data(),
                   .pixels = pixels.size(),
                   .depth = depth.size(),
                   .sums_stride = sums.stride()};
  const auto multiply = HWY_DYNAMIC_DISPATCH(multiply_block);
  for (std::uint32_t block = 0; block * output_block < weights.outputs(); ++block) {
    job.weights = weights.block(block);
    job.sums = sums.data() + block * output_block;
    multiply(job);
  }
}

}  // namespace kasane::ncu
#endif
