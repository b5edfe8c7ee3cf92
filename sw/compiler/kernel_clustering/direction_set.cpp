#include "sw/compiler/kernel_clustering/direction_set.h"

#include <array>
#include <cmath>
#include <stdexcept>

namespace kasane::compiler {
namespace {

constexpr std::size_t lanes = DirectionSet::lanes;

/// For each kernel of one block the index of its best direction. The loops over lanes have fixed length and
/// no branch, so that they become vector instructions; the order of additions is fixed, so that results are
/// the same anywhere.
template <std::size_t dimension, Sign sign>
std::array<std::int32_t, lanes> best_of_block(const float* block, std::span<const float> directions) {
  std::array<std::int32_t, lanes> best{};
  std::array<float, lanes> best_closeness;
  best_closeness.fill(-2);
  const auto count = static_cast<std::int32_t>(directions.size() / dimension);
  for (std::int32_t d = 0; d < count; ++d) {
    const float* direction = directions.data() + static_cast<std::size_t>(d) * dimension;
    std::array<float, lanes> cosine{};
    for (std::size_t e = 0; e < dimension; ++e)
      for (std::size_t l = 0; l < lanes; ++l) cosine[l] += block[e * lanes + l] * direction[e];
    for (std::size_t l = 0; l < lanes; ++l) {
      const float closeness = sign == Sign::ignored ? std::fabs(cosine[l]) : cosine[l];
      best[l] = closeness > best_closeness[l] ? d : best[l];
      best_closeness[l] = closeness > best_closeness[l] ? closeness : best_closeness[l];
    }
  }
  return best;
}

template <std::size_t dimension, Sign sign>
std::vector<Nearest> nearest_of_all(const DirectionSet& set, std::span<const float> directions) {
  std::vector<Nearest> nearest;
  nearest.reserve(set.blocks() * lanes);
  for (std::size_t b = 0; b < set.blocks(); ++b) {
    const auto best = best_of_block<dimension, sign>(set.block(b), directions);
    for (std::size_t l = 0; l < lanes; ++l) {
      const float* direction = directions.data() + static_cast<std::size_t>(best[l]) * dimension;
      float cosine = 0;
      for (std::size_t e = 0; e < dimension; ++e) cosine += set.block(b)[e * lanes + l] * direction[e];
      nearest.push_back({static_cast<std::uint32_t>(best[l]), cosine});
    }
  }
  nearest.resize(set.size());
  return nearest;
}

template <std::size_t dimension>
std::vector<Nearest> with_sign(const DirectionSet& set, std::span<const float> directions, Sign sign) {
  return sign == Sign::ignored ? nearest_of_all<dimension, Sign::ignored>(set, directions)
                               : nearest_of_all<dimension, Sign::matters>(set, directions);
}

}  // namespace

void DirectionSet::add(std::span<const float> elements, double norm) {
  if (size_ % lanes == 0) elements_.resize(elements_.size() + dimension_ * lanes, 0.0F);
  for (std::size_t e = 0; e < dimension_; ++e)
    elements_[position(size_, e)] = static_cast<float>(elements[e] / norm);
  ++size_;
}

std::vector<float> DirectionSet::direction(std::size_t index) const {
  std::vector<float> direction(dimension_);
  for (std::size_t e = 0; e < dimension_; ++e) direction[e] = element(index, e);
  return direction;
}

std::vector<Nearest> find_nearest(const DirectionSet& set, std::span<const float> directions, Sign sign) {
  switch (set.dimension()) {
    case 9:
      return with_sign<9>(set, directions, sign);
    case 25:
      return with_sign<25>(set, directions, sign);
    case 49:
      return with_sign<49>(set, directions, sign);
    default:
      throw std::invalid_argument("find_nearest: kernels of " + std::to_string(set.dimension()) +
                                  " elements, expected 9, 25 or 49");
  }
}

}  // namespace kasane::compiler
