/// Requantisation, pooling and element-wise operations.
#include "models/neural_comp_unit/function.h"

#include <algorithm>

#include "kasane/requantize.h"

namespace kasane::ncu {
namespace {

/// What lies under one pooling window, relative to the box that is stored.
struct Window {
  WindowRange rows;
  WindowRange columns;
};

Window window_of(const kasane_ncu_pool& command, const Slot& slot, std::uint32_t row, std::uint32_t column) {
  Window window{window_range(slot.output.row + row, command.stride_height, command.pad_top,
                             command.kernel_height, command.input_height),
                window_range(slot.output.column + column, command.stride_width, command.pad_left,
                             command.kernel_width, command.input_width)};
  window.rows.begin -= slot.input.row;
  window.rows.end -= slot.input.row;
  window.columns.begin -= slot.input.column;
  window.columns.end -= slot.input.column;
  return window;
}

/// Calls reduce(window, plane) for every output and stores what it returns.
template <typename Reduce>
void pool(const kasane_ncu_pool& command, const Slot& slot, std::span<const std::uint8_t> input,
          std::span<std::uint8_t> output, Reduce reduce) {
  const std::size_t plane_elements = std::size_t{slot.input.rows} * slot.input.columns;
  std::uint8_t* to = output.data();
  for (std::uint32_t channel = 0; channel < slot.output.channels; ++channel) {
    const std::uint8_t* plane = input.data() + channel * plane_elements;
    for (std::uint32_t row = 0; row < slot.output.rows; ++row) {
      for (std::uint32_t column = 0; column < slot.output.columns; ++column) {
        *to++ = static_cast<std::uint8_t>(reduce(window_of(command, slot, row, column), plane));
      }
    }
  }
}

}  // namespace

void requantize(const Accumulators& sums, std::span<const kasane_channel_parameters> parameters,
                OutputRange range, std::span<std::uint8_t> output) {
  std::uint8_t* to = output.data();
  const std::size_t stride = sums.stride();
  for (std::uint32_t channel = 0; channel < sums.outputs(); ++channel) {
    const kasane_channel_parameters constants = parameters[channel];
    const std::int32_t* from = sums.data() + channel;
    for (std::uint32_t pixel = 0; pixel < sums.pixels(); ++pixel, from += stride) {
      // The bias joins the accumulator's wrapping sum.
      const auto sum = static_cast<std::int32_t>(static_cast<std::uint32_t>(*from) +
                                                 static_cast<std::uint32_t>(constants.bias));
      *to++ = static_cast<std::uint8_t>(kasane_requantize(sum, constants.multiplier, constants.shift,
                                                          range.zero_point, range.minimum, range.maximum));
    }
  }
}

void max_pool(const kasane_ncu_pool& command, const Slot& slot, std::span<const std::uint8_t> input,
              std::span<std::uint8_t> output) {
  pool(command, slot, input, output, [&](const Window& window, const std::uint8_t* plane) {
    std::int8_t largest = -128;
    for (std::uint32_t row = window.rows.begin; row < window.rows.end; ++row) {
      const std::uint8_t* line = plane + std::size_t{row} * slot.input.columns;
      for (std::uint32_t column = window.columns.begin; column < window.columns.end; ++column) {
        largest = std::max(largest, static_cast<std::int8_t>(line[column]));
      }
    }
    return std::clamp(largest, command.output_min, command.output_max);
  });
}

void average_pool(const kasane_ncu_pool& command, const Slot& slot, std::span<const std::uint8_t> input,
                  std::span<const kasane_channel_parameters> parameters, std::span<std::uint8_t> output) {
  pool(command, slot, input, output, [&](const Window& window, const std::uint8_t* plane) {
    std::int32_t sum = 0;
    for (std::uint32_t row = window.rows.begin; row < window.rows.end; ++row) {
      const std::uint8_t* line = plane + std::size_t{row} * slot.input.columns;
      for (std::uint32_t column = window.columns.begin; column < window.columns.end; ++column) {
        sum += static_cast<std::int8_t>(line[column]) - command.input_zero_point;
      }
    }
    const std::uint32_t elements = window.rows.length() * window.columns.length();
    const kasane_channel_parameters& constants =
        parameters.size() == 1 ? parameters[0] : parameters[elements - 1];
    return kasane_requantize(sum, constants.multiplier, constants.shift, command.output_zero_point,
                             command.output_min, command.output_max);
  });
}

void elementwise(const kasane_ncu_elementwise& command, std::span<const std::uint8_t> a,
                 std::span<const std::uint8_t> b, std::span<std::uint8_t> output) {
  const std::int64_t half = std::int64_t{1} << (command.shift - 1);
  for (std::size_t element = 0; element < a.size(); ++element) {
    std::int64_t sum = half + std::int64_t{static_cast<std::int8_t>(a[element]) - command.a_zero_point} *
                                  command.a_multiplier;
    if (!b.empty()) {
      sum += std::int64_t{static_cast<std::int8_t>(b[element]) - command.b_zero_point} * command.b_multiplier;
    }
    const std::int64_t value = (sum >> command.shift) + command.output_zero_point;
    output[element] =
        static_cast<std::uint8_t>(std::clamp<std::int64_t>(value, command.output_min, command.output_max));
  }
}

}  // namespace kasane::ncu
