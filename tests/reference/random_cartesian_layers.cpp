#include "tests/reference/random_cartesian_layers.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <sstream>
#include <utility>

#include "tests/reference/random_parts.h"

namespace kasane::reference {
namespace {

constexpr const char* kPruningNames[pruning_kinds] = {"dense",       "nothing kept",   "empty channels",
                                                      "empty tiles", "one coordinate", "one row",
                                                      "one column",  "shared",         "independent"};

/// Operands of which extremes add up.
enum class Nibbles : uint8_t { any, smallest, largest, extremes };

Nibbles random_nibbles(Random& random) {
  return random.one_in(2) ? Nibbles::any : static_cast<Nibbles>(random.between(0, 3));
}

uint8_t nibble(Random& random, Nibbles kind) {
  constexpr uint8_t smallest = 8, largest = 7;  // -8 and 7
  switch (kind) {
    case Nibbles::smallest:
      return smallest;
    case Nibbles::largest:
      return largest;
    case Nibbles::extremes:
      return random.one_in(2) ? smallest : largest;
    default:
      return random.byte() % 16;
  }
}

uint8_t nibbles(Random& random, Nibbles low, Nibbles high) {
  const uint8_t first = nibble(random, low);
  return static_cast<uint8_t>(first + nibble(random, high) * 16);
}

uint32_t one_below(Random& random, uint32_t count) {
  return size_up_to(random, count) - 1;
}

/// Chooses what one tile keeps.
class Tile {
 public:
  /// Of each coordinate the output channels whose weight is kept, a bit each; 0: the coordinate is not kept.
  using Kernel = std::vector<uint64_t>;

  Tile(Random& random, const kasane_cartesian_convolution& command, Pruning pruning, int64_t kept_per_1000,
       uint32_t outputs)
      : random_(random),
        height_(command.kernel_height),
        width_(command.kernel_width),
        pruning_(pruning),
        kept_per_1000_(kept_per_1000),
        outputs_(outputs),
        empty_(pruning == Pruning::nothing_kept || (pruning == Pruning::empty_tiles && random.one_in(2))) {}

  /// Of the next input channel.
  Kernel channel() {
    Kernel kernel(size_t{height_} * width_);
    if (empty_ || (pruning_ == Pruning::empty_channels && random_.one_in(2))) return kernel;
    const uint32_t row = one_below(random_, height_), column = one_below(random_, width_);
    for (uint32_t r = 0; r < height_; ++r)
      for (uint32_t s = 0; s < width_; ++s) kernel[r * width_ + s] = outputs(r == row, s == column);
    return kernel;
  }

 private:
  bool chance() { return random_.between(1, 1000) <= kept_per_1000_; }

  uint64_t outputs(bool on_row, bool on_column) {
    const uint64_t all = ~uint64_t{0} >> (64 - outputs_);
    switch (pruning_) {
      case Pruning::one_coordinate:
        return on_row && on_column ? all : 0;
      case Pruning::one_row:
        return on_row ? all : 0;
      case Pruning::one_column:
        return on_column ? all : 0;
      case Pruning::shared:
        return chance() ? all : 0;
      case Pruning::independent: {
        uint64_t kept = 0;
        for (uint32_t o = 0; o < outputs_; ++o)
          if (chance()) kept |= uint64_t{1} << o;
        return kept;
      }
      default:
        return all;
    }
  }

  Random& random_;
  uint32_t height_;
  uint32_t width_;
  Pruning pruning_;
  int64_t kept_per_1000_;
  uint32_t outputs_;
  bool empty_;
};

struct Lists {
  Bytes kept;
  Bytes weights;
};

void append(Random& random, const Tile::Kernel& kernel, uint32_t outputs, Nibbles kind, Lists& lists) {
  Bytes bitmap((kernel.size() + 7) / 8);
  for (size_t element = 0; element < kernel.size(); ++element) {
    if (kernel[element] == 0) continue;
    bitmap[element / 8] |= static_cast<uint8_t>(1u << element % 8);
    for (uint32_t o = 0; o < outputs; o += 2) {
      uint8_t pair = nibbles(random, kind, kind);
      if ((kernel[element] >> o) % 2 == 0) pair &= 0xF0;
      // Beyond the last output of an odd tile anything may stand.
      if (o + 1 < outputs && (kernel[element] >> (o + 1)) % 2 == 0) pair &= 0x0F;
      lists.weights.push_back(pair);
    }
  }
  lists.kept.insert(lists.kept.end(), bitmap.begin(), bitmap.end());
}

Lists random_lists(Random& random, const kasane_cartesian_convolution& command, Pruning pruning,
                   int64_t kept_per_1000, Nibbles kind) {
  Lists lists;
  const uint32_t group_outputs = command.output_channels / command.groups;
  for (uint32_t group = 0; group < command.groups; ++group)
    for (uint32_t first = 0; first < group_outputs; first += command.tile_outputs) {
      const uint32_t outputs = std::min<uint32_t>(command.tile_outputs, group_outputs - first);
      Tile tile(random, command, pruning, kept_per_1000, outputs);
      for (uint32_t i = 0; i < command.input_channels / command.groups; ++i)
        append(random, tile.channel(), outputs, kind, lists);
    }
  return lists;
}

/// Of a sum of products; 4.6 is the deviation of a random nibble.
double spread_of(const kasane_cartesian_convolution& command) {
  const double products = static_cast<double>(command.input_channels / command.groups) *
                          command.kernel_height * command.kernel_width;
  return std::sqrt(products) * 4.6 * 4.6;
}

kasane_channel_parameters random_array_parameters(Random& random,
                                                  const kasane_cartesian_convolution& command) {
  kasane_channel_parameters p = random_parameters(random, spread_of(command));
  if (command.output_bits == 4) p.shift = std::min(p.shift + 4, 62);  // it spreads over 256 levels
  return p;
}

void place_lists(Random& random, const Lists& lists, kasane_cartesian_convolution& command, Bytes& wm) {
  command.weight_bytes = static_cast<uint32_t>(lists.weights.size());
  {
    Layout layout(random, wm);
    std::array<int, 3> order{0, 1, 2};
    for (size_t n = 2; n > 0; --n)
      std::swap(order[n], order[one_below(random, static_cast<uint32_t>(n) + 1)]);
    for (const int part : order) {
      if (part == 0) command.kept_address = layout.place(lists.kept.size());
      if (part == 1) command.weight_address = layout.place(lists.weights.size());
      if (part == 2)
        command.parameters_address =
            layout.place(command.output_channels * sizeof(kasane_channel_parameters), 4);
    }
  }
  std::ranges::copy(lists.kept, wm.begin() + command.kept_address);
  std::ranges::copy(lists.weights, wm.begin() + command.weight_address);
  for (uint32_t o = 0; o < command.output_channels; ++o)
    write_parameters(wm, command.parameters_address, o, random_array_parameters(random, command));
}

uint32_t planes(uint32_t channels, uint8_t bits) {
  return bits == 4 ? (channels + 1) / 2 : channels;
}

void place_planes(Random& random, kasane_cartesian_convolution& command, Bytes& fmm) {
  const auto slack = [&] { return random.one_in(2) ? 0 : size_up_to(random, 9); };
  command.input_row_pitch = command.input_width + slack();
  command.input_plane_pitch = command.input_height * command.input_row_pitch + slack();
  command.output_row_pitch = command.output_width + slack();
  command.output_plane_pitch = command.output_height * command.output_row_pitch + slack();
  const size_t inputs = planes(command.input_channels, command.input_bits);
  const size_t outputs = planes(command.output_channels, command.output_bits);
  Layout layout(random, fmm);
  const bool output_first = random.one_in(2);
  if (output_first) command.output_address = layout.place(outputs * command.output_plane_pitch);
  command.input_address = layout.place(inputs * command.input_plane_pitch);
  if (!output_first) command.output_address = layout.place(outputs * command.output_plane_pitch);
}

void fill_input(Random& random, const kasane_cartesian_convolution& command, Nibbles kind, Bytes& fmm) {
  const size_t bytes = size_t{planes(command.input_channels, command.input_bits)} * command.input_plane_pitch;
  for (size_t a = command.input_address; a < command.input_address + bytes; ++a)
    fmm[a] = nibbles(random, kind, command.input_bits == 4 ? kind : Nibbles::any);
}

std::string describe(const kasane_cartesian_convolution& c, Pruning pruning) {
  std::ostringstream text;
  text << c.input_channels << 'x' << c.input_height << 'x' << c.input_width << " of " << int{c.input_bits}
       << " bits -> " << c.output_channels << 'x' << c.output_height << 'x' << c.output_width << " of "
       << int{c.output_bits} << " bits, kernel " << c.kernel_height << 'x' << c.kernel_width << ", stride "
       << c.stride_height << 'x' << c.stride_width << ", dilation " << c.dilation_height << 'x'
       << c.dilation_width << ", padding " << c.pad_top << ',' << c.pad_left << ", groups " << c.groups
       << ", columns " << c.tile_outputs << ", " << kPruningNames[static_cast<int>(pruning)] << ", "
       << c.weight_bytes << " weight bytes";
  return text.str();
}

CartesianLayer build(Random& random, kasane_cartesian_convolution command, Pruning pruning,
                     int64_t kept_per_1000, Nibbles inputs, Nibbles weights) {
  CartesianLayer layer{.command = command, .fmm = {}, .wm = {}, .pruning = pruning, .description = {}};
  place_planes(random, layer.command, layer.fmm);
  fill_input(random, layer.command, inputs, layer.fmm);
  place_lists(random, random_lists(random, command, pruning, kept_per_1000, weights), layer.command,
              layer.wm);
  layer.description = describe(layer.command, pruning);
  return layer;
}

/// Height and width of 1 ... 64 elements.
std::pair<uint32_t, uint32_t> random_kernel(Random& random) {
  constexpr uint32_t largest = KASANE_CARTESIAN_MAX_KERNEL_ELEMENTS;
  if (random.one_in(4)) return {1, 1};
  if (random.one_in(3)) {
    const uint32_t size = 1 + size_up_to(random, 7);
    return {size, size};
  }
  if (random.one_in(6)) return {1, size_up_to(random, largest)};
  if (random.one_in(6)) return {size_up_to(random, largest), 1};
  const uint32_t height = size_up_to(random, 12);
  return {height, size_up_to(random, std::min(largest / height, 12u))};
}

/// The formula holds for any padding and output size, so at times windows lie beyond the input.
Axis random_array_axis(Random& random, const LayerLimits& limits, uint32_t kernel) {
  Axis axis = random_axis(random, limits, true, kernel);
  if (random.one_in(16)) axis.pad += size_up_to(random, 8);
  if (random.one_in(16)) axis.output += size_up_to(random, 4);
  return axis;
}

void random_channels(Random& random, const CartesianLimits& limits, kasane_cartesian_convolution& command) {
  if (random.one_in(5)) {  // depth-wise, at times with a channel multiplier
    command.groups = command.input_channels = size_up_to(random, limits.map.channels);
    command.output_channels = command.groups * (random.one_in(3) ? size_up_to(random, 3) : 1);
    return;
  }
  command.groups = random.one_in(4) ? size_up_to(random, limits.map.groups) : 1;
  command.input_channels =
      command.groups * size_up_to(random, std::max(1u, limits.map.channels / command.groups));
  command.output_channels =
      command.groups * size_up_to(random, std::max(1u, limits.outputs / command.groups));
}

kasane_cartesian_convolution random_shape(Random& random, const CartesianLimits& limits) {
  kasane_cartesian_convolution command{};
  command.header.opcode = KASANE_CARTESIAN_CONVOLUTION;
  const auto [height, width] = random_kernel(random);
  const Axis vertical = random_array_axis(random, limits.map, height);
  const Axis horizontal = random_array_axis(random, limits.map, width);
  set_axes(command, vertical, horizontal);
  command.dilation_height = static_cast<uint16_t>(vertical.dilation);
  command.dilation_width = static_cast<uint16_t>(horizontal.dilation);
  random_channels(random, limits, command);
  return command;
}

kasane_cartesian_convolution random_fully_connected(Random& random, const CartesianLimits& limits) {
  kasane_cartesian_convolution command{};
  command.header.opcode = KASANE_CARTESIAN_FULLY_CONNECTED;
  const Axis one{.input = 1, .kernel = 1, .stride = 1, .dilation = 1, .pad = 0, .output = 1};
  set_axes(command, one, one);
  command.dilation_height = command.dilation_width = 1;
  command.groups = 1;
  command.input_channels = size_up_to(random, limits.fully_connected_inputs);
  command.output_channels = size_up_to(random, limits.outputs);
  return command;
}

/// Product count if nothing is pruned.
uint64_t products(const kasane_cartesian_convolution& c) {
  return uint64_t{c.output_channels} * (c.input_channels / c.groups) * c.kernel_height * c.kernel_width *
         c.output_height * c.output_width;
}

int8_t random_level(Random& random) {
  return static_cast<int8_t>(random.between(-8, 7));
}

void random_numbers(Random& random, kasane_cartesian_convolution& command) {
  command.input_bits = random.one_in(2) ? 4 : 8;
  const bool packable = command.groups == 1 || command.output_channels / command.groups % 2 == 0;
  command.output_bits = packable && random.one_in(2) ? 4 : 8;
  command.pad_value = random_level(random);
  command.output_zero_point = random_zero_point(random);
  random_output_range(random, command);
  if (command.output_bits == 8) return;
  if (!random.one_in(4)) command.output_zero_point = random_level(random);
  command.output_min = -8;
  command.output_max = 7;
  if (random.one_in(3)) command.output_min = random_level(random);
  if (random.one_in(4)) command.output_max = static_cast<int8_t>(random.between(command.output_min, 7));
}

}  // namespace

CommandRecord CartesianLayer::record() const {
  CommandRecord bytes;
  static_assert(sizeof command == sizeof bytes);
  std::memcpy(bytes.data(), &command, sizeof command);
  return bytes;
}

CartesianLayer make_random_cartesian_layer(Random& random, uint32_t columns, const CartesianLimits& limits) {
  kasane_cartesian_convolution command;
  do {
    command = random.one_in(8) ? random_fully_connected(random, limits) : random_shape(random, limits);
  } while (products(command) > limits.products);
  command.header.layer = KASANE_NO_LAYER;
  command.tile_outputs = static_cast<uint16_t>(columns);
  random_numbers(random, command);
  const auto pruning = static_cast<Pruning>(random.between(0, pruning_kinds - 1));
  const int64_t kept_per_1000 = random.one_in(2) ? 120 : random.between(1, 1000);
  const Nibbles inputs = random_nibbles(random);
  return build(random, command, pruning, kept_per_1000, inputs, random_nibbles(random));
}

CartesianLayer make_cartesian_layer(Random& random, kasane_cartesian_convolution command, Pruning pruning,
                                    int64_t kept_per_1000) {
  return build(random, command, pruning, kept_per_1000, Nibbles::any, Nibbles::any);
}

CartesianLayer make_wrapping_cartesian_layer(Random& random, uint32_t columns) {
  kasane_cartesian_convolution command{};
  command.header.opcode = KASANE_CARTESIAN_CONVOLUTION;
  command.header.layer = KASANE_NO_LAYER;
  const Axis axis{.input = 8, .kernel = 8, .stride = 1, .dilation = 1, .pad = 0, .output = 1};
  set_axes(command, axis, axis);
  command.dilation_height = command.dilation_width = 1;
  command.groups = 1;
  command.input_channels = 2400;
  command.output_channels = 2;
  command.tile_outputs = static_cast<uint16_t>(columns);
  random_numbers(random, command);
  // 153,600 products of 64 or -56.
  const Nibbles inputs = random.one_in(2) ? Nibbles::smallest : Nibbles::largest;
  return build(random, command, Pruning::dense, 1000, inputs, Nibbles::smallest);
}

}  // namespace kasane::reference
