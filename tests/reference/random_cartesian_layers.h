/// Random layers for the Cartesian-product array: every shape the command allows, every way to prune.
#pragma once

#include <cstdint>
#include <string>

#include "tests/reference/cartesian_reference.h"
#include "tests/reference/random_layers.h"

namespace kasane::reference {

/// How coordinates were left out.
enum class Pruning : uint8_t {
  dense,
  nothing_kept,
  empty_channels,  ///< every other input channel of a tile, about, keeps nothing
  empty_tiles,     ///< every other tile, about, keeps nothing
  one_coordinate,  ///< of each kernel
  one_row,         ///< of each kernel
  one_column,      ///< of each kernel
  shared,          ///< each coordinate with a probability, for all output channels of the tile
  independent,     ///< each weight with a probability: a coordinate is kept if any weight of the tile is
};
inline constexpr int pruning_kinds = 9;

/// Larger layers are not drawn. The smallest sizes are 1.
struct CartesianLimits {
  LayerLimits map{.channels = 24, .extent = 16};  ///< channels: of the input; kernels have 1 ... 64 elements
  uint32_t outputs = 90;
  uint32_t fully_connected_inputs = 400;
  uint64_t products = 1'000'000;  ///< weights of a pixel x pixels
};

/// One command with the memories it works on. All of FMM and WM holds random bytes, also where no channel
/// looks: the gaps between rows, high nibbles of bytes that hold one element, nibbles of odd tiles' last
/// weights. Compare the whole of FMM after execution.
struct CartesianLayer {
  kasane_cartesian_convolution command;
  Bytes fmm;
  Bytes wm;
  Pruning pruning;
  std::string description;

  CommandRecord record() const { return record_of(command); }
  /// FMM as it must be after the command.
  Bytes expected() const { return cartesian_convolution(command, fmm, wm); }
};

/// For an array of `columns`, 2 ... 64.
CartesianLayer make_random_cartesian_layer(Random& random, uint32_t columns,
                                           const CartesianLimits& limits = {});

/// A layer of this command's sizes and bits; pitches, addresses, weight_bytes and the memories are new.
/// `kept_per_1000` is the probability of `shared` and `independent`.
CartesianLayer make_cartesian_layer(Random& random, kasane_cartesian_convolution command, Pruning pruning,
                                    int64_t kept_per_1000);

/// Sums of at least 2^23 or at most -2^23 - 1: 8 x 8 kernels on 2400 channels that hold -8 and 7.
CartesianLayer make_wrapping_cartesian_layer(Random& random, uint32_t columns);

}  // namespace kasane::reference
