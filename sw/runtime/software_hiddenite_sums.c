#include "sw/runtime/software_hiddenite_sums.h"

#include <stdbool.h>
#include <string.h>

void hidden_place_move(struct hidden_place* place, uint32_t weight,
                       const struct kasane_hiddenite_convolution* c) {
  if (c->kernel_width == 1 && c->kernel_height == 1) {
    place->input = weight;
    return;
  }
  while (weight - place->row_begin >= c->kernel_width) {
    place->row_begin += c->kernel_width;
    if (++place->r < c->kernel_height) continue;
    place->r = 0;
    ++place->input;
  }
  place->s = weight - place->row_begin;
}

static uint32_t smaller(uint32_t a, uint32_t b) {
  return a < b ? a : b;
}

static uint32_t larger(uint32_t a, uint32_t b) {
  return a > b ? a : b;
}

void hidden_sums_begin(struct hidden_sums* sums, const struct kasane_hiddenite_convolution* c,
                       const int8_t* input, uint32_t y, uint32_t x, uint32_t rows, uint32_t columns) {
  sums->command = c;
  sums->input = input;
  sums->first_row = y;
  sums->first_column = x;
  sums->rows = smaller(rows, c->output_height - y);
  sums->columns = smaller(columns, c->output_width - x);
  sums->plus.count = sums->minus.count = 0;
  memset(sums->sum, 0, sums->rows * sums->columns * sizeof sums->sum[0]);
}

static void add_one(struct hidden_sums* sums, const struct hidden_weight* weight,
                    struct hidden_rectangle where, bool negative) {
  const struct kasane_hiddenite_convolution* c = sums->command;
  const size_t stride = c->stride_width;
  const int zero = c->input_zero_point;
  for (uint32_t y = where.first_row; y < where.end_row; ++y) {
    const int8_t* in = sums->input + (weight->offset + (int64_t)y * c->stride_height * c->input_row_pitch +
                                      (int64_t)(where.first_column * stride));
    uint32_t* sum = sums->sum + y * sums->columns;
    for (uint32_t x = where.first_column; x < where.end_column; ++x, in += stride) {
      sum[x] += (uint32_t)(negative ? zero - *in : *in - zero);
    }
  }
}

/// A sum is loaded and stored once for four products.
static void add_four(struct hidden_sums* sums, const struct hidden_weight weights[4],
                     struct hidden_rectangle where, bool negative) {
  const struct kasane_hiddenite_convolution* c = sums->command;
  const size_t stride = c->stride_width;
  const int zeros = 4 * c->input_zero_point;
  for (uint32_t y = where.first_row; y < where.end_row; ++y) {
    const int64_t corner =
        (int64_t)y * c->stride_height * c->input_row_pitch + (int64_t)(where.first_column * stride);
    const int8_t* in0 = sums->input + (weights[0].offset + corner);
    const int8_t* in1 = sums->input + (weights[1].offset + corner);
    const int8_t* in2 = sums->input + (weights[2].offset + corner);
    const int8_t* in3 = sums->input + (weights[3].offset + corner);
    uint32_t* sum = sums->sum + y * sums->columns + where.first_column;
    uint32_t* const end = sums->sum + y * sums->columns + where.end_column;
    for (; sum != end; ++sum, in0 += stride, in1 += stride, in2 += stride, in3 += stride) {
      const int inputs = (*in0 + *in1) + (*in2 + *in3) - zeros;
      *sum += (uint32_t)(negative ? -inputs : inputs);
    }
  }
}

static bool is_empty(const struct hidden_rectangle* r) {
  return r->first_row >= r->end_row || r->first_column >= r->end_column;
}

static struct hidden_rectangle common_to_four(const struct hidden_weight weights[4]) {
  struct hidden_rectangle common = weights[0].inside;
  for (int k = 1; k < 4; ++k) {
    const struct hidden_rectangle* one = &weights[k].inside;
    common.first_row = (uint16_t)larger(common.first_row, one->first_row);
    common.end_row = (uint16_t)smaller(common.end_row, one->end_row);
    common.first_column = (uint16_t)larger(common.first_column, one->first_column);
    common.end_column = (uint16_t)smaller(common.end_column, one->end_column);
  }
  return common;
}

/// What a weight has besides the rectangle, which is a part of its own.
static void add_rest(struct hidden_sums* sums, const struct hidden_weight* weight,
                     const struct hidden_rectangle* done, bool negative) {
  const struct hidden_rectangle own = weight->inside;
  const struct hidden_rectangle above = {own.first_row, done->first_row, own.first_column, own.end_column};
  const struct hidden_rectangle below = {done->end_row, own.end_row, own.first_column, own.end_column};
  const struct hidden_rectangle left = {done->first_row, done->end_row, own.first_column, done->first_column};
  const struct hidden_rectangle right = {done->first_row, done->end_row, done->end_column, own.end_column};
  add_one(sums, weight, above, negative);
  add_one(sums, weight, below, negative);
  add_one(sums, weight, left, negative);
  add_one(sums, weight, right, negative);
}

static inline __attribute__((always_inline)) void add_weights(struct hidden_sums* sums,
                                                              struct hidden_weights* weights,
                                                              const bool negative) {
  uint32_t k = 0;
  for (; k + 4 <= weights->count; k += 4) {
    const struct hidden_rectangle common = common_to_four(&weights->list[k]);
    if (is_empty(&common)) {
      for (uint32_t n = k; n < k + 4; ++n) {
        add_one(sums, &weights->list[n], weights->list[n].inside, negative);
      }
      continue;
    }
    add_four(sums, &weights->list[k], common, negative);
    for (uint32_t n = k; n < k + 4; ++n) add_rest(sums, &weights->list[n], &common, negative);
  }
  for (; k < weights->count; ++k) add_one(sums, &weights->list[k], weights->list[k].inside, negative);
  weights->count = 0;
}

/// Almost all layers divide by 1, and the CPU divides slowly.
static int64_t divide_up(int64_t value, uint32_t divisor) {
  return divisor == 1 ? value : (value + divisor - 1) / divisor;
}

struct span {
  uint16_t first;
  uint16_t end;
};

/// Outputs 0 ... count - 1, of which the first meets the input at `position`, that meet it inside.
static struct span inside(int64_t position, uint32_t stride, uint32_t size, uint32_t count) {
  const int64_t first = position < 0 ? divide_up(-position, stride) : 0;
  const int64_t end = position < size ? divide_up(size - position, stride) : 0;
  return (struct span){(uint16_t)(first < count ? first : count), (uint16_t)(end < count ? end : count)};
}

void hidden_sums_add(struct hidden_sums* sums, const struct hidden_place* place, int8_t sign) {
  const struct kasane_hiddenite_convolution* c = sums->command;
  const int64_t y =
      (int64_t)sums->first_row * c->stride_height + (int64_t)place->r * c->dilation_height - c->pad_top;
  const int64_t x =
      (int64_t)sums->first_column * c->stride_width + (int64_t)place->s * c->dilation_width - c->pad_left;
  const struct span rows = inside(y, c->stride_height, c->input_height, sums->rows);
  const struct span columns = inside(x, c->stride_width, c->input_width, sums->columns);
  struct hidden_weights* weights = sign < 0 ? &sums->minus : &sums->plus;
  weights->list[weights->count++] = (struct hidden_weight){
      .offset = (int64_t)place->input * c->input_channel_pitch + y * c->input_row_pitch + x,
      .inside = {rows.first, rows.end, columns.first, columns.end}};
  if (sums->plus.count == HIDDEN_WEIGHTS) add_weights(sums, &sums->plus, false);
  if (sums->minus.count == HIDDEN_WEIGHTS) add_weights(sums, &sums->minus, true);
}

void hidden_sums_finish(struct hidden_sums* sums) {
  add_weights(sums, &sums->plus, false);
  add_weights(sums, &sums->minus, true);
}
