#include "tests/reference/cartesian_reference.h"

#include <algorithm>
#include <stdexcept>

namespace kasane::reference {
namespace {

int signed_nibble(int bits) {
  return bits < 8 ? bits : bits - 16;
}

/// Reads the bitmaps and the weights, each from its first byte to its last.
class Lists {
 public:
  Lists(const kasane_cartesian_convolution& command, const Bytes& wm)
      : command_(command), wm_(wm), kept_(command.kept_address), weights_(command.weight_address) {}

  CartesianTile next(uint32_t group, uint32_t first, uint32_t outputs) {
    CartesianTile tile{.first = first, .outputs = outputs, .steps = {}};
    const uint32_t channels = command_.input_channels / command_.groups;
    for (uint32_t i = 0; i < channels; ++i)
      for (const uint32_t coordinate : kept_coordinates())
        tile.steps.push_back({.channel = group * channels + i,
                              .row = coordinate / command_.kernel_width,
                              .column = coordinate % command_.kernel_width,
                              .weights = weights(outputs)});
    return tile;
  }

  uint64_t weight_bytes() const { return weights_ - command_.weight_address; }

 private:
  /// The next channel's.
  std::vector<uint32_t> kept_coordinates() {
    const uint32_t elements = uint32_t{command_.kernel_height} * command_.kernel_width;
    std::vector<uint32_t> kept;
    for (uint32_t bit = 0; bit < (elements + 7) / 8 * 8; ++bit) {
      if ((wm_.at(kept_ + bit / 8) >> bit % 8) % 2 == 0) continue;
      if (bit >= elements) throw std::invalid_argument("a bitmap names a coordinate beyond the kernel");
      kept.push_back(bit);
    }
    kept_ += (elements + 7) / 8;
    return kept;
  }

  /// The next coordinate's.
  std::vector<int> weights(uint32_t outputs) {
    std::vector<int> values;
    for (uint32_t o = 0; o < outputs; ++o) {
      const int byte = wm_.at(weights_ + o / 2);
      values.push_back(o % 2 == 0 ? low_nibble(byte) : high_nibble(byte));
    }
    weights_ += (outputs + 1) / 2;
    return values;
  }

  const kasane_cartesian_convolution& command_;
  const Bytes& wm_;
  uint64_t kept_;
  uint64_t weights_;
};

int input_element(const kasane_cartesian_convolution& command, const Bytes& fmm, uint32_t channel,
                  int64_t row, int64_t column) {
  if (!inside(row, command.input_height) || !inside(column, command.input_width)) return command.pad_value;
  const FeatureMap map{command.input_address, command.input_plane_pitch, command.input_row_pitch};
  const auto y = static_cast<uint64_t>(row), x = static_cast<uint64_t>(column);
  if (command.input_bits == 8) return low_nibble(fmm.at(map.index(channel, y, x)));
  const int pair = fmm.at(map.index(channel / 2, y, x));
  return channel % 2 == 0 ? low_nibble(pair) : high_nibble(pair);
}

/// Only the low 24 bits remain, so it does not matter that the sum wraps once, at its end.
int32_t wrapped_to_24_bits(int64_t sum) {
  constexpr int64_t range = int64_t{1} << KASANE_CARTESIAN_ACCUMULATOR_BITS;
  const int64_t low = ((sum % range) + range) % range;
  return static_cast<int32_t>(low < range / 2 ? low : low - range);
}

int32_t accumulator(const kasane_cartesian_convolution& command, const Bytes& fmm, const CartesianTile& tile,
                    uint32_t output, uint32_t y, uint32_t x) {
  int64_t sum = 0;
  for (const CartesianStep& step : tile.steps) {
    const int64_t row =
        int64_t{y} * command.stride_height + int64_t{step.row} * command.dilation_height - command.pad_top;
    const int64_t column =
        int64_t{x} * command.stride_width + int64_t{step.column} * command.dilation_width - command.pad_left;
    sum += step.weights[output - tile.first] * input_element(command, fmm, step.channel, row, column);
  }
  return wrapped_to_24_bits(sum);
}

void store_output(const kasane_cartesian_convolution& command, Bytes& fmm, uint32_t channel, uint32_t y,
                  uint32_t x, int value) {
  const FeatureMap map{command.output_address, command.output_plane_pitch, command.output_row_pitch};
  const auto bits = static_cast<uint8_t>(value);
  if (command.output_bits == 8) {
    fmm.at(map.index(channel, y, x)) = bits;
    return;
  }
  uint8_t& pair = fmm.at(map.index(channel / 2, y, x));
  // Channels rise: the even one clears the high nibble, which the odd one, if there is one, then fills.
  pair = static_cast<uint8_t>(channel % 2 == 0 ? bits % 16 : pair % 16 + bits % 16 * 16);
}

}  // namespace

int low_nibble(int byte) {
  return signed_nibble(byte % 16);
}

int high_nibble(int byte) {
  return signed_nibble(byte / 16);
}

std::vector<CartesianTile> decode_cartesian_tiles(const kasane_cartesian_convolution& command,
                                                  const Bytes& wm) {
  Lists lists(command, wm);
  const uint32_t group_outputs = command.output_channels / command.groups;
  std::vector<CartesianTile> tiles;
  for (uint32_t group = 0; group < command.groups; ++group)
    for (uint32_t first = 0; first < group_outputs; first += command.tile_outputs)
      tiles.push_back(lists.next(group, group * group_outputs + first,
                                 std::min<uint32_t>(command.tile_outputs, group_outputs - first)));
  if (lists.weight_bytes() != command.weight_bytes)
    throw std::invalid_argument("the bitmaps and weight_bytes contradict each other");
  return tiles;
}

Bytes cartesian_convolution(const kasane_cartesian_convolution& command, Bytes fmm, const Bytes& wm) {
  const Bytes before = fmm;
  for (const CartesianTile& tile : decode_cartesian_tiles(command, wm)) {
    for (uint32_t o = tile.first; o < tile.first + tile.outputs; ++o) {
      const kasane_channel_parameters p = parameters_at(wm, command.parameters_address, o);
      for (uint32_t y = 0; y < command.output_height; ++y)
        for (uint32_t x = 0; x < command.output_width; ++x) {
          const int32_t sum = wrapped(int64_t{accumulator(command, before, tile, o, y, x)} + p.bias);
          store_output(command, fmm, o, y, x,
                       requantise(sum, p.multiplier, p.shift, command.output_zero_point, command.output_min,
                                  command.output_max));
        }
    }
  }
  return fmm;
}

}  // namespace kasane::reference
