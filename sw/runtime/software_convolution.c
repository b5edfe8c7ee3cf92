#include <stdbool.h>

#include "kasane/requantize.h"
#include "sw/runtime/software_kernels.h"

// Accumulators are unsigned: they wrap at 32 bits, as the engine's do.

/// Outputs begin ... end - 1 of an axis have their whole window inside the input.
struct interior {
  int64_t begin;
  int64_t end;
};

static struct interior interior_of(uint32_t outputs, uint32_t inputs, uint32_t kernel, uint32_t stride,
                                   uint32_t dilation, uint32_t pad) {
  const int64_t begin = ((int64_t)pad + stride - 1) / stride;
  const int64_t last_offset = (int64_t)inputs - 1 - (int64_t)(kernel - 1) * dilation + pad;
  int64_t end = last_offset < 0 ? 0 : last_offset / stride + 1;
  if (end > outputs) end = outputs;
  return (struct interior){begin, begin < end ? end : begin};
}

/// Four neighbouring outputs at once, windows inside the input: a weight is loaded once for four products.
static void accumulate_four(const struct kasane_ncu_convolution* c, uint32_t channels, const int8_t* window,
                            const int8_t* weight, uint32_t sums[4]) {
  const size_t stride = c->stride_width;
  const size_t dilation = c->dilation_width;
  const size_t row_step = (size_t)c->dilation_height * c->input_row_pitch;
  uint32_t sum0 = 0, sum1 = 0, sum2 = 0, sum3 = 0;
  for (uint32_t i = 0; i < channels; ++i, window += c->input_channel_pitch) {
    const int8_t* row = window;
    for (uint32_t r = 0; r < c->kernel_height; ++r, row += row_step) {
      const int8_t* in0 = row;
      const int8_t* in1 = row + stride;
      const int8_t* in2 = row + 2 * stride;
      const int8_t* in3 = row + 3 * stride;
      const int8_t* const row_end = weight + c->kernel_width;
      while (weight != row_end) {
        const int w = *weight++;
        sum0 += (uint32_t)(w * *in0);
        sum1 += (uint32_t)(w * *in1);
        sum2 += (uint32_t)(w * *in2);
        sum3 += (uint32_t)(w * *in3);
        in0 += dilation;
        in1 += dilation;
        in2 += dilation;
        in3 += dilation;
      }
    }
  }
  sums[0] = sum0;
  sums[1] = sum1;
  sums[2] = sum2;
  sums[3] = sum3;
}

/// The same for stride and dilation 1, where neighbouring windows share all but one column: an input, too, is
/// loaded once for up to four products. `width` is the kernel's; a constant lets the compiler unroll the row.
static inline __attribute__((always_inline)) void accumulate_four_dense(
    const struct kasane_ncu_convolution* c, uint32_t channels, const int8_t* window, const int8_t* weight,
    uint32_t sums[4], const uint32_t width) {
  uint32_t sum0 = 0, sum1 = 0, sum2 = 0, sum3 = 0;
  for (uint32_t i = 0; i < channels; ++i, window += c->input_channel_pitch) {
    const int8_t* row = window;
    for (uint32_t r = 0; r < c->kernel_height; ++r, row += c->input_row_pitch, weight += width) {
      int in0 = row[0], in1 = row[1], in2 = row[2];
#pragma GCC unroll 8
      for (uint32_t s = 0; s < width; ++s) {
        const int w = weight[s];
        const int in3 = row[s + 3];
        sum0 += (uint32_t)(w * in0);
        sum1 += (uint32_t)(w * in1);
        sum2 += (uint32_t)(w * in2);
        sum3 += (uint32_t)(w * in3);
        in0 = in1;
        in1 = in2;
        in2 = in3;
      }
    }
  }
  sums[0] = sum0;
  sums[1] = sum1;
  sums[2] = sum2;
  sums[3] = sum3;
}

typedef void (*accumulate_four_function)(const struct kasane_ncu_convolution* c, uint32_t channels,
                                         const int8_t* window, const int8_t* weight, uint32_t sums[4]);

#define DENSE(width)                                                                                        \
  static void accumulate_four_dense_##width(const struct kasane_ncu_convolution* c, uint32_t channels,      \
                                            const int8_t* window, const int8_t* weight, uint32_t sums[4]) { \
    accumulate_four_dense(c, channels, window, weight, sums, width);                                        \
  }
DENSE(1)
DENSE(3)
DENSE(5)
DENSE(7)
#undef DENSE

/// The fastest way to four outputs of this layer.
static accumulate_four_function choose_accumulate_four(const struct kasane_ncu_convolution* c) {
  if (c->stride_width != 1 || c->dilation_width != 1 || c->dilation_height != 1) return accumulate_four;
  switch (c->kernel_width) {
    case 1:
      return accumulate_four_dense_1;
    case 3:
      return accumulate_four_dense_3;
    case 5:
      return accumulate_four_dense_5;
    case 7:
      return accumulate_four_dense_7;
    default:
      return accumulate_four;
  }
}

/// Rounded up; almost all layers divide by 1, and the CPU divides slowly.
static int64_t divide_up(int64_t value, uint32_t divisor) {
  return divisor == 1 ? value : (value + divisor - 1) / divisor;
}

/// Steps of a window along one axis that fall inside the input: begin ... end - 1.
static struct interior inside_steps(int64_t first, uint32_t kernel, uint32_t dilation, uint32_t inputs) {
  int64_t begin = first < 0 ? divide_up(-first, dilation) : 0;
  int64_t end = first < inputs ? divide_up((int64_t)inputs - first, dilation) : 0;
  if (begin > kernel) begin = kernel;
  if (end > kernel) end = kernel;
  return (struct interior){begin, begin < end ? end : begin};
}

static uint32_t sum_of(const int8_t* weight, int64_t begin, int64_t end) {
  uint32_t sum = 0;
  for (int64_t s = begin; s < end; ++s) sum += (uint32_t)(int)weight[s];
  return sum;
}

/// One output whose window may reach into the padding. top and left: the window's corner in the input.
static uint32_t accumulate_edge(const struct kasane_ncu_convolution* c, uint32_t channels,
                                const int8_t* input, const int8_t* weight, int64_t top, int64_t left) {
  const struct interior rows = inside_steps(top, c->kernel_height, c->dilation_height, c->input_height);
  const struct interior columns = inside_steps(left, c->kernel_width, c->dilation_width, c->input_width);
  const size_t dilation = c->dilation_width;
  uint32_t products = 0;
  uint32_t padded = 0;  // sum of the weights that meet padding
  for (uint32_t i = 0; i < channels; ++i, input += c->input_channel_pitch) {
    for (int64_t r = 0; r < c->kernel_height; ++r, weight += c->kernel_width) {
      if (r < rows.begin || r >= rows.end) {
        padded += sum_of(weight, 0, c->kernel_width);
        continue;
      }
      padded += sum_of(weight, 0, columns.begin) + sum_of(weight, columns.end, c->kernel_width);
      const int8_t* in = input + (top + r * c->dilation_height) * (int64_t)c->input_row_pitch + left +
                         columns.begin * (int64_t)dilation;
      for (int64_t s = columns.begin; s < columns.end; ++s, in += dilation) {
        products += (uint32_t)(weight[s] * *in);
      }
    }
  }
  return products + padded * (uint32_t)(int)c->pad_value;
}

static int8_t finish(uint32_t sum, const struct kasane_channel_parameters* p,
                     const struct kasane_ncu_convolution* c) {
  const int32_t value = (int32_t)(sum + (uint32_t)p->bias);
  return kasane_requantize(value, p->multiplier, p->shift, c->output_zero_point, c->output_min,
                           c->output_max);
}

/// What the rows of one output channel have in common.
struct channel {
  const struct kasane_ncu_convolution* command;
  const int8_t* input;  ///< first channel of the group
  const int8_t* weight;
  const struct kasane_channel_parameters* parameters;
  uint32_t group_inputs;
  struct interior columns;
  accumulate_four_function accumulate_four;
};

static void edge_outputs(const struct channel* channel, int8_t* output, int64_t y, int64_t begin,
                         int64_t end) {
  const struct kasane_ncu_convolution* c = channel->command;
  const int64_t top = y * c->stride_height - c->pad_top;
  for (int64_t x = begin; x < end; ++x) {
    const uint32_t sum = accumulate_edge(c, channel->group_inputs, channel->input, channel->weight, top,
                                         x * c->stride_width - c->pad_left);
    output[x] = finish(sum, channel->parameters, c);
  }
}

static void inner_row(const struct channel* channel, int8_t* output, int64_t y) {
  const struct kasane_ncu_convolution* c = channel->command;
  const struct interior columns = channel->columns;
  const int8_t* row = channel->input + (y * c->stride_height - c->pad_top) * (int64_t)c->input_row_pitch;
  edge_outputs(channel, output, y, 0, columns.begin);
  int64_t x = columns.begin;
  while (x < columns.end && columns.end - columns.begin >= 4) {
    // The last four may overlap the ones before: outputs computed twice are cheaper than checked ones.
    if (x + 4 > columns.end) x = columns.end - 4;
    uint32_t sums[4];
    channel->accumulate_four(c, channel->group_inputs, row + (x * c->stride_width - c->pad_left),
                             channel->weight, sums);
    for (int k = 0; k < 4; ++k) output[x + k] = finish(sums[k], channel->parameters, c);
    x += 4;
  }
  edge_outputs(channel, output, y, x, c->output_width);
}

uint32_t software_convolution(const struct software_memory* memory, const struct kasane_ncu_convolution* c) {
  const uint32_t group_inputs = c->input_channels / c->groups;
  const uint32_t group_outputs = c->output_channels / c->groups;
  const size_t kernel_bytes = (size_t)group_inputs * c->kernel_height * c->kernel_width;
  const struct interior rows = interior_of(c->output_height, c->input_height, c->kernel_height,
                                           c->stride_height, c->dilation_height, c->pad_top);
  struct interior columns = interior_of(c->output_width, c->input_width, c->kernel_width, c->stride_width,
                                        c->dilation_width, c->pad_left);
  if (columns.begin > c->output_width) columns = (struct interior){c->output_width, c->output_width};
  const struct kasane_channel_parameters* parameters = (const void*)(memory->wm + c->parameters_address);

  for (uint32_t o = 0; o < c->output_channels; ++o) {
    if (!software_parameters_good(&parameters[o])) return KASANE_ERROR_PARAMETER;
    const struct kasane_channel_parameters own = parameters[o];
    const struct channel channel = {
        .command = c,
        .input = memory->fmm + c->input_address +
                 (size_t)(o / group_outputs) * group_inputs * c->input_channel_pitch,
        .weight = memory->wm + c->weight_address + o * kernel_bytes,
        .parameters = &own,
        .group_inputs = group_inputs,
        .columns = columns,
        .accumulate_four = choose_accumulate_four(c),
    };
    int8_t* output = memory->fmm + c->output_address + (size_t)o * c->output_channel_pitch;
    for (int64_t y = 0; y < c->output_height; ++y, output += c->output_row_pitch) {
      if (y >= rows.begin && y < rows.end) {
        inner_row(&channel, output, y);
      } else {
        edge_outputs(&channel, output, y, 0, c->output_width);
      }
    }
  }
  return KASANE_ERROR_NONE;
}

/// Four output channels at once: an input is loaded once for four products.
static void dot_four(const int8_t* input, size_t pitch, const int8_t* weight, uint32_t count,
                     uint32_t sums[4]) {
  const int8_t* w0 = weight;
  const int8_t* w1 = w0 + count;
  const int8_t* w2 = w1 + count;
  const int8_t* w3 = w2 + count;
  const int8_t* const end = w1;
  uint32_t sum0 = 0, sum1 = 0, sum2 = 0, sum3 = 0;
  while (w0 != end) {
    const int in = *input;
    input += pitch;
    sum0 += (uint32_t)(in * *w0++);
    sum1 += (uint32_t)(in * *w1++);
    sum2 += (uint32_t)(in * *w2++);
    sum3 += (uint32_t)(in * *w3++);
  }
  sums[0] = sum0;
  sums[1] = sum1;
  sums[2] = sum2;
  sums[3] = sum3;
}

static uint32_t dot_one(const int8_t* input, size_t pitch, const int8_t* weight, uint32_t count) {
  uint32_t sum = 0;
  for (uint32_t i = 0; i < count; ++i, input += pitch) sum += (uint32_t)(*input * *weight++);
  return sum;
}

uint32_t software_fully_connected(const struct software_memory* memory,
                                  const struct kasane_ncu_convolution* c) {
  const struct kasane_channel_parameters* parameters = (const void*)(memory->wm + c->parameters_address);
  const int8_t* input = memory->fmm + c->input_address;
  const int8_t* weight = memory->wm + c->weight_address;
  int8_t* output = memory->fmm + c->output_address;
  for (uint32_t o = 0; o < c->output_channels;) {
    const uint32_t count = c->output_channels - o >= 4 ? 4 : 1;
    uint32_t sums[4];
    if (count == 4) {
      dot_four(input, c->input_channel_pitch, weight, c->input_channels, sums);
    } else {
      sums[0] = dot_one(input, c->input_channel_pitch, weight, c->input_channels);
    }
    for (uint32_t k = 0; k < count; ++k, ++o) {
      if (!software_parameters_good(&parameters[o])) return KASANE_ERROR_PARAMETER;
      output[(size_t)o * c->output_channel_pitch] = finish(sums[k], &parameters[o], c);
    }
    weight += (size_t)count * c->input_channels;
  }
  return KASANE_ERROR_NONE;
}
