/// Pieces of random layers that every kind of layer is made of.
#pragma once

#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "tests/reference/convolution_fields.h"
#include "tests/reference/random_layers.h"

namespace kasane::reference {

constexpr int32_t kLargest = std::numeric_limits<int32_t>::max();
constexpr int32_t kSmallest = std::numeric_limits<int32_t>::min();

/// 0 ... count - 1.
inline uint32_t one_below(Random& random, uint64_t count) {
  return static_cast<uint32_t>(random.between(0, static_cast<int64_t>(count) - 1));
}

template <typename Item>
void shuffle(Random& random, std::vector<Item>& items) {
  for (size_t left = items.size(); left > 1; --left)
    std::swap(items[left - 1], items[one_below(random, left)]);
}

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

/// A piece of a memory, and the field of the command that says where it is.
struct Part {
  uint32_t* address;
  size_t bytes;
  size_t alignment = 1;
};

void place_in_any_order(Random& random, Bytes& memory, std::vector<Part> parts);

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

/// Chooses pitches, at times larger than the rows and planes by up to `slack`, and places both maps.
template <typename Command>
void place_maps(Random& random, uint32_t slack, Command& command, uint32_t input_planes,
                uint32_t output_planes, Bytes& fmm) {
  const auto gap = [&] { return random.one_in(2) ? 0 : static_cast<uint32_t>(random.between(0, slack)); };
  command.input_row_pitch = command.input_width + gap();
  input_pitch(command) = command.input_height * command.input_row_pitch + gap();
  command.output_row_pitch = command.output_width + gap();
  output_pitch(command) = command.output_height * command.output_row_pitch + gap();
  place_in_any_order(random, fmm,
                     {{&command.input_address, size_t{input_planes} * input_pitch(command)},
                      {&command.output_address, size_t{output_planes} * output_pitch(command)}});
}

}  // namespace kasane::reference
