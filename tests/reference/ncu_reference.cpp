#include "tests/reference/ncu_reference.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <string>

namespace kasane::reference {
namespace {

/// Products of one output element. At most 2^33 of them fit into 2^63, so that it wraps once, at the end.
int64_t sum_of_products(const kasane_ncu_convolution& command, const Bytes& fmm, const Bytes& wm,
                        uint32_t channel, uint32_t y, uint32_t x) {
  const FeatureMap input{command.input_address, command.input_channel_pitch, command.input_row_pitch};
  const uint64_t group_inputs = command.input_channels / command.groups;
  const uint64_t group_outputs = command.output_channels / command.groups;
  const uint64_t group_offset = channel / group_outputs * group_inputs;
  int64_t sum = 0;
  for (uint64_t i = 0; i < group_inputs; ++i) {
    for (uint64_t r = 0; r < command.kernel_height; ++r) {
      for (uint64_t s = 0; s < command.kernel_width; ++s) {
        const int64_t row = int64_t{y} * command.stride_height +
                            static_cast<int64_t>(r * command.dilation_height) - command.pad_top;
        const int64_t column = int64_t{x} * command.stride_width +
                               static_cast<int64_t>(s * command.dilation_width) - command.pad_left;
        const int value = padded_element(fmm, input, command.input_height, command.input_width,
                                         i + group_offset, row, column, command.pad_value);
        const uint64_t weight_index =
            ((channel * group_inputs + i) * command.kernel_height + r) * command.kernel_width + s;
        sum += value * signed_byte(wm, command.weight_address + weight_index);
      }
    }
  }
  return sum;
}

/// The elements of one window that lie inside the input.
std::vector<int> window(const kasane_ncu_pool& command, const Bytes& fmm, uint32_t channel, uint32_t y,
                        uint32_t x) {
  const FeatureMap input{command.input_address, command.input_channel_pitch, command.input_row_pitch};
  std::vector<int> elements;
  for (int64_t r = 0; r < command.kernel_height; ++r) {
    for (int64_t s = 0; s < command.kernel_width; ++s) {
      const int64_t row = int64_t{y} * command.stride_height + r - command.pad_top;
      const int64_t column = int64_t{x} * command.stride_width + s - command.pad_left;
      if (inside(row, command.input_height) && inside(column, command.input_width))
        elements.push_back(signed_byte(
            fmm, input.index(channel, static_cast<uint64_t>(row), static_cast<uint64_t>(column))));
    }
  }
  if (elements.empty()) throw std::out_of_range("pooling window without an element of the input");
  return elements;
}

int8_t average(const kasane_ncu_pool& command, const Bytes& wm, const std::vector<int>& elements) {
  int64_t sum = 0;
  for (const int element : elements) sum += element - command.input_zero_point;
  const uint64_t index = command.parameter_count == 1 ? 0 : elements.size() - 1;
  const kasane_channel_parameters p = parameters_at(wm, command.parameters_address, index);
  return requantise(sum, p.multiplier, p.shift, command.output_zero_point, command.output_min,
                    command.output_max);
}

template <typename Command>
Command view(const CommandRecord& record) {
  Command command;
  std::memcpy(&command, record.data(), sizeof command);
  return command;
}

}  // namespace

int8_t requantise(int64_t value, int32_t multiplier, int32_t shift, int zero_point, int minimum,
                  int maximum) {
  // floor(p / 2^shift + 1/2) = floor((2 p + 2^shift) / 2^(shift + 1)), and / truncates, so negative
  // numerators that leave a remainder go one further down.
  const __int128 numerator =
      static_cast<__int128>(value) * multiplier * 2 + (static_cast<__int128>(1) << shift);
  const __int128 denominator = static_cast<__int128>(1) << (shift + 1);
  __int128 quotient = numerator / denominator;
  if (numerator % denominator < 0) quotient -= 1;
  quotient += zero_point;
  if (quotient < minimum) return static_cast<int8_t>(minimum);
  if (quotient > maximum) return static_cast<int8_t>(maximum);
  return static_cast<int8_t>(quotient);
}

Bytes convolution(const kasane_ncu_convolution& command, Bytes fmm, const Bytes& wm) {
  const Bytes before = fmm;
  const FeatureMap output{command.output_address, command.output_channel_pitch, command.output_row_pitch};
  for (uint32_t o = 0; o < command.output_channels; ++o) {
    const kasane_channel_parameters p = parameters_at(wm, command.parameters_address, o);
    for (uint32_t y = 0; y < command.output_height; ++y) {
      for (uint32_t x = 0; x < command.output_width; ++x) {
        const int32_t sum = wrapped(sum_of_products(command, before, wm, o, y, x) + p.bias);
        store(fmm, output.index(o, y, x),
              requantise(sum, p.multiplier, p.shift, command.output_zero_point, command.output_min,
                         command.output_max));
      }
    }
  }
  return fmm;
}

Bytes pool(const kasane_ncu_pool& command, Bytes fmm, const Bytes& wm) {
  const Bytes before = fmm;
  const FeatureMap output{command.output_address, command.output_channel_pitch, command.output_row_pitch};
  for (uint32_t c = 0; c < command.channels; ++c) {
    for (uint32_t y = 0; y < command.output_height; ++y) {
      for (uint32_t x = 0; x < command.output_width; ++x) {
        const std::vector<int> elements = window(command, before, c, y, x);
        int8_t value;
        if (command.header.opcode == KASANE_NCU_AVERAGE_POOL)
          value = average(command, wm, elements);
        else
          value = static_cast<int8_t>(std::clamp<int>(*std::max_element(elements.begin(), elements.end()),
                                                      command.output_min, command.output_max));
        store(fmm, output.index(c, y, x), value);
      }
    }
  }
  return fmm;
}

Bytes elementwise(const kasane_ncu_elementwise& command, Bytes fmm) {
  const Bytes before = fmm;
  for (uint64_t i = 0; i < command.count; ++i) {
    int64_t sum =
        (signed_byte(before, command.a_address + i) - command.a_zero_point) * int64_t{command.a_multiplier};
    if (command.header.opcode == KASANE_NCU_ADD)
      sum +=
          (signed_byte(before, command.b_address + i) - command.b_zero_point) * int64_t{command.b_multiplier};
    store(
        fmm, command.output_address + i,
        requantise(sum, 1, command.shift, command.output_zero_point, command.output_min, command.output_max));
  }
  return fmm;
}

Bytes execute(const CommandRecord& record, Bytes fmm, const Bytes& wm) {
  const auto header = view<kasane_command_header>(record);
  switch (header.opcode) {
    case KASANE_NCU_CONVOLUTION:
    case KASANE_NCU_FULLY_CONNECTED:
      return convolution(view<kasane_ncu_convolution>(record), std::move(fmm), wm);
    case KASANE_NCU_MAX_POOL:
    case KASANE_NCU_AVERAGE_POOL:
      return pool(view<kasane_ncu_pool>(record), std::move(fmm), wm);
    case KASANE_NCU_ADD:
    case KASANE_NCU_REQUANTIZE:
      return elementwise(view<kasane_ncu_elementwise>(record), std::move(fmm));
    default:
      throw std::invalid_argument("NCU reference: unknown opcode " + std::to_string(header.opcode));
  }
}

}  // namespace kasane::reference
