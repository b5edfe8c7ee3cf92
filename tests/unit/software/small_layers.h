/// The layers of packages built by hand: a convolution of 6 x 6 pixels, a maximum, vectors times matrices.
#pragma once

#include <algorithm>

#include "tests/unit/software/package_records.h"

namespace kasane::package_records {

/// Where a layer's parameters lie, 12 bytes for each output channel, and its weights.
struct LayerWeights {
  uint32_t parameters;
  uint32_t weights;
};

inline kasane_ncu_convolution plain_layer(uint16_t opcode, uint16_t layer, uint32_t from, uint32_t to,
                                          LayerWeights at) {
  kasane_ncu_convolution c{};
  c.header = {opcode, layer, 0};
  c.input_address = from;
  c.output_address = to;
  c.parameters_address = at.parameters;
  c.weight_address = at.weights;
  c.groups = c.input_height = c.input_width = c.output_height = c.output_width = 1;
  c.kernel_height = c.kernel_width = c.stride_height = c.stride_width = 1;
  c.dilation_height = c.dilation_width = 1;
  c.output_min = -128;
  c.output_max = 127;
  return c;
}

/// 1 x 6 x 6 to 2 x 6 x 6; kernels 3 x 3, padding 1.
inline Record convolution(uint16_t layer, uint32_t from, uint32_t to, LayerWeights at) {
  kasane_ncu_convolution c = plain_layer(KASANE_NCU_CONVOLUTION, layer, from, to, at);
  c.input_channels = 1;
  c.output_channels = 2;
  c.input_height = c.input_width = c.output_height = c.output_width = 6;
  c.input_channel_pitch = c.output_channel_pitch = 36;
  c.input_row_pitch = c.output_row_pitch = 6;
  c.kernel_height = c.kernel_width = 3;
  c.pad_top = c.pad_left = 1;
  return record(c);
}

/// 2 x 6 x 6 to 2 x 3 x 3.
inline Record max_pool(uint16_t layer, uint32_t from, uint32_t to) {
  kasane_ncu_pool p{};
  p.header = {KASANE_NCU_MAX_POOL, layer, 0};
  p.input_address = from;
  p.output_address = to;
  p.channels = 2;
  p.input_height = p.input_width = 6;
  p.output_height = p.output_width = 3;
  p.input_channel_pitch = 36;
  p.input_row_pitch = 6;
  p.output_channel_pitch = 9;
  p.output_row_pitch = 3;
  p.kernel_height = p.kernel_width = p.stride_height = p.stride_width = 2;
  p.output_min = -128;
  p.output_max = 127;
  return record(p);
}

inline Record fully_connected(uint16_t layer, uint32_t from, uint32_t inputs, uint32_t to, uint32_t outputs,
                              LayerWeights at) {
  kasane_ncu_convolution c = plain_layer(KASANE_NCU_FULLY_CONNECTED, layer, from, to, at);
  c.input_channels = static_cast<uint16_t>(inputs);
  c.output_channels = static_cast<uint16_t>(outputs);
  c.input_channel_pitch = c.input_row_pitch = c.output_channel_pitch = c.output_row_pitch = 1;
  return record(c);
}

/// Bytes without a pattern, the same ones every time.
inline std::vector<uint8_t> arbitrary_bytes(uint32_t count) {
  std::vector<uint8_t> bytes(count);
  std::generate(bytes.begin(), bytes.end(), [state = 9U]() mutable {
    state = state * 1664525 + 1013904223;
    return static_cast<uint8_t>(state >> 24);
  });
  return bytes;
}

/// Bias 100, and 2^30 / 2^shift of the accumulator, for each of `channels`.
inline void set_parameters(std::vector<uint8_t>& bytes, uint32_t at, uint32_t channels, int32_t shift) {
  const kasane_channel_parameters parameters = {100, 1 << 30, shift};
  for (uint32_t o = 0; o < channels; ++o) {
    std::memcpy(&bytes[at + o * sizeof parameters], &parameters, sizeof parameters);
  }
}

}  // namespace kasane::package_records
