/// Sums whose own rounding stays far below what is checked.
#pragma once

#include <algorithm>
#include <cmath>

namespace kasane::checks {

/// Neumaier's compensated sum: the error is a rounding or two of the result, however many terms there are.
class ExactSum {
 public:
  void add(double term) {
    const double next = sum_ + term;
    rest_ += std::abs(sum_) >= std::abs(term) ? (sum_ - next) + term : (term - next) + sum_;
    sum_ = next;
  }
  double value() const { return sum_ + rest_; }

 private:
  double sum_ = 0;
  double rest_ = 0;
};

/// |found - expected| relative to the larger of the two; 0 where both are 0, infinite where one is not
/// finite.
inline double deviation(double expected, double found) {
  if (!std::isfinite(expected) || !std::isfinite(found)) return INFINITY;
  const double size = std::max(std::abs(expected), std::abs(found));
  return size == 0 ? 0 : std::abs(found - expected) / size;
}

/// What equal means for energies and powers: the law of platform/trace/README.md.
inline constexpr double tolerance = 1e-9;

inline bool equal(double expected, double found) {
  return deviation(expected, found) <= tolerance;
}

}  // namespace kasane::checks
