#include "sw/compiler/int4_weights.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <numeric>

#include "kasane/cartesian_array.h"

namespace kasane::compiler {
namespace {

constexpr int largest_level = 7;

/// Nearest level; halves go away from zero.
int level(double value) {
  const double within = std::clamp<double>(value, -largest_level, largest_level);
  return static_cast<int>(within + std::copysign(0.5, within));
}

/// Integers on a first scale, and the scale that fits them best.
struct Fit {
  double scale = 1;
  double squared_error = 0;
};

Fit fit(std::span<const float> weights, double scale, double power) {
  const double steps = 1 / scale;
  double product = 0;
  double squares = 0;
  for (const double weight : weights) {
    const int integer = level(weight * steps);
    product += weight * integer;
    squares += integer * integer;
  }
  return {product / squares, power - product * product / squares};
}

/// The first scale for the integers of least error; all candidates keep the largest weight above zero.
double best_first_scale(std::span<const float> weights, double largest) {
  const double power =
      std::accumulate(weights.begin(), weights.end(), 0.0, [](double sum, double w) { return sum + w * w; });
  const double exact = power * 0x1p-40;  // float weights on a grid miss it by 2^-24 of themselves
  double best = 0;
  double least = std::numeric_limits<double>::infinity();
  const auto consider = [&](double scale) {
    const double error = fit(weights, scale, power).squared_error;
    if (error >= least) return;
    best = scale;
    least = error;
  };
  for (int q = 1; q <= largest_level && least > exact; ++q) consider(largest / q);
  constexpr int steps = 64;
  for (int i = 1; i <= steps * 3 / 4 && least > exact; ++i)
    consider(largest / largest_level * (steps - i) / steps);
  return best;
}

}  // namespace

void rescale_int4_channel(std::span<const float> weights, double scale, std::span<std::int8_t> code) {
  for (std::size_t i = 0; i < weights.size(); ++i)
    code[i] = static_cast<std::int8_t>(level(weights[i] * (1 / scale)));
}

void append_int4_channel(std::span<const float> weights, Int4Weights& code) {
  const std::size_t first = code.weights.size();
  code.weights.resize(first + weights.size());
  double largest = 0;
  for (const float weight : weights) largest = std::max<double>(largest, std::abs(weight));
  if (largest == 0) {
    code.scales.push_back(1);
    return;
  }
  const double scale = best_first_scale(weights, largest);
  rescale_int4_channel(weights, scale, std::span(code.weights).subspan(first));
  code.scales.push_back(fit(weights, scale, 0).scale);
}

Int4Weights quantize_int4(std::span<const float> weights, std::size_t channels) {
  Int4Weights code;
  code.weights.reserve(weights.size());
  const std::size_t size = weights.size() / channels;
  for (std::size_t channel = 0; channel < channels; ++channel)
    append_int4_channel(weights.subspan(channel * size, size), code);
  return code;
}

bool fits_accumulator(std::span<const std::int8_t> channel) {
  std::int64_t magnitude = 0;
  for (const std::int8_t weight : channel) magnitude += std::abs(weight);
  return magnitude * 8 < std::int64_t{1} << (KASANE_CARTESIAN_ACCUMULATOR_BITS - 1);
}

}  // namespace kasane::compiler
