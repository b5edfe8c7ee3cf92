#include "models/kernel_comp_unit/function.h"

#include <algorithm>
#include <vector>

namespace kasane::kcu {
namespace {

/// One padded input row, as the columns of all windows of an output row see it.
void pad_row(const Geometry& geometry, std::span<const std::int8_t> plane, std::int64_t row,
             std::span<std::int32_t> padded) {
  std::fill(padded.begin(), padded.end(), geometry.pad_value);
  if (row < 0 || row >= geometry.input_height || padded.size() <= geometry.pad_left) return;
  const std::size_t count = std::min<std::size_t>(geometry.input_width, padded.size() - geometry.pad_left);
  const auto* first = plane.data() + row * geometry.input_width;
  std::copy(first, first + count, padded.data() + geometry.pad_left);
}

/// responses[x] += constant * row[x * stride]
void add_tap(std::int32_t constant, const std::int32_t* row, std::size_t stride,
             std::span<std::int32_t> responses) {
  if (constant == 0) return;
  if (stride == 1) {
    for (std::size_t x = 0; x < responses.size(); ++x) responses[x] += constant * row[x];
  } else {
    for (std::size_t x = 0; x < responses.size(); ++x) responses[x] += constant * row[x * stride];
  }
}

}  // namespace

void respond(const UnitKernel& unit, const Geometry& geometry, std::span<const std::int8_t> plane,
             std::uint32_t first_row, std::uint32_t rows, std::span<std::int32_t> responses) {
  const std::size_t width = geometry.output_width;
  const std::size_t pitch = (width - 1) * geometry.stride_width + unit.size;
  const std::size_t height = std::size_t{rows - 1} * geometry.stride_height + unit.size;
  const std::int64_t top = std::int64_t{first_row} * geometry.stride_height - geometry.pad_top;
  std::vector<std::int32_t> padded(pitch * height);
  for (std::size_t row = 0; row < height; ++row) {
    pad_row(geometry, plane, top + static_cast<std::int64_t>(row),
            std::span(padded).subspan(row * pitch, pitch));
  }
  std::fill(responses.begin(), responses.begin() + static_cast<std::ptrdiff_t>(rows * width), 0);
  for (std::uint32_t row = 0; row < rows; ++row) {
    const auto line = responses.subspan(row * width, width);
    const std::int32_t* first = padded.data() + row * geometry.stride_height * pitch;
    for (std::uint32_t r = 0; r < unit.size; ++r) {
      for (std::uint32_t s = 0; s < unit.size; ++s) {
        add_tap(unit.constants[r * unit.size + s], first + r * pitch + s, geometry.stride_width, line);
      }
    }
  }
}

void weigh(std::span<const std::int32_t> responses, std::int16_t gain, std::uint32_t shift,
           std::span<std::int32_t> contributions) {
  const std::int64_t half = shift > 0 ? std::int64_t{1} << (shift - 1) : 0;
  for (std::size_t i = 0; i < responses.size(); ++i) {
    contributions[i] = static_cast<std::int32_t>((std::int64_t{responses[i]} * gain + half) >> shift);
  }
}

}  // namespace kasane::kcu
