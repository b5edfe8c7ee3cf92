/// Small convolutions to work by hand, for references of engines that compute output channels in tiles, and
/// what holds for each of them.
#pragma once

#include <algorithm>
#include <gtest/gtest.h>
#include <vector>

#include "tests/reference/convolution_fields.h"
#include "tests/reference/memory_access.h"

namespace kasane::reference {

constexpr uint8_t kGap = 0x5A;

/// Elements of a 3 x 3 kernel.
constexpr size_t kUpperLeft = 0, kUpperRight = 2, kMiddle = 4, kLowerRight = 8;

/// One 3 x 3 map, an element a byte, and 3 x 3 kernels; the output is the accumulator itself. WM begins with
/// the parameters; weights are the engine's.
template <typename Command>
struct HandCase {
  explicit HandCase(uint32_t outputs) {
    set_square_shape(c, Square{.outputs = outputs});
    set_dense_maps(c, 1);
    c.output_min = -128;
    c.output_max = 127;
    fmm = {1, 2, 3, 4, 5, 6, 7, 0xFF, 0xFE};  // the last two are -1 and -2
    fmm.resize(9 + 9 * outputs, kGap);
  }
  virtual ~HandCase() = default;

  /// FMM after the command.
  virtual Bytes after() const = 0;

  /// Those of all outputs, which change nothing; what stood behind them is gone.
  void reset_parameters() {
    wm.assign(c.output_channels * sizeof(kasane_channel_parameters), 0);
    for (uint32_t o = 0; o < c.output_channels; ++o)
      set_parameters(o, {.bias = 0, .multiplier = 2, .shift = 1});
  }

  void set_parameters(uint32_t output, const kasane_channel_parameters& p) {
    const uint64_t address = c.parameters_address + output * sizeof p;
    store_word(wm, address, p.bias);
    store_word(wm, address + 4, p.multiplier);
    store_word(wm, address + 8, p.shift);
  }

  /// Bytes of one of the output's planes, row by row.
  std::vector<int> plane(uint32_t number = 0) const {
    const FeatureMap map{c.output_address, output_pitch(c), c.output_row_pitch};
    const Bytes memory = after();
    std::vector<int> values;
    for (uint32_t y = 0; y < c.output_height; ++y)
      for (uint32_t x = 0; x < c.output_width; ++x)
        values.push_back(signed_byte(memory, map.index(number, y, x)));
    return values;
  }

  /// 1 x 1.
  void use_point_kernels() {
    c.kernel_height = c.kernel_width = 1;
    c.pad_top = c.pad_left = 0;
  }

  /// Maps of one pixel, input channels one behind the other.
  void use_pixels() {
    use_point_kernels();
    c.input_height = c.input_width = c.output_height = c.output_width = 1;
    input_pitch(c) = 1;
  }

  /// Of pixels, 1 -> 3 channels each in tiles of 2 and 1; outputs at 5, 7, 9, ...
  void use_two_groups(uint8_t first, uint8_t second) {
    use_pixels();
    c.input_channels = 2;
    c.groups = 2;
    c.tile_outputs = 2;
    c.output_address = 5;
    output_pitch(c) = 2;
    fmm = {first, second};
    fmm.resize(16, kGap);
  }

  Command c{};
  Bytes fmm, wm;

 private:
  struct Square {
    uint32_t outputs, inputs = 1, size = 3;
    uint16_t kernel = 3, stride = 1, pad = 1;
  };
};

/// `keep` makes a case whose kernel is 1 at one element and nothing elsewhere.
template <typename Keep>
void expect_plane_shifts(const Keep& keep) {
  EXPECT_EQ(keep(kMiddle).plane(), (std::vector{1, 2, 3, 4, 5, 6, 7, -1, -2}));
  EXPECT_EQ(keep(kUpperLeft).plane(), (std::vector{0, 0, 0, 0, 1, 2, 0, 4, 5}));
  EXPECT_EQ(keep(kLowerRight).plane(), (std::vector{5, 6, 0, -1, -2, 0, 0, 0, 0}));
}

template <typename Keep>
void expect_strides_dilations_and_paddings_apart(const Keep& keep) {
  auto strided = keep(kMiddle);
  strided.c.stride_width = 2;
  strided.c.output_width = 2;
  EXPECT_EQ(strided.plane(), (std::vector{1, 3, 4, 6, 7, -2}));
  strided.c.stride_width = 1;
  strided.c.stride_height = 2;
  strided.c.output_height = 2;
  EXPECT_EQ(strided.plane(), (std::vector{1, 2, 7, -1}));
  // Columns two apart and padding 2 left: x + 4 - 2. Lower row: y + 2 - 1, upper row: y - 1, y without
  // padding.
  auto lower = keep(kLowerRight);
  lower.c.dilation_width = lower.c.pad_left = 2;
  EXPECT_EQ(lower.plane(), (std::vector{6, 0, 0, -2, 0, 0, 0, 0, 0}));
  auto upper = keep(kUpperRight);
  upper.c.dilation_width = upper.c.pad_left = 2;
  EXPECT_EQ(upper.plane(), (std::vector{0, 0, 0, 3, 0, 0, 6, 0, 0}));
  upper.c.pad_top = 0;
  EXPECT_EQ(upper.plane(), (std::vector{3, 0, 0, 6, 0, 0, -2, 0, 0}));
}

template <typename Keep>
void expect_content_outside_the_output_kept(const Keep& keep) {
  auto gaps = keep(kMiddle);
  gaps.c.output_row_pitch = 4;
  gaps.fmm.resize(9 + 13, kGap);
  const Bytes after = gaps.after();
  EXPECT_TRUE(std::equal(after.begin(), after.begin() + 9, gaps.fmm.begin()));
  for (const size_t gap : {12, 16, 20, 21}) EXPECT_EQ(after[gap], kGap) << gap;
}

}  // namespace kasane::reference
