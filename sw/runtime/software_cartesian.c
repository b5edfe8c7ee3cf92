#include <stdbool.h>

#include "kasane/requantize.h"
#include "sw/runtime/software_cartesian_sums.h"
#include "sw/runtime/software_kernels.h"

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

static void convolve_row(const struct cartesian_pair* pair, const struct outputs* outputs, uint32_t y) {
  const struct kasane_cartesian_convolution* c = pair->command;
  const size_t row = (size_t)y * c->output_row_pitch;
  const int64_t top = (int64_t)y * c->stride_height - c->pad_top;
  const int64_t reach =
      (int64_t)(CARTESIAN_PIXELS - 1) * c->stride_width + (int64_t)(c->kernel_width - 1) * c->dilation_width;
  const int64_t last_row = top + (int64_t)(c->kernel_height - 1) * c->dilation_height;
  const bool rows_inside = top >= 0 && last_row < c->input_height;
  for (uint32_t x = 0; x < c->output_width; x += CARTESIAN_PIXELS) {
    // The last four may overlap the ones before, which costs nothing and has them inside more often.
    if (c->output_width >= CARTESIAN_PIXELS && x > c->output_width - CARTESIAN_PIXELS) {
      x = c->output_width - CARTESIAN_PIXELS;
    }
    const struct cartesian_strip strip = {top, (int64_t)x * c->stride_width - c->pad_left};
    const bool inside = rows_inside && strip.left >= 0 && strip.left + reach < c->input_width;
    const struct cartesian_sums s =
        inside ? cartesian_sums_inside(pair, strip) : cartesian_sums_at_edge(pair, strip);
    const uint32_t sums[CARTESIAN_PIXELS][2] = {
        {s.even0, s.odd0}, {s.even1, s.odd1}, {s.even2, s.odd2}, {s.even3, s.odd3}};
    for (uint32_t p = 0; p < CARTESIAN_PIXELS && x + p < c->output_width; ++p)
      store(outputs, row + x + p, sums[p]);
  }
}

/// One output tile of a fully connected layer; each pair of it has one pixel.
static void connect_tile(const struct software_memory* memory, struct cartesian_pair pair,
                         uint32_t first_output, uint32_t outputs) {
  const uint32_t pairs = (outputs + 1) / 2;
  for (uint32_t k = 0; k < pairs;) {
    const bool four = pairs - k >= CARTESIAN_PAIRS;
    const struct cartesian_sums s =
        four ? cartesian_sums_of_pixel(&pair) : cartesian_sums_at_edge(&pair, (struct cartesian_strip){0, 0});
    const uint32_t sums[CARTESIAN_PAIRS][2] = {
        {s.even0, s.odd0}, {s.even1, s.odd1}, {s.even2, s.odd2}, {s.even3, s.odd3}};
    for (uint32_t n = 0; n < (four ? CARTESIAN_PAIRS : 1); ++n, ++k, ++pair.weight) {
      const struct outputs to = outputs_of(memory, pair.command, first_output + 2 * k, outputs - 2 * k == 1);
      store(&to, 0, sums[n]);
    }
  }
}

/// One output tile. `pair` is its first pair.
static void convolve_tile(const struct software_memory* memory, struct cartesian_pair pair,
                          uint32_t first_output, uint32_t outputs) {
  for (uint32_t o = 0; o < outputs; o += 2, ++pair.weight) {
    const struct outputs to = outputs_of(memory, pair.command, first_output + o, outputs - o == 1);
    for (uint32_t y = 0; y < pair.command->output_height; ++y) convolve_row(&pair, &to, y);
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
  struct cartesian_pair pair = {.command = c,
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
      const uint32_t first_output = group * tiling.group_outputs + tile * c->tile_outputs;
      if (c->header.opcode == KASANE_CARTESIAN_FULLY_CONNECTED) {
        connect_tile(memory, pair, first_output, outputs);
      } else {
        convolve_tile(memory, pair, first_output, outputs);
      }
      pair.weight += steps_of(pair.kept, pair.inputs, pair.kept_bytes, tiling.elements) * pair.weight_bytes;
      pair.kept += (size_t)pair.inputs * pair.kept_bytes;
    }
  }
  return KASANE_ERROR_NONE;
}
