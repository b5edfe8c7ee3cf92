/// L2-normalised kernels of one size, laid out for comparing all of them with many directions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sw/compiler/kernel_clustering/kernel_slices.h"

namespace kasane::compiler {

class DirectionSet {
 public:
  /// Kernels compared at once: element e of kernel i lies at (i / lanes * dimension + e) * lanes + i % lanes.
  static constexpr std::size_t lanes = 16;

  /// `dimension` is k * k: 9, 25 or 49.
  explicit DirectionSet(std::size_t dimension) : dimension_(dimension) {}

  /// Appends elements / norm; the norm is not 0.
  void add(std::span<const float> elements, double norm);

  std::size_t size() const { return size_; }
  std::size_t dimension() const { return dimension_; }
  float element(std::size_t index, std::size_t e) const { return elements_[position(index, e)]; }
  std::vector<float> direction(std::size_t index) const;
  /// Of `lanes` kernels, element by element; lanes beyond size() are zero.
  const float* block(std::size_t index) const { return elements_.data() + index * dimension_ * lanes; }
  std::size_t blocks() const { return (size_ + lanes - 1) / lanes; }

 private:
  std::size_t position(std::size_t index, std::size_t e) const {
    return (index / lanes * dimension_ + e) * lanes + index % lanes;
  }

  std::size_t dimension_;
  std::size_t size_ = 0;
  std::vector<float> elements_;
};

}  // namespace kasane::compiler
