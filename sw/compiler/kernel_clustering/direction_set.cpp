#include "sw/compiler/kernel_clustering/direction_set.h"

namespace kasane::compiler {

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

}  // namespace kasane::compiler
