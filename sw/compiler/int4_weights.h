/// Weights as the Cartesian-product array multiplies with them: symmetric INT4, one scale an output channel.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace kasane::compiler {

struct Int4Weights {
  std::vector<std::int8_t> weights;  ///< -7 ... 7, in the order of the real ones
  std::vector<double> scales;        ///< one an output channel: real weight = scale * integer
};

/// The scale with the least squared error among largest weight / q, q = 1 ... 7, and clipped ranges down to a
/// quarter of the largest weight, each then fitted to its integers. Of scales without error the coarsest one,
/// so that a channel that lies on a grid of at most 15 levels comes back as it is; 0 is always 0. Appends to
/// `code`.
void append_int4_channel(std::span<const float> weights, Int4Weights& code);

/// The same integers' meaning on a coarser scale.
void rescale_int4_channel(std::span<const float> weights, double scale, std::span<std::int8_t> code);

/// `weights` are of `channels` output channels, one after the other.
Int4Weights quantize_int4(std::span<const float> weights, std::size_t channels);

/// Whether no input, -8 ... 7, takes a sum beyond the array's accumulators.
bool fits_accumulator(std::span<const std::int8_t> channel);

}  // namespace kasane::compiler
