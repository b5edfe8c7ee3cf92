#include "kasane/requantize.h"
#include "sw/runtime/software_kernels.h"

/// The part of one window that lies inside the input.
struct window {
  const int8_t* first;
  uint32_t rows;
  uint32_t columns;
};

struct span {
  int64_t begin;
  int64_t end;
};

static struct span clip(int64_t begin, uint32_t length, uint32_t inputs) {
  const int64_t end = begin + length;
  return (struct span){begin < 0 ? 0 : begin, end > inputs ? inputs : end};
}

static int32_t maximum_of(const struct window* window, uint32_t row_pitch) {
  int32_t best = INT8_MIN;
  const int8_t* row = window->first;
  for (uint32_t r = 0; r < window->rows; ++r, row += row_pitch) {
    const int8_t* const end = row + window->columns;
    for (const int8_t* in = row; in != end; ++in) best = *in > best ? *in : best;
  }
  return best;
}

static uint32_t sum_of(const struct window* window, uint32_t row_pitch) {
  uint32_t sum = 0;
  const int8_t* row = window->first;
  for (uint32_t r = 0; r < window->rows; ++r, row += row_pitch) {
    const int8_t* const end = row + window->columns;
    for (const int8_t* in = row; in != end; ++in) sum += (uint32_t)(int32_t)*in;
  }
  return sum;
}

static int8_t maximum(const struct kasane_ncu_pool* p, const struct window* window) {
  const int32_t best = maximum_of(window, p->input_row_pitch);
  return (int8_t)(best < p->output_min ? p->output_min : best > p->output_max ? p->output_max : best);
}

static int8_t average(const struct kasane_ncu_pool* p, const struct window* window,
                      const struct kasane_channel_parameters* parameters) {
  const uint32_t inside = window->rows * window->columns;
  const struct kasane_channel_parameters* own = &parameters[p->parameter_count == 1 ? 0 : inside - 1];
  const uint32_t zero = inside * (uint32_t)(int32_t)p->input_zero_point;
  const int32_t value = (int32_t)(sum_of(window, p->input_row_pitch) - zero);
  return kasane_requantize(value, own->multiplier, own->shift, p->output_zero_point, p->output_min,
                           p->output_max);
}

/// parameters is NULL for the maximum.
static void pool(const struct software_memory* memory, const struct kasane_ncu_pool* p,
                 const struct kasane_channel_parameters* parameters) {
  for (uint32_t channel = 0; channel < p->channels; ++channel) {
    const int8_t* input = memory->fmm + p->input_address + (size_t)channel * p->input_channel_pitch;
    int8_t* output = memory->fmm + p->output_address + (size_t)channel * p->output_channel_pitch;
    for (int64_t y = 0; y < p->output_height; ++y, output += p->output_row_pitch) {
      const struct span rows = clip(y * p->stride_height - p->pad_top, p->kernel_height, p->input_height);
      const int8_t* row = input + rows.begin * (int64_t)p->input_row_pitch;
      int64_t left = -(int64_t)p->pad_left;
      for (uint32_t x = 0; x < p->output_width; ++x, left += p->stride_width) {
        const struct span columns = clip(left, p->kernel_width, p->input_width);
        const struct window window = {row + columns.begin, (uint32_t)(rows.end - rows.begin),
                                      (uint32_t)(columns.end - columns.begin)};
        output[x] = parameters == NULL ? maximum(p, &window) : average(p, &window, parameters);
      }
    }
  }
}

uint32_t software_max_pool(const struct software_memory* memory, const struct kasane_ncu_pool* p) {
  pool(memory, p, NULL);
  return KASANE_ERROR_NONE;
}

uint32_t software_average_pool(const struct software_memory* memory, const struct kasane_ncu_pool* p) {
  const struct kasane_channel_parameters* parameters = (const void*)(memory->wm + p->parameters_address);
  for (uint32_t i = 0; i < p->parameter_count; ++i) {
    if (!software_parameters_good(&parameters[i]) || parameters[i].bias != 0) return KASANE_ERROR_PARAMETER;
  }
  pool(memory, p, parameters);
  return KASANE_ERROR_NONE;
}
