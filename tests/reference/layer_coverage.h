/// What generators of random layers for engines with tiles promise.
#pragma once

#include <gtest/gtest.h>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "tests/reference/convolution_fields.h"
#include "tests/reference/random_layers.h"

namespace kasane::reference {

/// `make`: a layer from a Random.
template <typename Make>
void expect_same_seed_same_layer(const Make& make) {
  Random first(7), second(7), other(8);
  const auto layer = make(first);
  const auto same = make(second);
  EXPECT_EQ(layer.record(), same.record());
  EXPECT_EQ(layer.fmm, same.fmm);
  EXPECT_EQ(layer.wm, same.wm);
  EXPECT_NE(layer.fmm, make(other).fmm);
}

/// Counts the shapes of layers that were drawn.
struct LayerCoverage {
  std::map<std::string, int> seen;
  std::set<std::pair<int, int>> strides, dilations;

  template <typename Command>
  void add(const Command& c) {
    strides.insert({c.stride_height, c.stride_width});
    dilations.insert({c.dilation_height, c.dilation_width});
    const int64_t window_end = int64_t{c.output_width - 1} * c.stride_width - c.pad_left;
    seen["depth-wise"] += c.groups > 1 && c.groups == c.input_channels;
    seen["groups"] += c.groups > 1 && c.groups < c.input_channels;
    seen["several tiles"] += c.output_channels / c.groups > c.tile_outputs;
    seen["pads differ"] += c.pad_top != c.pad_left;
    seen["kernels not square"] += c.kernel_height != c.kernel_width;
    seen["kernels larger than 7"] += c.kernel_height > 7 || c.kernel_width > 7;
    seen["strided 1 x 1"] += c.kernel_height == 1 && c.kernel_width == 1 && c.stride_height > 1;
    seen["windows beyond the input"] += window_end >= int64_t{c.input_width};
    seen["row gaps"] += c.input_row_pitch > c.input_width && c.output_row_pitch > c.output_width;
    seen["plane gaps"] += input_pitch(c) > c.input_height * c.input_row_pitch;
  }

  /// Each that `seen` names more than 20 times.
  void expect_all() const {
    for (int height = 1; height <= 4; ++height)
      for (int width = 1; width <= 4; ++width)
        EXPECT_TRUE(strides.contains({height, width})) << height << width;
    EXPECT_EQ(dilations.size(), 9u);
    for (const auto& [feature, count] : seen) EXPECT_GT(count, 20) << feature;
  }
};

}  // namespace kasane::reference
