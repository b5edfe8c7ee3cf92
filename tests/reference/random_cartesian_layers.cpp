#include "tests/reference/random_cartesian_layers.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "tests/reference/random_parts.h"
#include "tests/reference/random_shapes.h"

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
  visit_tiles(command, [&](uint32_t outputs) {
    Tile tile(random, command, pruning, kept_per_1000, outputs);
    for (uint32_t i = 0; i < command.input_channels / command.groups; ++i)
      append(random, tile.channel(), outputs, kind, lists);
  });
  return lists;
}

/// Of a sum of products; 4.6 is the deviation of a random nibble.
double spread_of(const kasane_cartesian_convolution& command) {
  return std::sqrt(static_cast<double>(taps_of(command))) * 4.6 * 4.6;
}

kasane_channel_parameters random_array_parameters(Random& random,
                                                  const kasane_cartesian_convolution& command) {
  kasane_channel_parameters p = random_parameters(random, spread_of(command));
  if (command.output_bits == 4) p.shift = std::min(p.shift + 4, 62);  // it spreads over 256 levels
  return p;
}

void place_lists(Random& random, const Lists& lists, kasane_cartesian_convolution& command, Bytes& wm) {
  command.weight_bytes = static_cast<uint32_t>(lists.weights.size());
  place_in_any_order(
      random, wm,
      {{&command.kept_address, lists.kept.size()},
       {&command.weight_address, lists.weights.size()},
       {&command.parameters_address, command.output_channels * sizeof(kasane_channel_parameters), 4}});
  std::ranges::copy(lists.kept, wm.begin() + command.kept_address);
  std::ranges::copy(lists.weights, wm.begin() + command.weight_address);
  for (uint32_t o = 0; o < command.output_channels; ++o)
    write_parameters(wm, command.parameters_address, o, random_array_parameters(random, command));
}

uint32_t planes(uint32_t channels, uint8_t bits) {
  return bits == 4 ? (channels + 1) / 2 : channels;
}

void fill_input(Random& random, const kasane_cartesian_convolution& command, Nibbles kind, Bytes& fmm) {
  const size_t bytes = size_t{planes(command.input_channels, command.input_bits)} * command.input_plane_pitch;
  for (size_t a = command.input_address; a < command.input_address + bytes; ++a)
    fmm[a] = nibbles(random, kind, command.input_bits == 4 ? kind : Nibbles::any);
}

std::string describe(const kasane_cartesian_convolution& c, Pruning pruning) {
  return describe_shape(c, c.input_channels, c.output_channels) + ", " + std::to_string(c.input_bits) +
         " bits in, " + std::to_string(c.output_bits) + " bits out, columns " +
         std::to_string(c.tile_outputs) + ", " + kPruningNames[static_cast<int>(pruning)] + ", " +
         std::to_string(c.weight_bytes) + " weight bytes";
}

CartesianLayer build(Random& random, kasane_cartesian_convolution command, Pruning pruning,
                     int64_t kept_per_1000, Nibbles inputs, Nibbles weights) {
  CartesianLayer layer{.command = command, .fmm = {}, .wm = {}, .pruning = pruning, .description = {}};
  place_maps(random, LayerLimits{}.pitch_slack, layer.command,
             planes(command.input_channels, command.input_bits),
             planes(command.output_channels, command.output_bits), layer.fmm);
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

kasane_cartesian_convolution random_shape(Random& random, const CartesianLimits& limits) {
  kasane_cartesian_convolution command{};
  command.header.layer = KASANE_NO_LAYER;
  if (random.one_in(8)) {
    command.header.opcode = KASANE_CARTESIAN_FULLY_CONNECTED;
    random_fully_connected(random, limits.fully_connected_inputs, limits.outputs, command);
    return command;
  }
  command.header.opcode = KASANE_CARTESIAN_CONVOLUTION;
  const auto [height, width] = random_kernel(random);
  const Axis vertical = random_free_axis(random, limits.map, height);
  set_axes(command, vertical, random_free_axis(random, limits.map, width));
  random_channels(random, limits.map, limits.outputs, command);
  return command;
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

CartesianLayer make_random_cartesian_layer(Random& random, uint32_t columns, const CartesianLimits& limits) {
  kasane_cartesian_convolution command;
  do {
    command = random_shape(random, limits);
  } while (products_of(command) > limits.products);
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
  const Axis axis{.input = 8, .kernel = 8};
  set_axes(command, axis, axis);
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
