/// Where in a patch the activations of a pixel and a step lie: what the aligner's shifts amount to.
#include <array>
#include <bit>

#include "kasane/cartesian_array.h"
#include "models/cartesian_array/function.h"

namespace kasane::cartesian {

void window_offsets(const PixelRun& run, const Sliding& sliding, const InputPatch& patch,
                    std::vector<std::uint32_t>& offsets) {
  offsets.resize(run.pixels);
  const std::uint32_t row_step = sliding.stride_height * patch.width();
  std::uint32_t row_begin = run.row * row_step;
  std::uint32_t column = run.column;
  for (std::uint32_t& offset : offsets) {
    offset = row_begin + column * sliding.stride_width;
    if (++column == run.columns) {
      column = 0;
      row_begin += row_step;
    }
  }
}

void step_offsets(std::span<const std::uint64_t> kept, const Sliding& sliding, const InputPatch& patch,
                  std::vector<std::uint32_t>& offsets) {
  std::array<std::uint32_t, KASANE_CARTESIAN_MAX_KERNEL_ELEMENTS> shifts;  // of each coordinate, in a plane
  std::uint32_t* shift = shifts.data();
  for (std::uint32_t row = 0; row < sliding.kernel_height; ++row) {
    for (std::uint32_t column = 0; column < sliding.kernel_width; ++column) {
      *shift++ = row * sliding.dilation_height * patch.width() + column * sliding.dilation_width;
    }
  }
  offsets.clear();
  std::uint32_t plane = 0;
  for (const std::uint64_t bitmap : kept) {
    for (std::uint64_t left = bitmap; left != 0; left &= left - 1) {
      offsets.push_back(plane + shifts[static_cast<std::size_t>(std::countr_zero(left))]);
    }
    plane += patch.height() * patch.width();
  }
}

}  // namespace kasane::cartesian
