#include "tests/reference/random_hiddenite_layers.h"

#include <algorithm>
#include <cmath>
#include <sstream>
#include <utility>

#include "tests/reference/random_parts.h"
#include "tests/reference/random_shapes.h"

namespace kasane::reference {
namespace {

constexpr const char* kKeepNames[keep_kinds] = {"all",        "none",         "a share",      "some outputs",
                                                "some tiles", "codec limits", "one an output"};

/// Chooses what tiles keep.
class Chooser {
 public:
  Chooser(Random& random, const kasane_hiddenite_convolution& command, Keep keep, int64_t kept_per_1000)
      : random_(random),
        an_output_(weights_an_output(command)),
        largest_((1 << command.field_bits) - 1),
        keep_(keep),
        kept_per_1000_(kept_per_1000) {}

  Mask tile(uint32_t outputs) {
    if (keep_ == Keep::codec_limits) return long_runs(outputs * an_output_);
    const bool empty = keep_ == Keep::none || (keep_ == Keep::some_tiles && random_.one_in(2));
    Mask mask;
    for (uint32_t o = 0; o < outputs; ++o) append_output(mask, empty);
    return mask;
  }

 private:
  void append_output(Mask& mask, bool empty) {
    if (empty || (keep_ == Keep::some_outputs && random_.one_in(2))) {
      mask.insert(mask.end(), an_output_, false);
      return;
    }
    const uint32_t single = one_below(random_, an_output_);
    for (uint64_t n = 0; n < an_output_; ++n)
      mask.push_back(keep_ == Keep::one_an_output
                         ? n == single
                         : keep_ != Keep::share || random_.between(1, 1000) <= kept_per_1000_);
  }

  Mask long_runs(uint64_t weights) {
    Mask mask;
    while (mask.size() < weights) {
      const int64_t run = random_.between(0, 2) * largest_ + random_.between(-1, 1);
      mask.insert(mask.end(), static_cast<size_t>(std::max<int64_t>(run, 0)), false);
      mask.push_back(true);
    }
    mask.resize(weights);
    return mask;
  }

  Random& random_;
  uint64_t an_output_;
  int64_t largest_;
  Keep keep_;
  int64_t kept_per_1000_;
};

struct Lists {
  Bytes tiles;
  Bytes masks;
};

Lists random_lists(Random& random, const kasane_hiddenite_convolution& command, Keep keep,
                   int64_t kept_per_1000) {
  Chooser chooser(random, command, keep, kept_per_1000);
  Lists lists;
  visit_tiles(command, [&](uint32_t outputs) {
    const MaskFields fields = encode_mask(chooser.tile(outputs), command.field_bits);
    lists.tiles.resize(lists.tiles.size() + 4);
    store_word(lists.tiles, lists.tiles.size() - 4, static_cast<int32_t>(fields.size()));
    const Bytes mask = pack_fields(fields, command.field_bits);
    lists.masks.insert(lists.masks.end(), mask.begin(), mask.end());
  });
  return lists;
}

/// Of a sum; 74 is the deviation of a random byte.
double spread_of(const kasane_hiddenite_convolution& command) {
  return std::sqrt(static_cast<double>(weights_an_output(command))) * 74;
}

void place_lists(Random& random, const Lists& lists, kasane_hiddenite_convolution& command, Bytes& wm) {
  command.mask_bytes = static_cast<uint32_t>(lists.masks.size());
  place_in_any_order(
      random, wm,
      {{&command.tiles_address, lists.tiles.size(), 4},
       {&command.mask_address, lists.masks.size()},
       {&command.parameters_address, command.output_channels * sizeof(kasane_channel_parameters), 4}});
  std::ranges::copy(lists.tiles, wm.begin() + command.tiles_address);
  std::ranges::copy(lists.masks, wm.begin() + command.mask_address);
  for (uint32_t o = 0; o < command.output_channels; ++o)
    write_parameters(wm, command.parameters_address, o, random_parameters(random, spread_of(command)));
}

/// At times many elements are the zero point, as behind a ReLU.
void add_zeros(Random& random, const kasane_hiddenite_convolution& command, Bytes& fmm) {
  if (random.one_in(2)) return;
  const int64_t zeros_per_100 = random.one_in(4) ? 100 : random.between(1, 99);
  const uint64_t bytes = uint64_t{command.input_channels} * command.input_channel_pitch;
  for (uint64_t a = command.input_address; a < command.input_address + bytes; ++a)
    if (random.between(1, 100) <= zeros_per_100) store(fmm, a, command.input_zero_point);
}

std::string describe(const kasane_hiddenite_convolution& c, Keep keep, int64_t kept_per_1000) {
  std::ostringstream text;
  text << describe_shape(c, c.input_channels, c.output_channels) << ", tiles of " << c.tile_outputs
       << ", keeps " << kKeepNames[static_cast<int>(keep)];
  if (keep == Keep::share) text << " of " << kept_per_1000 << " per mill";
  text << " in fields of " << int{c.field_bits} << " bits, " << c.mask_bytes << " mask bytes, generator "
       << int{c.generator} << " with seed " << c.layer_seed << " from weight " << c.first_weight
       << ", zero point " << int{c.input_zero_point};
  return text.str();
}

uint32_t random_word(Random& random) {
  return static_cast<uint32_t>(random.between(0, 0xFFFFFFFF));
}

void random_numbers(Random& random, kasane_hiddenite_convolution& command) {
  command.generator = static_cast<uint8_t>(one_below(random, KASANE_GENERATORS));
  command.field_bits = static_cast<uint8_t>(random.between(0, KASANE_HIDDENITE_MAX_FIELD_BITS));
  command.layer_seed = random_word(random);
  if (random.one_in(2)) command.first_weight = random_word(random);
  if (random.one_in(8)) command.first_weight = 0u - size_up_to(random, 1000);  // indices wrap
  command.input_zero_point = random_zero_point(random);
  command.output_zero_point = random_zero_point(random);
  random_output_range(random, command);
}

Axis random_hidden_axis(Random& random, LayerLimits limits) {
  const uint32_t kernel = random.one_in(3) ? 3 : random.one_in(12) ? size_up_to(random, 20) : 0;
  limits.extent = std::max(limits.extent, kernel);
  return random_free_axis(random, limits, kernel);
}

kasane_hiddenite_convolution random_shape(Random& random, const HiddenLimits& limits) {
  kasane_hiddenite_convolution command{};
  command.header.layer = KASANE_NO_LAYER;
  if (random.one_in(8)) {
    command.header.opcode = KASANE_HIDDENITE_FULLY_CONNECTED;
    random_fully_connected(random, limits.fully_connected_inputs, limits.outputs, command);
    return command;
  }
  command.header.opcode = KASANE_HIDDENITE_CONVOLUTION;
  const Axis vertical = random_hidden_axis(random, limits.map);
  const bool square = random.one_in(4) && vertical.output == vertical.input;
  const Axis horizontal = square ? vertical : random_hidden_axis(random, limits.map);
  set_axes(command, vertical, horizontal);
  random_channels(random, limits.map, limits.outputs, command);
  return command;
}

HiddenLayer build(Random& random, kasane_hiddenite_convolution command, Keep keep, int64_t kept_per_1000) {
  HiddenLayer layer{.command = command, .fmm = {}, .wm = {}, .keep = keep, .description = {}};
  place_maps(random, LayerLimits{}.pitch_slack, layer.command, command.input_channels,
             command.output_channels, layer.fmm);
  place_lists(random, random_lists(random, command, keep, kept_per_1000), layer.command, layer.wm);
  layer.description = describe(layer.command, keep, kept_per_1000);
  return layer;
}

}  // namespace

HiddenLayer make_random_hidden_layer(Random& random, uint32_t lanes, const HiddenLimits& limits) {
  kasane_hiddenite_convolution command;
  do {
    command = random_shape(random, limits);
  } while (products_of(command) > limits.products || weights_an_output(command) > limits.tile_weights);
  const auto most =
      static_cast<uint32_t>(std::min<uint64_t>(lanes, limits.tile_weights / weights_an_output(command)));
  command.tile_outputs = static_cast<uint16_t>(random.one_in(3) ? size_up_to(random, most) : most);
  random_numbers(random, command);
  const auto keep = random.one_in(3) ? Keep::share : static_cast<Keep>(one_below(random, keep_kinds));
  const int64_t kept_per_1000 = random.one_in(3) ? 100 : random.between(0, 1000);
  HiddenLayer layer = build(random, command, keep, kept_per_1000);
  add_zeros(random, layer.command, layer.fmm);
  return layer;
}

HiddenLayer make_hidden_layer(Random& random, kasane_hiddenite_convolution command, Keep keep,
                              int64_t kept_per_1000) {
  return build(random, command, keep, kept_per_1000);
}

HiddenLayer make_large_hidden_sums(Random& random) {
  kasane_hiddenite_convolution command{};
  command.header.opcode = KASANE_HIDDENITE_CONVOLUTION;
  command.header.layer = KASANE_NO_LAYER;
  const Axis axis{.input = 8, .kernel = 8};
  set_axes(command, axis, axis);
  command.groups = 1;
  command.input_channels = KASANE_HIDDENITE_MAX_WEIGHTS_AN_OUTPUT / 64;
  command.output_channels = 2;
  command.tile_outputs = 1;
  random_numbers(random, command);
  command.input_zero_point = random.one_in(2) ? -128 : 127;
  HiddenLayer layer = build(random, command, Keep::all, 1000);
  // 255 away from the zero point where the first output's weight is +, at it elsewhere.
  const std::vector<int> weights = hidden_weights(layer.command, layer.wm);
  const kasane_hiddenite_convolution& c = layer.command;
  for (uint32_t n = 0; n < weights_an_output(c); ++n)
    store(layer.fmm,
          c.input_address + uint64_t{n / 64} * c.input_channel_pitch +
              uint64_t{n / 8 % 8} * c.input_row_pitch + n % 8,
          static_cast<int8_t>(weights[n] > 0 ? -1 - c.input_zero_point : c.input_zero_point));
  return layer;
}

}  // namespace kasane::reference
