/// From a centroid to the integers that a Kernel Comp Unit is wired with.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace kasane::compiler {

constexpr std::uint32_t min_constant_bits = 2;
constexpr std::uint32_t max_constant_bits = 8;

/// round(direction * s) for the s at the smallest angle to `direction`, of those that give the largest
/// magnitude exactly 2^(bits-1) - 1. The direction is not all zeros.
std::vector<std::int8_t> quantise_direction(std::span<const float> direction, std::uint32_t constant_bits);

}  // namespace kasane::compiler
