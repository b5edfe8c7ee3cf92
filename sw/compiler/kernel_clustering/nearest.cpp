/// The search for the nearest direction, compiled once for every instruction set. Products are summed element
/// by element in one order and never fused, so that all of them give the same bits.
#include "sw/compiler/kernel_clustering/nearest.h"

#include <stdexcept>
#include <string>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sw/compiler/kernel_clustering/nearest.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#ifndef KASANE_NEAREST_SHARED
#define KASANE_NEAREST_SHARED
namespace kasane::compiler {
struct NearestSearch {
  const float* elements;  ///< blocks of DirectionSet
  std::size_t blocks;
  std::size_t dimension;
  const float* directions;  ///< count * dimension
  std::int32_t count;
  Sign sign;
  std::int32_t* best;  ///< for each lane of each block: index of its direction
  float* cosines;      ///< likewise, to this direction
};
}  // namespace kasane::compiler
#endif

HWY_BEFORE_NAMESPACE();
namespace kasane::compiler::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using Floats = hn::CappedTag<float, DirectionSet::lanes>;
using Indices = hn::RebindToSigned<Floats>;

template <std::size_t dimension, Sign sign>
HWY_INLINE void search_lanes(const NearestSearch& search, const float* elements, std::int32_t* best,
                             float* cosines) {
  const Floats floats;
  const Indices indices;
  auto closest = hn::Set(floats, -2.0F);  // largest cosine or |cosine| so far
  auto signed_closest = closest;
  auto index = hn::Zero(indices);
  const float* direction = search.directions;
  for (std::int32_t d = 0; d < search.count; ++d, direction += dimension) {
    auto cosine = hn::Zero(floats);
    for (std::size_t e = 0; e < dimension; ++e) {
      const auto kernels = hn::LoadU(floats, elements + e * DirectionSet::lanes);
      cosine = hn::Add(cosine, hn::Mul(kernels, hn::Set(floats, direction[e])));
    }
    const auto closeness = sign == Sign::ignored ? hn::Abs(cosine) : cosine;
    const auto closer = hn::Gt(closeness, closest);
    closest = hn::IfThenElse(closer, closeness, closest);
    signed_closest = hn::IfThenElse(closer, cosine, signed_closest);
    index = hn::IfThenElse(hn::RebindMask(indices, closer), hn::Set(indices, d), index);
  }
  hn::StoreU(index, indices, best);
  hn::StoreU(signed_closest, floats, cosines);
}

template <std::size_t dimension, Sign sign>
HWY_INLINE void search_blocks(const NearestSearch& search) {
  constexpr std::size_t lanes = DirectionSet::lanes;
  for (std::size_t block = 0; block < search.blocks; ++block)
    for (std::size_t lane = 0; lane < lanes; lane += hn::Lanes(Floats()))
      search_lanes<dimension, sign>(search, search.elements + block * dimension * lanes + lane,
                                    search.best + block * lanes + lane,
                                    search.cosines + block * lanes + lane);
}

template <std::size_t dimension>
HWY_INLINE void search_size(const NearestSearch& search) {
  if (search.sign == Sign::ignored)
    search_blocks<dimension, Sign::ignored>(search);
  else
    search_blocks<dimension, Sign::matters>(search);
}

void search_nearest(const NearestSearch& search) {
  switch (search.dimension) {
    case 9:
      return search_size<9>(search);
    case 25:
      return search_size<25>(search);
    case 49:
      return search_size<49>(search);
    default:
      throw std::invalid_argument("find_nearest: kernels of " + std::to_string(search.dimension) +
                                  " elements, expected 9, 25 or 49");
  }
}

}  // namespace kasane::compiler::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kasane::compiler {

HWY_EXPORT(search_nearest);

std::vector<Nearest> find_nearest(const DirectionSet& set, std::span<const float> directions, Sign sign) {
  const std::size_t dimension = set.dimension();
  std::vector<float> cosines(set.blocks() * DirectionSet::lanes);
  std::vector<std::int32_t> best(set.blocks() * DirectionSet::lanes);
  HWY_DYNAMIC_DISPATCH(search_nearest)
  ({.elements = set.block(0),
    .blocks = set.blocks(),
    .dimension = dimension,
    .directions = directions.data(),
    .count = static_cast<std::int32_t>(directions.size() / dimension),
    .sign = sign,
    .best = best.data(),
    .cosines = cosines.data()});
  std::vector<Nearest> nearest(set.size());
  for (std::size_t i = 0; i < set.size(); ++i) nearest[i] = {static_cast<std::uint32_t>(best[i]), cosines[i]};
  return nearest;
}

}  // namespace kasane::compiler
#endif
