/// A physical quantity as its source gives it: a value between bounds.
#pragma once

namespace kasane {

/// `value` is what the model counts with, the table's figure at the chosen corner; `low` and `high` are the
/// table's bounds. Arithmetic works on the three alike: bounds add linearly, which means that all parts stand
/// at the same bound at once. So a sum's bounds are exactly what the sum is with the table at that corner,
/// and the widest that the parts allow.
struct Figure {
  double value = 0;
  double low = 0;
  double high = 0;

  /// What is known without doubt.
  static constexpr Figure exact(double value) { return {value, value, value}; }

  constexpr Figure& operator+=(const Figure& other) {
    value += other.value;
    low += other.low;
    high += other.high;
    return *this;
  }
  /// The difference at each bound: of quantities that move together, such as two states of one device. Its
  /// bounds need not be in order.
  constexpr Figure& operator-=(const Figure& other) {
    value -= other.value;
    low -= other.low;
    high -= other.high;
    return *this;
  }
  constexpr Figure& operator*=(double factor) {
    value *= factor;
    low *= factor;
    high *= factor;
    return *this;
  }
  constexpr Figure& operator/=(double divisor) {
    value /= divisor;
    low /= divisor;
    high /= divisor;
    return *this;
  }

  friend constexpr Figure operator+(Figure left, const Figure& right) { return left += right; }
  friend constexpr Figure operator-(Figure left, const Figure& right) { return left -= right; }
  friend constexpr Figure operator*(Figure figure, double factor) { return figure *= factor; }
  friend constexpr Figure operator*(double factor, Figure figure) { return figure *= factor; }
  friend constexpr Figure operator/(Figure figure, double divisor) { return figure /= divisor; }
  friend constexpr bool operator==(const Figure&, const Figure&) = default;
};

}  // namespace kasane
