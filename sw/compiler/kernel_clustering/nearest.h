/// Which of several directions a kernel points to.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sw/compiler/kernel_clustering/direction_set.h"

namespace kasane::compiler {

/// Whether x and -x count as the same shape. They do where each kernel has a gain, which carries the sign.
enum class Sign : std::uint8_t { matters, ignored };

/// The best of several directions for one kernel.
struct Nearest {
  std::uint32_t index = 0;
  float cosine = 0;  ///< signed
};

/// For every kernel the direction of the largest cosine, or of the largest |cosine| if signs are ignored; the
/// lowest index of equal ones. `directions` holds one or more unit vectors, one after the other. Gives the
/// same bits on every processor.
std::vector<Nearest> find_nearest(const DirectionSet& set, std::span<const float> directions, Sign sign);

}  // namespace kasane::compiler
