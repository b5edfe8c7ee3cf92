#include "sw/runtime/software_cartesian_sums.h"

static int32_t low_nibble(uint8_t byte) {
  return (int32_t)((uint32_t)byte << 28) >> 28;
}

static int32_t high_nibble(uint8_t byte) {
  return (int32_t)((uint32_t)byte << 24) >> 28;
}

/// A channel's plane, and by how much its nibbles are to be shifted up to stand at the top of 32 bits.
static const uint8_t* plane_of(const struct cartesian_pair* pair, uint32_t channel, uint32_t* shift) {
  const struct kasane_cartesian_convolution* c = pair->command;
  *shift = c->input_bits == 4 && channel % 2 != 0 ? 24 : 28;
  return pair->input + (size_t)(c->input_bits == 4 ? channel / 2 : channel) * c->input_plane_pitch;
}

static int32_t activation(const uint8_t* byte, uint32_t shift) {
  return (int32_t)((uint32_t)*byte << shift) >> 28;
}

/// One step: four activations times two weights.
static inline __attribute__((always_inline)) void multiply(struct cartesian_sums* sums, const uint8_t* weight,
                                                           int32_t in0, int32_t in1, int32_t in2,
                                                           int32_t in3) {
  const int32_t even = low_nibble(*weight);
  const int32_t odd = high_nibble(*weight);
  sums->even0 += (uint32_t)(in0 * even);
  sums->even1 += (uint32_t)(in1 * even);
  sums->even2 += (uint32_t)(in2 * even);
  sums->even3 += (uint32_t)(in3 * even);
  sums->odd0 += (uint32_t)(in0 * odd);
  sums->odd1 += (uint32_t)(in1 * odd);
  sums->odd2 += (uint32_t)(in2 * odd);
  sums->odd3 += (uint32_t)(in3 * odd);
}

struct cartesian_sums cartesian_sums_inside(const struct cartesian_pair* pair, struct cartesian_strip strip) {
  const struct kasane_cartesian_convolution* c = pair->command;
  const uint8_t* weight = pair->weight;
  const size_t weight_bytes = pair->weight_bytes;
  const size_t stride = c->stride_width;
  const size_t dilation = c->dilation_width;
  const int64_t row_bytes = (int64_t)c->kernel_width * c->dilation_width;
  const int64_t next_row = (int64_t)c->dilation_height * c->input_row_pitch - row_bytes;
  const int64_t corner = strip.top * c->input_row_pitch + strip.left;
  const uint8_t* kept = pair->kept;
  struct cartesian_sums sums = {0};
  for (uint32_t i = 0; i < pair->inputs; ++i, kept += pair->kept_bytes) {
    uint64_t bitmap = bitmap_of(kept, pair->kept_bytes);
    uint32_t shift;
    const uint8_t* in = plane_of(pair, pair->first_input + i, &shift) + corner;
    for (; bitmap != 0; in += next_row) {
      for (const uint8_t* const end = in + row_bytes; in != end; in += dilation, bitmap >>= 1) {
        if ((bitmap & 1) == 0) continue;
        const uint8_t* in2 = in + 2 * stride;
        multiply(&sums, weight, activation(in, shift), activation(in + stride, shift), activation(in2, shift),
                 activation(in2 + stride, shift));
        weight += weight_bytes;
      }
    }
  }
  return sums;
}

/// What the aligner shifts into place.
static int32_t aligned(const struct kasane_cartesian_convolution* c, const uint8_t* plane, int64_t y,
                       int64_t x, uint32_t shift) {
  if (y < 0 || y >= c->input_height || x < 0 || x >= c->input_width) return c->pad_value;
  return activation(plane + y * c->input_row_pitch + x, shift);
}

struct cartesian_sums cartesian_sums_at_edge(const struct cartesian_pair* pair,
                                             struct cartesian_strip strip) {
  const struct kasane_cartesian_convolution* c = pair->command;
  const int64_t stride = c->stride_width;
  const uint8_t* weight = pair->weight;
  const uint8_t* kept = pair->kept;
  struct cartesian_sums sums = {0};
  for (uint32_t i = 0; i < pair->inputs; ++i, kept += pair->kept_bytes) {
    uint64_t bitmap = bitmap_of(kept, pair->kept_bytes);
    uint32_t shift;
    const uint8_t* plane = plane_of(pair, pair->first_input + i, &shift);
    for (int64_t y = strip.top; bitmap != 0; y += c->dilation_height) {
      int64_t x = strip.left;
      for (uint32_t s = 0; s < c->kernel_width; ++s, bitmap >>= 1, x += c->dilation_width) {
        if ((bitmap & 1) == 0) continue;
        multiply(&sums, weight, aligned(c, plane, y, x, shift), aligned(c, plane, y, x + stride, shift),
                 aligned(c, plane, y, x + 2 * stride, shift), aligned(c, plane, y, x + 3 * stride, shift));
        weight += pair->weight_bytes;
      }
    }
  }
  return sums;
}

struct cartesian_sums cartesian_sums_of_pixel(const struct cartesian_pair* first) {
  const uint8_t* weight = first->weight;
  const size_t weight_bytes = first->weight_bytes;
  const uint8_t* kept = first->kept;
  struct cartesian_sums sums = {0};
  for (uint32_t i = 0; i < first->inputs; ++i, ++kept) {
    if (*kept == 0) continue;
    uint32_t shift;
    const uint8_t* plane = plane_of(first, first->first_input + i, &shift);
    const int32_t in = activation(plane, shift);
    sums.even0 += (uint32_t)(in * low_nibble(weight[0]));
    sums.odd0 += (uint32_t)(in * high_nibble(weight[0]));
    sums.even1 += (uint32_t)(in * low_nibble(weight[1]));
    sums.odd1 += (uint32_t)(in * high_nibble(weight[1]));
    sums.even2 += (uint32_t)(in * low_nibble(weight[2]));
    sums.odd2 += (uint32_t)(in * high_nibble(weight[2]));
    sums.even3 += (uint32_t)(in * low_nibble(weight[3]));
    sums.odd3 += (uint32_t)(in * high_nibble(weight[3]));
    weight += weight_bytes;
  }
  return sums;
}
