/// Pieces of random layers that every kind of layer is made of.
#pragma once

#include <cstdint>
#include <limits>

#include "tests/reference/random_layers.h"

namespace kasane::reference {

constexpr int32_t kLargest = std::numeric_limits<int32_t>::max();
constexpr int32_t kSmallest = std::numeric_limits<int32_t>::min();

/// 1 ... largest.
uint32_t size_up_to(Random& random, uint32_t largest);

/// Hands out places in a memory that grows, with random gaps between them.
class Layout {
 public:
  Layout(Random& random, Bytes& memory) : random_(random), memory_(memory) {}
  ~Layout() { grow(static_cast<size_t>(random_.between(0, 16))); }
  Layout(const Layout&) = delete;
  Layout& operator=(const Layout&) = delete;

  uint32_t place(size_t bytes, size_t alignment = 1);

 private:
  void grow(size_t bytes);

  Random& random_;
  Bytes& memory_;
};

/// Mostly scales that spread a sum of `spread` over int8, the rest extremes of all three fields.
kasane_channel_parameters random_parameters(Random& random, double spread);

/// Entry `index` of the table at WM offset `table`.
void write_parameters(Bytes& wm, uint32_t table, uint32_t index, const kasane_channel_parameters& p);

int8_t random_zero_point(Random& random);

/// Full range, ReLU, or any range.
template <typename Command>
void random_output_range(Random& random, Command& command) {
  command.output_min = -128;
  command.output_max = 127;
  if (random.one_in(3)) command.output_min = command.output_zero_point;  // ReLU
  if (random.one_in(4)) {
    command.output_min = static_cast<int8_t>(random.between(-128, 127));
    command.output_max = static_cast<int8_t>(random.between(command.output_min, 127));
  }
}

/// One axis of a window that slides over an input.
struct Axis {
  uint32_t input, kernel, stride, dilation, pad, output;
};

/// Padding is smaller than the window on both sides, so every window holds at least one element of the input
/// (without dilation). `kernel` 0: any up to the limit.
Axis random_axis(Random& random, const LayerLimits& limits, bool dilated, uint32_t kernel = 0);

/// What all commands with a sliding window share, but for the kernel's size.
template <typename Command>
void set_map_axes(Command& command, const Axis& vertical, const Axis& horizontal) {
  command.input_height = vertical.input;
  command.input_width = horizontal.input;
  command.output_height = vertical.output;
  command.output_width = horizontal.output;
  command.stride_height = static_cast<uint16_t>(vertical.stride);
  command.stride_width = static_cast<uint16_t>(horizontal.stride);
  command.pad_top = static_cast<uint16_t>(vertical.pad);
  command.pad_left = static_cast<uint16_t>(horizontal.pad);
}

template <typename Command>
void set_axes(Command& command, const Axis& vertical, const Axis& horizontal) {
  set_map_axes(command, vertical, horizontal);
  command.kernel_height = static_cast<uint16_t>(vertical.kernel);
  command.kernel_width = static_cast<uint16_t>(horizontal.kernel);
}

/// Chooses pitches, at times larger than the rows and planes, and places both maps in either order.
template <typename Command>
void place_maps(Random& random, const LayerLimits& limits, Command& command, uint32_t input_channels,
                uint32_t output_channels, Bytes& fmm) {
  const auto slack = [&] {
    return random.one_in(2) ? 0 : static_cast<uint32_t>(random.between(0, limits.pitch_slack));
  };
  command.input_row_pitch = command.input_width + slack();
  command.input_channel_pitch = command.input_height * command.input_row_pitch + slack();
  command.output_row_pitch = command.output_width + slack();
  command.output_channel_pitch = command.output_height * command.output_row_pitch + slack();
  Layout layout(random, fmm);
  const bool output_first = random.one_in(2);
  if (output_first)
    command.output_address = layout.place(size_t{output_channels} * command.output_channel_pitch);
  command.input_address = layout.place(size_t{input_channels} * command.input_channel_pitch);
  if (!output_first)
    command.output_address = layout.place(size_t{output_channels} * command.output_channel_pitch);
}

}  // namespace kasane::reference
