#include <stdbool.h>

#include "kasane/requantize.h"
#include "sw/runtime/software_hidden_mask.h"
#include "sw/runtime/software_hiddenite_sums.h"
#include "sw/runtime/software_kernels.h"

/// One output tile: where its mask lies, and which outputs it has.
struct tile {
  const uint8_t* mask;
  uint32_t fields;
  uint32_t group;
  uint32_t first_output;
  uint32_t outputs;
};

/// Goes through a command's tiles in their order.
struct tiles {
  const struct kasane_hiddenite_convolution* command;
  const uint32_t* fields;  ///< of the next tile
  uint32_t group_outputs;
  uint32_t output_weights;  ///< of one output
  struct tile tile;
};

static struct tiles tiles_of(const struct software_memory* memory,
                             const struct kasane_hiddenite_convolution* c) {
  return (struct tiles){
      .command = c,
      .fields = (const uint32_t*)(memory->wm + c->tiles_address),
      .group_outputs = c->output_channels / c->groups,
      .output_weights = c->input_channels / c->groups * ((uint32_t)c->kernel_height * c->kernel_width),
      .tile = {.mask = (const uint8_t*)memory->wm + c->mask_address}};
}

/// False behind the last tile.
static bool next_tile(struct tiles* tiles) {
  const struct kasane_hiddenite_convolution* c = tiles->command;
  struct tile* tile = &tiles->tile;
  tile->mask += hidden_mask_bytes(tile->fields, c->field_bits);
  tile->first_output += tile->outputs;
  if (tile->first_output == c->output_channels) return false;
  tile->group = tile->first_output / tiles->group_outputs;
  const uint32_t left = (tile->group + 1) * tiles->group_outputs - tile->first_output;
  tile->outputs = left < c->tile_outputs ? left : c->tile_outputs;
  tile->fields = *tiles->fields++;
  return true;
}

/// KASANE_ERROR_* of the constants in WM. No mask is looked at beyond the command's mask_bytes.
static uint32_t check_constants(const struct software_memory* memory,
                                const struct kasane_hiddenite_convolution* c) {
  const struct kasane_channel_parameters* parameters = (const void*)(memory->wm + c->parameters_address);
  for (uint32_t o = 0; o < c->output_channels; ++o) {
    if (!software_parameters_good(&parameters[o])) return KASANE_ERROR_PARAMETER;
  }
  uint64_t left = c->mask_bytes;
  struct tiles tiles = tiles_of(memory, c);
  while (next_tile(&tiles)) {
    const struct tile* tile = &tiles.tile;
    const uint64_t bytes = hidden_mask_bytes(tile->fields, c->field_bits);
    if (bytes > left) return KASANE_ERROR_MASK;
    left -= bytes;
    if (!hidden_mask_good(tile->mask, tile->fields, c->field_bits, tile->outputs * tiles.output_weights)) {
      return KASANE_ERROR_MASK;
    }
  }
  return left == 0 ? KASANE_ERROR_NONE : KASANE_ERROR_MASK;
}

static int8_t finish(uint32_t sum, const struct kasane_channel_parameters* p,
                     const struct kasane_hiddenite_convolution* c) {
  const int32_t value = (int32_t)(sum + (uint32_t)p->bias);
  return kasane_requantize(value, p->multiplier, p->shift, c->output_zero_point, c->output_min,
                           c->output_max);
}

/// One output channel of a tile.
struct channel {
  const struct kasane_hiddenite_convolution* command;
  const int8_t* input;  ///< first channel of the group
  int8_t* output;
  const struct kasane_channel_parameters* parameters;
  struct hidden_mask mask;  ///< stands at the channel's first kept weight
  uint32_t first_weight;    ///< index in the tile
  uint32_t end_weight;
  uint32_t generator_index;  ///< of the first weight
};

static int8_t sign_of(const struct channel* channel, uint32_t weight) {
  const struct kasane_hiddenite_convolution* c = channel->command;
  return kasane_random_sign(c->generator, c->layer_seed, channel->generator_index + weight);
}

/// One pixel and a kernel of one element: the weight's number is its input channel's.
static void connect(struct channel* channel) {
  const struct kasane_hiddenite_convolution* c = channel->command;
  uint32_t sum = 0;
  for (; channel->mask.kept < channel->end_weight; hidden_mask_advance(&channel->mask)) {
    const uint32_t weight = channel->mask.kept - channel->first_weight;
    const int value = channel->input[(size_t)weight * c->input_channel_pitch] - c->input_zero_point;
    sum += (uint32_t)(sign_of(channel, weight) < 0 ? -value : value);
  }
  *channel->output = finish(sum, channel->parameters, c);
}

static void store(const struct channel* channel, const struct hidden_sums* sums) {
  const struct kasane_hiddenite_convolution* c = channel->command;
  for (uint32_t y = 0; y < sums->rows; ++y) {
    int8_t* row = channel->output + (size_t)(sums->first_row + y) * c->output_row_pitch + sums->first_column;
    for (uint32_t x = 0; x < sums->columns; ++x) {
      row[x] = finish(sums->sum[y * sums->columns + x], channel->parameters, c);
    }
  }
}

/// The outputs of one band. Leaves the mask behind the channel's last kept weight.
static void convolve_band(struct channel* channel, struct hidden_sums* sums) {
  const struct kasane_hiddenite_convolution* c = channel->command;
  struct hidden_place place = {0};
  for (; channel->mask.kept < channel->end_weight; hidden_mask_advance(&channel->mask)) {
    const uint32_t weight = channel->mask.kept - channel->first_weight;
    hidden_place_move(&place, weight, c);
    hidden_sums_add(sums, &place, sign_of(channel, weight));
  }
  hidden_sums_finish(sums);
  store(channel, sums);
}

static void convolve(struct channel* channel) {
  const struct kasane_hiddenite_convolution* c = channel->command;
  const struct hidden_mask first = channel->mask;
  const uint32_t columns = c->output_width < HIDDEN_SUMS ? c->output_width : HIDDEN_SUMS;
  const uint32_t rows = HIDDEN_SUMS / columns;
  struct hidden_sums sums;
  for (uint32_t y = 0; y < c->output_height; y += rows) {
    for (uint32_t x = 0; x < c->output_width; x += columns) {
      channel->mask = first;
      hidden_sums_begin(&sums, c, channel->input, y, x, rows, columns);
      convolve_band(channel, &sums);
    }
  }
}

static void compute_tile(const struct software_memory* memory, const struct tiles* tiles) {
  const struct kasane_hiddenite_convolution* c = tiles->command;
  const struct tile* tile = &tiles->tile;
  const uint32_t group_inputs = c->input_channels / c->groups;
  const bool one_pixel = c->output_height == 1 && c->output_width == 1 && c->input_height == 1 &&
                         c->input_width == 1 && c->kernel_height == 1 && c->kernel_width == 1 &&
                         c->pad_top == 0 && c->pad_left == 0;
  struct channel channel = {
      .command = c,
      .input = memory->fmm + c->input_address + (size_t)tile->group * group_inputs * c->input_channel_pitch,
      .mask = hidden_mask_begin(tile->mask, tile->fields, c->field_bits)};
  for (uint32_t o = 0; o < tile->outputs; ++o) {
    const uint32_t output = tile->first_output + o;
    channel.output = memory->fmm + c->output_address + (size_t)output * c->output_channel_pitch;
    channel.parameters =
        (const struct kasane_channel_parameters*)(memory->wm + c->parameters_address) + output;
    channel.first_weight = o * tiles->output_weights;
    channel.end_weight = channel.first_weight + tiles->output_weights;
    channel.generator_index = c->first_weight + output * tiles->output_weights;
    if (one_pixel) {
      connect(&channel);
    } else {
      convolve(&channel);
    }
  }
}

uint32_t software_hiddenite(const struct software_memory* memory,
                            const struct kasane_hiddenite_convolution* c) {
  const uint32_t error = check_constants(memory, c);
  if (error != KASANE_ERROR_NONE) return error;
  struct tiles tiles = tiles_of(memory, c);
  while (next_tile(&tiles)) compute_tile(memory, &tiles);
  return KASANE_ERROR_NONE;
}
