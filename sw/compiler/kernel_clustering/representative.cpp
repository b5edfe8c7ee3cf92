#include "sw/compiler/kernel_clustering/representative.h"

#include <algorithm>
#include <cmath>

namespace kasane::compiler {
namespace {

/// Scales tried between the smallest and the largest that round the largest magnitude to its value.
constexpr int scale_steps = 64;

std::vector<std::int8_t> round_scaled(std::span<const float> direction, double scale) {
  std::vector<std::int8_t> constants;
  for (const float element : direction)
    constants.push_back(static_cast<std::int8_t>(std::round(element * scale)));
  return constants;
}

/// Proportional to the cosine between the two.
double alignment(std::span<const float> direction, const std::vector<std::int8_t>& constants) {
  double product = 0, square = 0;
  for (std::size_t e = 0; e < constants.size(); ++e) {
    product += double{direction[e]} * constants[e];
    square += constants[e] * constants[e];
  }
  return product / std::sqrt(square);
}

}  // namespace

std::vector<std::int8_t> quantise_direction(std::span<const float> direction, std::uint32_t constant_bits) {
  const int largest_constant = (1 << (constant_bits - 1)) - 1;
  double largest = 0;
  for (const float element : direction) largest = std::max(largest, std::fabs(double{element}));
  std::vector<std::int8_t> best = round_scaled(direction, largest_constant / largest);
  for (int step = 0; step < scale_steps; ++step) {
    // From largest_constant - 1/2 upwards, without reaching largest_constant + 1/2.
    const double target = largest_constant - 0.5 + (step + 0.5) / scale_steps;
    std::vector<std::int8_t> constants = round_scaled(direction, target / largest);
    if (alignment(direction, constants) > alignment(direction, best)) best = std::move(constants);
  }
  return best;
}

}  // namespace kasane::compiler
