#include "tests/reference/random_shapes.h"

namespace kasane::reference {

uint32_t size_up_to(Random& random, uint32_t largest) {
  return static_cast<uint32_t>(random.between(1, largest));
}

Axis random_axis(Random& random, const LayerLimits& limits, bool dilated, uint32_t kernel) {
  while (true) {
    Axis axis{};
    axis.input = size_up_to(random, limits.extent);
    axis.kernel = kernel != 0 ? kernel : random.one_in(4) ? 1 : size_up_to(random, limits.kernel);
    axis.stride = random.one_in(2) ? 1 : size_up_to(random, limits.stride);
    axis.dilation = dilated && random.one_in(3) ? size_up_to(random, limits.dilation) : 1;
    const uint32_t window = (axis.kernel - 1) * axis.dilation + 1;
    axis.pad = random.one_in(3) ? 0 : static_cast<uint32_t>(random.between(0, window - 1));
    const uint32_t pad_after =
        random.one_in(3) ? axis.pad : static_cast<uint32_t>(random.between(0, window - 1));
    const uint32_t padded = axis.input + axis.pad + pad_after;
    if (padded < window) continue;
    axis.output = (padded - window) / axis.stride + 1;
    return axis;
  }
}

Axis random_free_axis(Random& random, const LayerLimits& limits, uint32_t kernel) {
  Axis axis = random_axis(random, limits, true, kernel);
  if (random.one_in(16)) axis.pad += size_up_to(random, 8);
  if (random.one_in(16)) axis.output += size_up_to(random, 4);
  return axis;
}

}  // namespace kasane::reference
