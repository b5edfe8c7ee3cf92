#include "tests/reference/random_layers.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>

namespace kasane::reference {
namespace {

constexpr int32_t kLargest = std::numeric_limits<int32_t>::max();
constexpr int32_t kSmallest = std::numeric_limits<int32_t>::min();

uint32_t size_up_to(Random& random, uint32_t largest) {
  return static_cast<uint32_t>(random.between(1, largest));
}

/// Bytes of one of several kinds, as extremes of all operands together are what overflows.
void fill(Random& random, Bytes& memory, size_t begin, size_t bytes) {
  const int64_t kind = random.between(0, 5);
  for (size_t i = begin; i < begin + bytes; ++i) {
    switch (kind) {
      case 0:
        memory[i] = random.one_in(2) ? 0x7F : 0x80;  // 127 or -128
        break;
      case 1:
        memory[i] = 0x80;
        break;
      case 2:
        memory[i] = random.one_in(2) ? 0x7F : 0x81;  // +-127
        break;
      default:
        memory[i] = random.byte();
    }
  }
}

/// Hands out places in a memory that grows, with random gaps between them.
class Layout {
 public:
  Layout(Random& random, Bytes& memory) : random_(random), memory_(memory) {}
  ~Layout() { grow(static_cast<size_t>(random_.between(0, 16))); }
  Layout(const Layout&) = delete;
  Layout& operator=(const Layout&) = delete;

  uint32_t place(size_t bytes, size_t alignment = 1) {
    grow(static_cast<size_t>(random_.between(0, 16)));
    while (memory_.size() % alignment != 0) grow(1);
    const size_t address = memory_.size();
    grow(bytes);
    fill(random_, memory_, address, bytes);
    return static_cast<uint32_t>(address);
  }

 private:
  void grow(size_t bytes) {
    for (size_t i = 0; i < bytes; ++i) memory_.push_back(random_.byte());
  }

  Random& random_;
  Bytes& memory_;
};

/// A multiplier and shift worth `scale` in all, multiplier in [2^30, 2^31) as a compiler would choose.
void set_scale(kasane_channel_parameters& p, double scale) {
  int exponent = 0;
  const double mantissa = std::frexp(scale, &exponent);
  p.multiplier = static_cast<int32_t>(std::min(std::ldexp(mantissa, 31), static_cast<double>(kLargest)));
  p.shift = std::clamp(31 - exponent, 1, 62);
}

/// Mostly scales that spread a sum of `spread` over int8, the rest extremes of all three fields.
kasane_channel_parameters random_parameters(Random& random, double spread) {
  kasane_channel_parameters p{};
  p.bias = static_cast<int32_t>(random.between(-static_cast<int64_t>(spread), static_cast<int64_t>(spread)));
  set_scale(p, 64.0 / std::max(spread, 1.0) * static_cast<double>(random.between(50, 200)) / 100.0);
  if (random.one_in(8)) p.multiplier = random.one_in(4) ? 0 : kLargest;
  if (random.one_in(8)) p.shift = random.one_in(2) ? 1 : 62;
  if (random.one_in(8)) p.multiplier = static_cast<int32_t>(random.between(0, 8));
  if (random.one_in(8)) p.shift = static_cast<int32_t>(random.between(1, 10));
  if (random.one_in(8)) p.bias = random.one_in(2) ? kSmallest : kLargest;  // wraps with nearly any sum
  return p;
}

void write_parameters(Bytes& wm, uint32_t table, uint32_t index, const kasane_channel_parameters& p) {
  const int32_t fields[] = {p.bias, p.multiplier, p.shift};
  size_t address = table + size_t{index} * sizeof p;
  for (const int32_t field : fields)
    for (int byte = 0; byte < 4; ++byte)
      wm.at(address++) = static_cast<uint8_t>(static_cast<uint32_t>(field) >> (8 * byte));
}

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

int8_t random_zero_point(Random& random) {
  if (random.one_in(3)) return random.one_in(2) ? -128 : 127;
  return static_cast<int8_t>(random.between(-128, 127));
}

/// One axis of a window that slides over an input.
struct Axis {
  uint32_t input, kernel, stride, dilation, pad, output;
};

/// Padding is smaller than the window on both sides, so every window holds at least one element of the input
/// (without dilation).
Axis random_axis(Random& random, const LayerLimits& limits, bool dilated) {
  while (true) {
    Axis axis{};
    axis.input = size_up_to(random, limits.extent);
    axis.kernel = random.one_in(4) ? 1 : size_up_to(random, limits.kernel);
    axis.stride = random.one_in(2) ? 1 : size_up_to(random, limits.stride);
    axis.dilation = dilated && random.one_in(3) ? size_up_to(random, limits.dilation) : 1;
    const uint32_t window = (axis.kernel - 1) * axis.dilation + 1;
    axis.pad = random.one_in(3) ? 0 : static_cast<uint32_t>(random.between(0, window - 1));
    const uint32_t pad_after =
        random.one_in(3) ? axis.pad : static_cast<uint32_t>(random.between(0, window - 1));
    const uint32_t padded = axis.input + axis.pad + pad_after;
    if (padded < window) continue;
    axis.output = (padded - window) / axis.stride + 1;
    return axis;
  }
}

template <typename Command>
void set_axes(Command& command, const Axis& vertical, const Axis& horizontal) {
  command.input_height = vertical.input;
  command.input_width = horizontal.input;
  command.output_height = vertical.output;
  command.output_width = horizontal.output;
  command.kernel_height = static_cast<uint16_t>(vertical.kernel);
  command.kernel_width = static_cast<uint16_t>(horizontal.kernel);
  command.stride_height = static_cast<uint16_t>(vertical.stride);
  command.stride_width = static_cast<uint16_t>(horizontal.stride);
  command.pad_top = static_cast<uint16_t>(vertical.pad);
  command.pad_left = static_cast<uint16_t>(horizontal.pad);
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

void random_channels(Random& random, const LayerLimits& limits, kasane_ncu_convolution& command) {
  command.groups = 1;
  if (random.one_in(4)) {  // depthwise, at times with a channel multiplier
    command.input_channels = command.groups = size_up_to(random, limits.channels);
    command.output_channels = command.groups * (random.one_in(3) ? 2 : 1);
    return;
  }
  if (random.one_in(3)) command.groups = size_up_to(random, std::min(limits.groups, limits.channels));
  const uint32_t per_group = std::max(1u, limits.channels / command.groups);
  command.input_channels = command.groups * size_up_to(random, per_group);
  command.output_channels = command.groups * size_up_to(random, per_group);
}

/// Weights and parameters, in either order.
void place_weights(Random& random, kasane_ncu_convolution& command, Bytes& wm) {
  const size_t taps =
      size_t{command.input_channels} / command.groups * command.kernel_height * command.kernel_width;
  {
    Layout layout(random, wm);
    const size_t table_bytes = command.output_channels * sizeof(kasane_channel_parameters);
    const bool table_first = random.one_in(2);
    if (table_first) command.parameters_address = layout.place(table_bytes, 4);
    command.weight_address = layout.place(command.output_channels * taps);
    if (!table_first) command.parameters_address = layout.place(table_bytes, 4);
  }
  const double spread = std::sqrt(static_cast<double>(taps)) * 74.0 * 74.0;  // 74: deviation of a random byte
  for (uint32_t o = 0; o < command.output_channels; ++o)
    write_parameters(wm, command.parameters_address, o, random_parameters(random, spread));
}

template <typename Command>
RandomLayer finish(const Command& command, Bytes fmm, Bytes wm, std::string description) {
  RandomLayer layer{
      .record = {}, .fmm = std::move(fmm), .wm = std::move(wm), .description = std::move(description)};
  std::memcpy(layer.record.data(), &command, sizeof command);
  return layer;
}

template <typename Command>
std::string shapes(const char* kind, uint32_t input_channels, uint32_t output_channels, const Command& c) {
  std::ostringstream text;
  text << kind << ' ' << input_channels << 'x' << c.input_height << 'x' << c.input_width << " -> "
       << output_channels << 'x' << c.output_height << 'x' << c.output_width << ", kernel " << c.kernel_height
       << 'x' << c.kernel_width << ", stride " << c.stride_height << 'x' << c.stride_width << ", padding "
       << c.pad_top << ',' << c.pad_left;
  return text.str();
}

kasane_ncu_pool random_pool_shape(Random& random, const LayerLimits& limits, Bytes& fmm) {
  kasane_ncu_pool command{};
  set_axes(command, random_axis(random, limits, false), random_axis(random, limits, false));
  command.channels = size_up_to(random, limits.channels);
  place_maps(random, limits, command, command.channels, command.channels, fmm);
  return command;
}

kasane_ncu_elementwise random_elementwise(Random& random, const LayerLimits& limits, Bytes& fmm,
                                          bool two_operands) {
  kasane_ncu_elementwise command{};
  command.header.layer = KASANE_NO_LAYER;
  command.count = size_up_to(random, limits.channels * limits.extent * limits.extent);
  {
    Layout layout(random, fmm);
    command.a_address = layout.place(command.count);
    if (two_operands) command.b_address = random.one_in(6) ? command.a_address : layout.place(command.count);
    command.output_address = random.one_in(6) ? command.a_address : layout.place(command.count);
  }
  const auto multiplier = [&] {
    if (random.one_in(5)) return random.one_in(2) ? 0 : kLargest;
    return static_cast<int32_t>(random.between(1 << 20, 1 << 30));
  };
  command.a_multiplier = multiplier();
  command.b_multiplier = two_operands ? multiplier() : 0;
  command.shift = static_cast<int32_t>(random.one_in(4) ? random.between(1, 62) : random.between(26, 32));
  command.a_zero_point = random_zero_point(random);
  command.b_zero_point = two_operands ? random_zero_point(random) : int8_t{0};
  command.output_zero_point = random_zero_point(random);
  random_output_range(random, command);
  return command;
}

}  // namespace

int64_t Random::between(int64_t lowest, int64_t highest) {
  const uint64_t range = static_cast<uint64_t>(highest) - static_cast<uint64_t>(lowest) + 1;
  return static_cast<int64_t>(static_cast<uint64_t>(lowest) + engine_() % range);
}

RandomLayer make_random_convolution(Random& random, const LayerLimits& limits) {
  kasane_ncu_convolution command{};
  command.header.opcode = KASANE_NCU_CONVOLUTION;
  command.header.layer = KASANE_NO_LAYER;
  const Axis vertical = random_axis(random, limits, true);
  const Axis horizontal = random_axis(random, limits, true);
  set_axes(command, vertical, horizontal);
  command.dilation_height = static_cast<uint16_t>(vertical.dilation);
  command.dilation_width = static_cast<uint16_t>(horizontal.dilation);
  random_channels(random, limits, command);
  Bytes fmm, wm;
  place_maps(random, limits, command, command.input_channels, command.output_channels, fmm);
  place_weights(random, command, wm);
  command.pad_value = random_zero_point(random);
  command.output_zero_point = random_zero_point(random);
  random_output_range(random, command);
  std::ostringstream text;
  text << shapes("convolution", command.input_channels, command.output_channels, command) << ", dilation "
       << command.dilation_height << 'x' << command.dilation_width << ", groups " << command.groups;
  return finish(command, std::move(fmm), std::move(wm), text.str());
}

RandomLayer make_random_fully_connected(Random& random, const LayerLimits& limits) {
  kasane_ncu_convolution command{};
  command.header.opcode = KASANE_NCU_FULLY_CONNECTED;
  command.header.layer = KASANE_NO_LAYER;
  const Axis one{.input = 1, .kernel = 1, .stride = 1, .dilation = 1, .pad = 0, .output = 1};
  set_axes(command, one, one);
  command.dilation_height = command.dilation_width = 1;
  command.groups = 1;
  command.input_channels = size_up_to(random, limits.channels * limits.extent);
  command.output_channels = size_up_to(random, limits.channels * 2);
  Bytes fmm, wm;
  place_maps(random, limits, command, command.input_channels, command.output_channels, fmm);
  place_weights(random, command, wm);
  command.pad_value = random_zero_point(random);
  command.output_zero_point = random_zero_point(random);
  random_output_range(random, command);
  return finish(command, std::move(fmm), std::move(wm),
                shapes("fully connected", command.input_channels, command.output_channels, command));
}

RandomLayer make_random_max_pool(Random& random, const LayerLimits& limits) {
  Bytes fmm;
  kasane_ncu_pool command = random_pool_shape(random, limits, fmm);
  command.header.opcode = KASANE_NCU_MAX_POOL;
  command.header.layer = KASANE_NO_LAYER;
  command.input_zero_point = random_zero_point(random);
  command.output_zero_point = command.input_zero_point;
  random_output_range(random, command);
  Bytes wm(64, 0);
  return finish(command, std::move(fmm), std::move(wm),
                shapes("max pool", command.channels, command.channels, command));
}

RandomLayer make_random_average_pool(Random& random, const LayerLimits& limits) {
  Bytes fmm, wm;
  kasane_ncu_pool command = random_pool_shape(random, limits, fmm);
  command.header.opcode = KASANE_NCU_AVERAGE_POOL;
  command.header.layer = KASANE_NO_LAYER;
  command.parameter_count = random.one_in(2) ? 1u : uint32_t{command.kernel_height} * command.kernel_width;
  {
    Layout layout(random, wm);
    command.parameters_address = layout.place(command.parameter_count * sizeof(kasane_channel_parameters), 4);
  }
  for (uint32_t n = 0; n < command.parameter_count; ++n) {
    kasane_channel_parameters p = random_parameters(random, 74.0 * (n + 1));
    p.bias = 0;
    write_parameters(wm, command.parameters_address, n, p);
  }
  command.input_zero_point = random_zero_point(random);
  command.output_zero_point = random_zero_point(random);
  random_output_range(random, command);
  return finish(command, std::move(fmm), std::move(wm),
                shapes("average pool", command.channels, command.channels, command) +
                    (command.parameter_count == 1 ? ", one divisor" : ", divisor by count"));
}

RandomLayer make_random_add(Random& random, const LayerLimits& limits) {
  Bytes fmm;
  kasane_ncu_elementwise command = random_elementwise(random, limits, fmm, true);
  command.header.opcode = KASANE_NCU_ADD;
  return finish(command, std::move(fmm), Bytes(64, 0),
                "add of " + std::to_string(command.count) + " elements");
}

RandomLayer make_random_requantize(Random& random, const LayerLimits& limits) {
  Bytes fmm;
  kasane_ncu_elementwise command = random_elementwise(random, limits, fmm, false);
  command.header.opcode = KASANE_NCU_REQUANTIZE;
  return finish(command, std::move(fmm), Bytes(64, 0),
                "requantise of " + std::to_string(command.count) + " elements");
}

RandomLayer make_random_layer(Random& random, const LayerLimits& limits) {
  switch (random.between(0, 7)) {
    case 0:
      return make_random_fully_connected(random, limits);
    case 1:
      return make_random_max_pool(random, limits);
    case 2:
      return make_random_average_pool(random, limits);
    case 3:
      return make_random_add(random, limits);
    case 4:
      return make_random_requantize(random, limits);
    default:
      return make_random_convolution(random, limits);
  }
}

}  // namespace kasane::reference
