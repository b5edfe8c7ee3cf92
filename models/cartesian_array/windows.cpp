/// Where in a patch the activations of a pixel and a step lie: what the aligner's shifts amount to.
#include <bit>

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
  offsets.clear();
  std::uint32_t plane = 0;
  for (const std::uint64_t bitmap : kept) {
    for (std::uint64_t left = bitmap; left != 0; left &= left - 1) {
      const auto coordinate = static_cast<std::uint32_t>(std::countr_zero(left));
      const std::uint32_t row = coordinate / sliding.kernel_width * sliding.dilation_height;
      const std::uint32_t column = coordinate % sliding.kernel_width * sliding.dilation_width;
      offsets.push_back(plane + row * patch.width() + column);
    }
    plane += patch.height() * patch.width();
  }
}

}  // namespace kasane::cartesian
