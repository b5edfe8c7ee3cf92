/// Random layers for the hidden-network engine: every shape the command allows, masks of every density and
/// codec.
#pragma once

#include <cstdint>
#include <limits>
#include <string>

#include "tests/reference/hiddenite_reference.h"
#include "tests/reference/random_layers.h"

namespace kasane::reference {

/// Which weights are kept.
enum class Keep : uint8_t {
  all,
  none,
  share,          ///< each with a probability
  some_outputs,   ///< every other output channel, about, keeps nothing
  some_tiles,     ///< every other tile, about, keeps nothing
  codec_limits,   ///< runs of masked-off weights about as long as one or two fields can say
  one_an_output,  ///< a single weight of each output channel
};
inline constexpr int keep_kinds = 7;

/// Larger layers are not drawn. The smallest sizes are 1.
struct HiddenLimits {
  LayerLimits map{.channels = 24, .extent = 16};  ///< channels: of the input
  uint32_t outputs = 40;
  uint32_t fully_connected_inputs = 400;
  uint64_t products = 1'000'000;  ///< weights of a pixel x pixels
  /// Of a tile; layers of whose outputs not even one is a tile are not drawn.
  uint64_t tile_weights = std::numeric_limits<uint64_t>::max();
};

/// One command with the memories it works on. All of FMM and WM holds random bytes, the gaps between rows and
/// around lists too: compare the whole of FMM after execution.
struct HiddenLayer {
  kasane_hiddenite_convolution command;
  Bytes fmm;
  Bytes wm;
  Keep keep;
  std::string description;

  CommandRecord record() const { return record_of(command); }
  /// FMM as it must be after the command.
  Bytes expected() const { return hiddenite_convolution(command, fmm, wm); }
};

/// For an engine of `lanes` output channels.
HiddenLayer make_random_hidden_layer(Random& random, uint32_t lanes, const HiddenLimits& limits = {});

/// A layer of this command's sizes, numbers, generator and codec; pitches, addresses, mask_bytes and the
/// memories are new. `kept_per_1000` is the probability of Keep::share.
HiddenLayer make_hidden_layer(Random& random, kasane_hiddenite_convolution command, Keep keep,
                              int64_t kept_per_1000);

/// As many weights an output as there may be, all kept, and operands that make the first output's sum some 4
/// million, half of what an accumulator holds. A tile is one output, 2^15 weights.
HiddenLayer make_large_hidden_sums(Random& random);

}  // namespace kasane::reference
