#include "tests/reference/hiddenite_reference.h"

#include <algorithm>
#include <stdexcept>

namespace kasane::reference {
namespace {

/// Sees each product of one element of the output: `see(weight, operand)`.
template <typename See>
void each_product(const kasane_hiddenite_convolution& command, const Bytes& fmm,
                  const std::vector<int>& weights, uint32_t output, uint32_t y, uint32_t x, See see) {
  const FeatureMap map{command.input_address, command.input_channel_pitch, command.input_row_pitch};
  const uint32_t inputs = command.input_channels / command.groups;
  const uint32_t first_input = output / (command.output_channels / command.groups) * inputs;
  uint64_t index = output * weights_an_output(command);
  for (uint32_t i = 0; i < inputs; ++i)
    for (uint32_t r = 0; r < command.kernel_height; ++r)
      for (uint32_t s = 0; s < command.kernel_width; ++s, ++index) {
        const int64_t row =
            int64_t{y} * command.stride_height + int64_t{r} * command.dilation_height - command.pad_top;
        const int64_t column =
            int64_t{x} * command.stride_width + int64_t{s} * command.dilation_width - command.pad_left;
        const int element = padded_element(fmm, map, command.input_height, command.input_width,
                                           first_input + i, row, column, command.input_zero_point);
        see(weights[index], element - command.input_zero_point);
      }
}

/// `see(output channel, y, x)` for each element of the output map.
template <typename See>
void each_output(const kasane_hiddenite_convolution& command, See see) {
  for (uint32_t o = 0; o < command.output_channels; ++o)
    for (uint32_t y = 0; y < command.output_height; ++y)
      for (uint32_t x = 0; x < command.output_width; ++x) see(o, y, x);
}

}  // namespace

uint64_t weights_an_output(const kasane_hiddenite_convolution& command) {
  return uint64_t{command.input_channels / command.groups} * command.kernel_height * command.kernel_width;
}

std::vector<HiddenTile> hidden_tiles(const kasane_hiddenite_convolution& command, const Bytes& wm) {
  const uint32_t group_outputs = command.output_channels / command.groups;
  std::vector<HiddenTile> tiles;
  uint64_t address = command.mask_address;
  for (uint32_t group = 0; group < command.groups; ++group)
    for (uint32_t first = 0; first < group_outputs; first += command.tile_outputs) {
      const uint32_t outputs = std::min<uint32_t>(command.tile_outputs, group_outputs - first);
      const auto fields = static_cast<uint32_t>(word(wm, command.tiles_address + 4 * tiles.size()));
      if (fields > outputs * weights_an_output(command))
        throw std::invalid_argument("a tile has more fields than weights");
      tiles.push_back({.first = group * group_outputs + first,
                       .outputs = outputs,
                       .fields = unpack_fields(wm, address, fields, command.field_bits)});
      address += mask_bytes(fields, command.field_bits);
    }
  if (address - command.mask_address != command.mask_bytes)
    throw std::invalid_argument("the numbers of fields and mask_bytes contradict each other");
  return tiles;
}

std::vector<int> hidden_weights(const kasane_hiddenite_convolution& command, const Bytes& wm) {
  std::vector<int> weights;
  for (const HiddenTile& tile : hidden_tiles(command, wm))
    for (const bool kept :
         decode_mask(tile.fields, command.field_bits, tile.outputs * weights_an_output(command))) {
      const auto index = static_cast<uint32_t>(command.first_weight + weights.size());
      weights.push_back(kept ? kasane_random_sign(command.generator, command.layer_seed, index) : 0);
    }
  return weights;
}

OperandCounts count_operands(const kasane_hiddenite_convolution& command, const Bytes& fmm, const Bytes& wm) {
  const std::vector<int> weights = hidden_weights(command, wm);
  OperandCounts counts;
  each_output(command, [&](uint32_t o, uint32_t y, uint32_t x) {
    each_product(command, fmm, weights, o, y, x, [&](int weight, int operand) {
      ++(weight == 0 ? counts.masked : operand == 0 ? counts.zero : counts.added);
    });
  });
  return counts;
}

Bytes hiddenite_convolution(const kasane_hiddenite_convolution& command, Bytes fmm, const Bytes& wm) {
  const Bytes before = fmm;
  const std::vector<int> weights = hidden_weights(command, wm);
  const FeatureMap map{command.output_address, command.output_channel_pitch, command.output_row_pitch};
  each_output(command, [&](uint32_t o, uint32_t y, uint32_t x) {
    int64_t sum = 0;
    each_product(command, before, weights, o, y, x,
                 [&](int weight, int operand) { sum += weight * operand; });
    const kasane_channel_parameters p = parameters_at(wm, command.parameters_address, o);
    store(fmm, map.index(o, y, x),
          requantise(wrapped(sum + p.bias), p.multiplier, p.shift, command.output_zero_point,
                     command.output_min, command.output_max));
  });
  return fmm;
}

}  // namespace kasane::reference
