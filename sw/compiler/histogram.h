/// A histogram whose range grows with the data, so that one pass over the data suffices.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sw/compiler/calibration.h"

namespace kasane::compiler {

/// Bins cover -limit ... limit evenly; a value outside doubles the limit by merging neighbouring bins.
class Histogram {
 public:
  static constexpr std::size_t bin_count = 4096;

  void add(std::span<const float> values);

  Range min_max() const { return {low_, high_}; }
  /// Leaves out at most `tail` (a fraction) of the values at each end.
  Range percentile(double tail) const;
  /// Least mean squared error of `steps` steps over the range, counting rounding and clipping. Fine steps
  /// round with an error of step^2 / 12 on average; of coarse ones each value's own distance counts, for the
  /// zeros that Relu makes have none.
  Range least_squared_error(std::int32_t steps) const;

 private:
  void grow();
  double bin_centre(std::size_t bin) const;
  double squared_error(const Range& range, std::int32_t steps) const;

  std::vector<std::uint64_t> bins_ = std::vector<std::uint64_t>(bin_count);
  double limit_ = 0x1p-10;
  double low_ = 0;
  double high_ = 0;
};

}  // namespace kasane::compiler
