#include <string.h>

#include "kasane/requantize.h"
#include "sw/runtime/software_kernels.h"

static int8_t scale_back(int64_t value, const struct kasane_ncu_elementwise* e) {
  return kasane_requantize(value, 1, e->shift, e->output_zero_point, e->output_min, e->output_max);
}

uint32_t software_elementwise(const struct software_memory* memory, const struct kasane_ncu_elementwise* e) {
  const int8_t* a = memory->fmm + e->a_address;
  int8_t* output = memory->fmm + e->output_address;
  const int64_t a_multiplier = e->a_multiplier;
  if (e->header.opcode == KASANE_NCU_ADD) {
    const int8_t* b = memory->fmm + e->b_address;
    const int64_t b_multiplier = e->b_multiplier;
    const int64_t constant = -(e->a_zero_point * a_multiplier + e->b_zero_point * b_multiplier);
    for (uint32_t i = 0; i < e->count; ++i) {
      output[i] = scale_back(a[i] * a_multiplier + b[i] * b_multiplier + constant, e);
    }
  } else {
    const int64_t constant = -(e->a_zero_point * a_multiplier);
    for (uint32_t i = 0; i < e->count; ++i) output[i] = scale_back(a[i] * a_multiplier + constant, e);
  }
  return KASANE_ERROR_NONE;
}

void software_copy(const struct kasane_dma_copy* copy) {
  for (uint32_t plane = 0; plane < copy->planes; ++plane) {
    uint64_t source = copy->source + (uint64_t)plane * copy->source_plane_pitch;
    uint64_t destination = copy->destination + (uint64_t)plane * copy->destination_plane_pitch;
    for (uint32_t row = 0; row < copy->rows; ++row) {
      memmove((void*)(uintptr_t)destination, (const void*)(uintptr_t)source, copy->row_bytes);
      source += copy->source_row_pitch;
      destination += copy->destination_row_pitch;
    }
  }
}
