#include <stdbool.h>

#include "kasane/requantize.h"
#include "sw/runtime/software_kernels.h"

// Sums are unsigned: they wrap at 32 bits, and hence are right in the 24 that the array has.

enum { PIXELS = 4, PAIRS = 4 };

/// One pair of output channels, whose weights share a byte, and what they read.
struct pair {
  const struct kasane_cartesian_convolution* command;
  const uint8_t* input;  ///< the map's first byte
  uint32_t first_input;  ///< channel of the group
  uint32_t inputs;       ///< channels of the group
  const uint8_t* kept;   ///< bitmaps of the output tile
  uint32_t kept_bytes;   ///< of a bitmap
  const uint8_t* weight;
  uint32_t weight_bytes;  ///< of a step
};

static int32_t low_nibble(uint8_t byte) {
  return (int32_t)((uint32_t)byte << 28) >> 28;
}

static int32_t high_nibble(uint8_t byte) {
  return (int32_t)((uint32_t)byte << 24) >> 28;
}

static uint64_t bitmap_of(const uint8_t* kept, uint32_t bytes) {
  uint64_t bitmap = 0;
  for (uint32_t i = 0; i < bytes; ++i) bitmap |= (uint64_t)kept[i] << 8 * i;
  return bitmap;
}

/// A channel's plane, and by how much its nibbles are to be shifted up to stand at the top of 32 bits.
static const uint8_t* plane_of(const struct pair* pair, uint32_t channel, uint32_t* shift) {
  const struct kasane_cartesian_convolution* c = pair->command;
  *shift = c->input_bits == 4 && channel % 2 != 0 ? 24 : 28;
  return pair->input + (size_t)(c->input_bits == 4 ? channel / 2 : channel) * c->input_plane_pitch;
}

/// Four neighbouring pixels of an output row, the windows' corner being (top, left) in the input.
struct strip {
  int64_t top;
  int64_t left;
  bool inside;  ///< no window leaves the input to the left or right
};

/// What the aligner shifts into place for a strip and the kernel's column: four activations.
static void align(const struct kasane_cartesian_convolution* c, const uint8_t* row, int64_t left, bool inside,
                  uint32_t shift, int32_t in[PIXELS]) {
  for (uint32_t p = 0; p < PIXELS; ++p, left += c->stride_width) {
    const bool padded = !inside && (left < 0 || left >= c->input_width);
    in[p] = padded ? c->pad_value : (int32_t)((uint32_t)row[left] << shift) >> 28;
  }
}

/// sums[p][0] and [1]: of pixel p and the pair's even and odd channel.
static void accumulate_strip(const struct pair* pair, const struct strip* strip, uint32_t sums[PIXELS][2]) {
  const struct kasane_cartesian_convolution* c = pair->command;
  const uint8_t* weight = pair->weight;
  const uint8_t* kept = pair->kept;
  uint32_t sum[PIXELS][2] = {{0}};
  for (uint32_t i = 0; i < pair->inputs; ++i, kept += pair->kept_bytes) {
    uint64_t bitmap = bitmap_of(kept, pair->kept_bytes);
    uint32_t shift;
    const uint8_t* plane = plane_of(pair, pair->first_input + i, &shift);
    for (int64_t y = strip->top; bitmap != 0; y += c->dilation_height) {
      const bool row_inside = y >= 0 && y < c->input_height;
      const uint8_t* row = plane + (row_inside ? y : 0) * (int64_t)c->input_row_pitch;
      int64_t x = strip->left;
      for (uint32_t s = 0; s < c->kernel_width; ++s, bitmap >>= 1, x += c->dilation_width) {
        if ((bitmap & 1) == 0) continue;
        int32_t in[PIXELS] = {c->pad_value, c->pad_value, c->pad_value, c->pad_value};
        if (row_inside) align(c, row, x, strip->inside, shift, in);
        const int32_t even = low_nibble(*weight);
        const int32_t odd = high_nibble(*weight);
        weight += pair->weight_bytes;
        for (uint32_t p = 0; p < PIXELS; ++p) {
          sum[p][0] += (uint32_t)(in[p] * even);
          sum[p][1] += (uint32_t)(in[p] * odd);
        }
      }
    }
  }
  for (uint32_t p = 0; p < PIXELS; ++p) {
    sums[p][0] = sum[p][0];
    sums[p][1] = sum[p][1];
  }
}

/// Requantised, of an accumulator of 24 bits.
static int8_t finish(uint32_t sum, const struct kasane_channel_parameters* p,
                     const struct kasane_cartesian_convolution* c) {
  const int32_t accumulator = (int32_t)(sum << 8) >> 8;
  const int32_t value = (int32_t)((uint32_t)accumulator + (uint32_t)p->bias);
  return kasane_requantize(value, p->multiplier, p->shift, c->output_zero_point, c->output_min,
                           c->output_max);
}

/// Where the outputs of a pair go, and with which constants.
struct outputs {
  const struct kasane_cartesian_convolution* command;
  const struct kasane_channel_parameters* parameters;  ///< of the even channel, then of the odd one
  uint8_t* plane;                                      ///< of the even channel
  bool single;                                         ///< there is no odd one
};

static struct outputs outputs_of(const struct software_memory* memory,
                                 const struct kasane_cartesian_convolution* c, uint32_t channel,
                                 bool single) {
  const uint32_t plane = c->output_bits == 4 ? channel / 2 : channel;
  return (struct outputs){
      .command = c,
      .parameters = (const struct kasane_channel_parameters*)(memory->wm + c->parameters_address) + channel,
      .plane = (uint8_t*)memory->fmm + c->output_address + (size_t)plane * c->output_plane_pitch,
      .single = single};
}

static void store(const struct outputs* outputs, size_t offset, const uint32_t sums[2]) {
  const struct kasane_cartesian_convolution* c = outputs->command;
  const uint8_t even = (uint8_t)finish(sums[0], &outputs->parameters[0], c);
  const uint8_t odd = outputs->single ? 0 : (uint8_t)finish(sums[1], &outputs->parameters[1], c);
  if (c->output_bits == 4) {
    outputs->plane[offset] = (uint8_t)((even & 0xF) | odd << 4);
    return;
  }
  outputs->plane[offset] = even;
  if (!outputs->single) outputs->plane[c->output_plane_pitch + offset] = odd;
}

static void convolve_row(const struct pair* pair, const struct outputs* outputs, uint32_t y) {
  const struct kasane_cartesian_convolution* c = pair->command;
  const size_t row = (size_t)y * c->output_row_pitch;
  const int64_t reach =
      (int64_t)(PIXELS - 1) * c->stride_width + (int64_t)(c->kernel_width - 1) * c->dilation_width;
  for (uint32_t x = 0; x < c->output_width; x += PIXELS) {
    // The last four may overlap the ones before, which costs nothing and has them inside more often.
    if (c->output_width >= PIXELS && x > c->output_width - PIXELS) x = c->output_width - PIXELS;
    struct strip strip = {.top = (int64_t)y * c->stride_height - c->pad_top,
                          .left = (int64_t)x * c->stride_width - c->pad_left};
    strip.inside = strip.left >= 0 && strip.left + reach < c->input_width;
    uint32_t sums[PIXELS][2];
    accumulate_strip(pair, &strip, sums);
    for (uint32_t p = 0; p < PIXELS && x + p < c->output_width; ++p) store(outputs, row + x + p, sums[p]);
  }
}

/// A fully connected layer's one pixel: several pairs at once, an activation is loaded once for all. The
/// pairs lie in neighbouring bytes; `pairs` of them are wanted.
static void accumulate_pixel(const struct pair* first, uint32_t pairs, uint32_t sums[PAIRS][2]) {
  const uint8_t* weight = first->weight;
  const uint8_t* kept = first->kept;
  for (uint32_t k = 0; k < PAIRS; ++k) sums[k][0] = sums[k][1] = 0;
  for (uint32_t i = 0; i < first->inputs; ++i, ++kept) {
    if (*kept == 0) continue;
    uint32_t shift;
    const uint8_t* plane = plane_of(first, first->first_input + i, &shift);
    const int32_t in = (int32_t)((uint32_t)*plane << shift) >> 28;
    for (uint32_t k = 0; k < pairs; ++k) {
      sums[k][0] += (uint32_t)(in * low_nibble(weight[k]));
      sums[k][1] += (uint32_t)(in * high_nibble(weight[k]));
    }
    weight += first->weight_bytes;
  }
}

static void convolve_map(const struct pair* pair, const struct outputs* outputs) {
  for (uint32_t y = 0; y < pair->command->output_height; ++y) convolve_row(pair, outputs, y);
}

/// One output tile. `pair` is its first pair.
static void convolve_tile(const struct software_memory* memory, struct pair pair, uint32_t first_output,
                          uint32_t outputs) {
  const struct kasane_cartesian_convolution* c = pair.command;
  const bool one_pixel = c->header.opcode == KASANE_CARTESIAN_FULLY_CONNECTED;
  const uint32_t together = one_pixel ? 2 * PAIRS : 2;
  for (uint32_t o = 0; o < outputs; o += together, pair.weight += together / 2) {
    const uint32_t left = outputs - o;
    if (!one_pixel) {
      const struct outputs to = outputs_of(memory, c, first_output + o, left == 1);
      convolve_map(&pair, &to);
      continue;
    }
    const uint32_t pairs = left < together ? (left + 1) / 2 : PAIRS;
    uint32_t sums[PAIRS][2];
    accumulate_pixel(&pair, pairs, sums);
    for (uint32_t k = 0; k < pairs; ++k) {
      const struct outputs to = outputs_of(memory, c, first_output + o + 2 * k, left - 2 * k == 1);
      store(&to, 0, sums[k]);
    }
  }
}

/// Steps of a tile; UINT64_MAX if a bitmap has bits beyond the kernel.
static uint64_t steps_of(const uint8_t* kept, uint32_t inputs, uint32_t kept_bytes, uint32_t elements) {
  uint64_t steps = 0;
  for (uint32_t i = 0; i < inputs; ++i, kept += kept_bytes) {
    uint64_t bitmap = bitmap_of(kept, kept_bytes);
    if (elements < 64 && bitmap >> elements != 0) return UINT64_MAX;
    for (; bitmap != 0; bitmap &= bitmap - 1) ++steps;
  }
  return steps;
}

/// How the output channels are cut, each group for itself.
struct tiling {
  uint32_t group_inputs;
  uint32_t group_outputs;
  uint32_t group_tiles;
  uint32_t kept_bytes;  ///< of a bitmap
  uint32_t elements;    ///< of a kernel
};

static struct tiling tiling_of(const struct kasane_cartesian_convolution* c) {
  const uint32_t group_outputs = c->output_channels / c->groups;
  const uint32_t elements = (uint32_t)c->kernel_height * c->kernel_width;
  return (struct tiling){.group_inputs = c->input_channels / c->groups,
                         .group_outputs = group_outputs,
                         .group_tiles = (group_outputs - 1) / c->tile_outputs + 1,
                         .kept_bytes = (elements + 7) / 8,
                         .elements = elements};
}

/// Output channels of a group's tile.
static uint32_t outputs_of_tile(const struct tiling* tiling, const struct kasane_cartesian_convolution* c,
                                uint32_t tile) {
  const uint32_t left = tiling->group_outputs - tile * c->tile_outputs;
  return left < c->tile_outputs ? left : c->tile_outputs;
}

/// Whether bitmaps and channel parameters are what the array accepts: bits of the kernel only, and as many as
/// the command says there are weights.
static bool constants_good(const struct software_memory* memory, const struct kasane_cartesian_convolution* c,
                           const struct tiling* tiling) {
  const uint8_t* kept = (const uint8_t*)memory->wm + c->kept_address;
  const struct kasane_channel_parameters* parameters = (const void*)(memory->wm + c->parameters_address);
  uint64_t weight_bytes = 0;
  for (uint32_t tile = 0; tile < tiling->group_tiles * c->groups; ++tile) {
    const uint64_t steps = steps_of(kept, tiling->group_inputs, tiling->kept_bytes, tiling->elements);
    if (steps == UINT64_MAX) return false;
    weight_bytes += steps * ((outputs_of_tile(tiling, c, tile % tiling->group_tiles) + 1) / 2);
    kept += (size_t)tiling->group_inputs * tiling->kept_bytes;
  }
  for (uint32_t o = 0; o < c->output_channels; ++o) {
    if (!software_parameters_good(&parameters[o])) return false;
  }
  return weight_bytes == c->weight_bytes;
}

uint32_t software_cartesian(const struct software_memory* memory,
                            const struct kasane_cartesian_convolution* c) {
  const struct tiling tiling = tiling_of(c);
  if (!constants_good(memory, c, &tiling)) return KASANE_ERROR_PARAMETER;
  struct pair pair = {.command = c,
                      .input = (const uint8_t*)memory->fmm + c->input_address,
                      .inputs = tiling.group_inputs,
                      .kept = (const uint8_t*)memory->wm + c->kept_address,
                      .kept_bytes = tiling.kept_bytes,
                      .weight = (const uint8_t*)memory->wm + c->weight_address};
  for (uint32_t group = 0; group < c->groups; ++group) {
    pair.first_input = group * tiling.group_inputs;
    for (uint32_t tile = 0; tile < tiling.group_tiles; ++tile) {
      const uint32_t outputs = outputs_of_tile(&tiling, c, tile);
      pair.weight_bytes = (outputs + 1) / 2;
      convolve_tile(memory, pair, group * tiling.group_outputs + tile * c->tile_outputs, outputs);
      pair.weight += steps_of(pair.kept, pair.inputs, pair.kept_bytes, tiling.elements) * pair.weight_bytes;
      pair.kept += (size_t)pair.inputs * pair.kept_bytes;
    }
  }
  return KASANE_ERROR_NONE;
}
