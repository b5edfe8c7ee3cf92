/// The input that a band of output pixels sees, less the zero point, in the order in which it is added.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "models/common/planes.h"
#include "models/common/sliding.h"
#include "models/common/window_span.h"

namespace kasane::hiddenite {

/// How a band's pixels lie in lanes: pixel (y, x) is lane y * pitch + x, and the lanes between are nobody's.
struct PixelLanes {
  std::uint32_t rows = 0;
  std::uint32_t columns = 0;
  std::uint32_t pitch = 0;

  std::uint32_t pixels() const { return rows * columns; }
  std::uint32_t lanes() const { return (rows - 1) * pitch + columns; }
  /// Of a pixel in raster order.
  std::uint32_t lane(std::uint32_t pixel) const { return pixel / columns * pitch + pixel % columns; }
};

struct PlaneFill;

/// The operands of one weight for all lanes are successive values, whatever the stride: a channel's rows and
/// columns are kept apart by their remainder.
class InputPatch {
 public:
  /// values() may be read this far beyond the lanes, a window() beyond its end.
  static constexpr std::size_t slack = 64;

  /// For so many channels of `patch`, the rectangle that the windows of a band's pixels cover exactly. All
  /// operands are undefined.
  void reshape(std::uint32_t channels, const Patch& patch, const Sliding& sliding);
  /// Fills the channels from `first` on with `input`, which `stored` holds dense (channel, row, column) and
  /// which lies in the patch; around it operands are 0. To be called in rising order of the channels.
  void fill(std::span<const std::uint8_t> stored, const Box& input, std::uint32_t first,
            std::int8_t zero_point);

  const PixelLanes& pixels() const { return pixels_; }
  const std::int16_t* values() const { return values_.data(); }
  /// For each weight of an output (channel, kernel row, kernel column): where in values() the operand of
  /// lane 0 lies.
  std::span<const std::uint32_t> operands() const { return operands_; }
  /// For each weight: how many pixels have an operand other than 0.
  std::span<const std::uint32_t> nonzero() const { return nonzero_; }

  /// True if the pixels are so few that each one's operands are kept together, as window().
  bool few_pixels() const { return pixels_.pixels() <= most_windows; }
  /// The operands of all weights of pixel `pixel` in raster order.
  const std::int16_t* window(std::uint32_t pixel) const {
    return windows_.data() + pixel * (operands_.size() + slack);
  }

 private:
  static constexpr std::uint32_t most_windows = 3;  // from four on whole vectors of pixels are about as fast

  void place_operands(std::uint32_t channels);
  void fill_dense(PlaneFill job, std::uint32_t channels) const;
  void fill_channels(PlaneFill job, const Box& input) const;
  void count_nonzero(std::uint32_t first, std::uint32_t channels);
  void gather_windows(std::uint32_t first, std::uint32_t channels);

  Patch patch_;
  Sliding sliding_;
  PixelLanes pixels_;
  std::uint32_t plane_rows_ = 0;
  std::size_t channel_values_ = 0;
  std::vector<std::uint32_t> row_remainders_;  ///< by the stride, of kernel rows; in rising order
  std::vector<std::uint32_t> column_remainders_;
  std::vector<std::int16_t> values_;  ///< (channel, row remainder, column remainder, row, column)
  std::vector<std::uint32_t> operands_;
  std::vector<std::uint32_t> nonzero_;
  std::vector<std::int16_t> windows_;
  std::vector<std::uint64_t> bits_;   ///< of values_, those other than 0; kept for its memory
  std::vector<std::uint64_t> lanes_;  ///< those of pixels
};

}  // namespace kasane::hiddenite
