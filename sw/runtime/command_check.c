#include "sw/runtime/command_check.h"

#include "sw/runtime/cartesian_check.h"
#include "sw/runtime/command_ranges.h"
#include "sw/runtime/hiddenite_check.h"

static const char* check_copy(const struct kasane_dma_copy* copy, const struct space_limits* limits) {
  if (copy->header.opcode != KASANE_DMA_COPY) return "unknown DMA opcode";
  if (!RESERVED_ZERO(copy)) return "DMA record has reserved bytes set";
  if (copy->source_space == KASANE_SPACE_ABSOLUTE || copy->source_space >= SPACE_COUNT ||
      copy->destination_space == KASANE_SPACE_ABSOLUTE || copy->destination_space >= SPACE_COUNT) {
    return "DMA record names no space";
  }
  if (copy->destination_space == KASANE_SPACE_PACKAGE) return "DMA record writes to the package";
  const uint64_t room = limits->bytes[copy->destination_space];
  if (!block_fits(copy->source, copy->planes, copy->rows, copy->row_bytes, copy->source_plane_pitch,
                  copy->source_row_pitch, limits->bytes[copy->source_space])) {
    return "DMA source leaves its space";
  }
  if (!block_fits(copy->destination, copy->planes, copy->rows, copy->row_bytes, copy->destination_plane_pitch,
                  copy->destination_row_pitch, room) ||
      !product_fits(copy->planes, copy->rows, copy->row_bytes, 1, room)) {
    return "DMA destination leaves its space";
  }
  return NULL;
}

static const char* check_convolution(const struct kasane_ncu_convolution* c,
                                     const struct space_limits* limits) {
  const uint64_t fmm = limits->bytes[KASANE_SPACE_FMM];
  const uint64_t wm = limits->bytes[KASANE_SPACE_WM];
  if (!RESERVED_ZERO(c)) return "convolution has reserved bytes set";
  if (c->groups == 0 || c->input_channels % c->groups != 0 || c->output_channels % c->groups != 0) {
    return "convolution's groups do not divide its channels";
  }
  if (c->kernel_height == 0 || c->kernel_width == 0 || c->stride_height == 0 || c->stride_width == 0 ||
      c->dilation_height == 0 || c->dilation_width == 0) {
    return "convolution has a kernel, stride or dilation of zero";
  }
  if (c->output_min > c->output_max) return "convolution's output range is empty";
  if (!block_fits(c->input_address, c->input_channels, c->input_height, c->input_width,
                  c->input_channel_pitch, c->input_row_pitch, fmm)) {
    return "convolution's input leaves FMM";
  }
  if (!block_fits(c->output_address, c->output_channels, c->output_height, c->output_width,
                  c->output_channel_pitch, c->output_row_pitch, fmm) ||
      !product_fits(c->output_channels, c->output_height, c->output_width, 1, fmm)) {
    return "convolution's output leaves FMM";
  }
  const uint32_t group_inputs = c->input_channels / c->groups;
  if (!product_fits(c->output_channels, group_inputs, c->kernel_height, c->kernel_width, wm) ||
      !range_fits(c->weight_address,
                  (uint64_t)c->output_channels * group_inputs * c->kernel_height * c->kernel_width, wm)) {
    return "convolution's weights leave WM";
  }
  if (!parameters_fit(c->parameters_address, c->output_channels, wm)) {
    return "convolution's parameters leave WM";
  }
  return NULL;
}

static const char* check_fully_connected(const struct kasane_ncu_convolution* c,
                                         const struct space_limits* limits) {
  if (c->input_height != 1 || c->input_width != 1 || c->output_height != 1 || c->output_width != 1 ||
      c->kernel_height != 1 || c->kernel_width != 1 || c->groups != 1 || c->pad_top != 0 ||
      c->pad_left != 0) {
    return "fully connected layer has more than one pixel";
  }
  return check_convolution(c, limits);
}

/// Along one axis: every window holds at least one element of the input.
static bool windows_meet_input(uint32_t outputs, uint32_t stride, uint32_t pad, uint32_t kernel,
                               uint32_t inputs) {
  return pad < kernel && (uint64_t)(outputs - 1) * stride < (uint64_t)inputs + pad;
}

static const char* check_pool(const struct kasane_ncu_pool* p, bool average,
                              const struct space_limits* limits) {
  const uint64_t fmm = limits->bytes[KASANE_SPACE_FMM];
  if (!RESERVED_ZERO(p)) return "pool has reserved bytes set";
  if (p->kernel_height == 0 || p->kernel_width == 0 || p->stride_height == 0 || p->stride_width == 0) {
    return "pool has a kernel or stride of zero";
  }
  if (p->output_min > p->output_max) return "pool's output range is empty";
  if (!block_fits(p->input_address, p->channels, p->input_height, p->input_width, p->input_channel_pitch,
                  p->input_row_pitch, fmm)) {
    return "pool's input leaves FMM";
  }
  if (!block_fits(p->output_address, p->channels, p->output_height, p->output_width, p->output_channel_pitch,
                  p->output_row_pitch, fmm) ||
      !product_fits(p->channels, p->output_height, p->output_width, 1, fmm)) {
    return "pool's output leaves FMM";
  }
  if (!windows_meet_input(p->output_height, p->stride_height, p->pad_top, p->kernel_height,
                          p->input_height) ||
      !windows_meet_input(p->output_width, p->stride_width, p->pad_left, p->kernel_width, p->input_width)) {
    return "pool has a window outside its input";
  }
  const uint32_t window = (uint32_t)p->kernel_height * p->kernel_width;
  if (average ? p->parameter_count != 1 && p->parameter_count != window : p->parameter_count != 0) {
    return "pool has a wrong number of parameters";
  }
  if (average && !parameters_fit(p->parameters_address, p->parameter_count, limits->bytes[KASANE_SPACE_WM])) {
    return "pool's parameters leave WM";
  }
  return NULL;
}

static const char* check_elementwise(const struct kasane_ncu_elementwise* e, bool two,
                                     const struct space_limits* limits) {
  const uint64_t fmm = limits->bytes[KASANE_SPACE_FMM];
  if (!RESERVED_ZERO(e)) return "elementwise layer has reserved bytes set";
  if (e->count == 0 || e->a_multiplier < 0 || e->b_multiplier < 0 || e->shift < 1 || e->shift > 62 ||
      e->output_min > e->output_max || (!two && e->b_multiplier != 0)) {
    return "elementwise layer has an impossible constant";
  }
  if (!range_fits(e->a_address, e->count, fmm) || (two && !range_fits(e->b_address, e->count, fmm)) ||
      !range_fits(e->output_address, e->count, fmm)) {
    return "elementwise layer leaves FMM";
  }
  return NULL;
}

/// The partial sums of a band: one dense plane an output channel.
static const char* check_sums(uint32_t address, uint32_t channel_pitch, uint32_t channels, uint32_t height,
                              uint32_t width, const struct space_limits* limits) {
  const uint64_t sums = (uint64_t)height * width;
  if (sums == 0 || sums > UINT32_MAX / sizeof(int32_t) || address % sizeof(int32_t) != 0 ||
      channel_pitch % sizeof(int32_t) != 0) {
    return "band's partial sums leave their memory";
  }
  const uint32_t plane_bytes = (uint32_t)(sums * sizeof(int32_t));
  if (!block_fits(address, channels, 1, plane_bytes, channel_pitch, 0, limits->bytes[KASANE_SPACE_SUMS])) {
    return "band's partial sums leave their memory";
  }
  if (channel_pitch < plane_bytes) return "band's partial sums overlap";
  return NULL;
}

static const char* check_unit_convolution(const struct kasane_kcu_convolution* c,
                                          const struct space_limits* limits) {
  if (!RESERVED_ZERO(c)) return "unit convolution has reserved bytes set";
  if (c->stride_height == 0 || c->stride_width == 0) return "unit convolution has a stride of zero";
  if (!block_fits(c->input_address, c->input_channels, c->input_height, c->input_width,
                  c->input_channel_pitch, c->input_row_pitch, limits->bytes[KASANE_SPACE_FMM])) {
    return "unit convolution's input leaves FMM";
  }
  if (c->kernel != 3 && c->kernel != 5 && c->kernel != 7) return "unit's kernel is not 3, 5 or 7";
  if (c->gain_shift > KASANE_KCU_MAX_GAIN_SHIFT) return "gain shift is above 31";
  const uint64_t least =
      (uint64_t)c->job_count * (sizeof(struct kasane_kcu_job) + sizeof(struct kasane_kcu_target));
  if (c->job_count == 0 || c->table_address % 4 != 0 || c->table_bytes % 4 != 0 || c->table_bytes < least ||
      !range_fits(c->table_address, c->table_bytes, limits->bytes[KASANE_SPACE_TABLE])) {
    return "correspondence table leaves its memory";
  }
  return check_sums(c->sums_address, c->sums_channel_pitch, c->output_channels, c->output_height,
                    c->output_width, limits);
}

static const char* check_residual(const struct kasane_ncu_residual* c, const struct space_limits* limits) {
  const uint64_t fmm = limits->bytes[KASANE_SPACE_FMM];
  const uint64_t wm = limits->bytes[KASANE_SPACE_WM];
  if (!RESERVED_ZERO(c)) return "residual has reserved bytes set";
  if (c->kernel_height == 0 || c->kernel_width == 0 || c->stride_height == 0 || c->stride_width == 0) {
    return "residual has a kernel or stride of zero";
  }
  if (!block_fits(c->input_address, c->input_channels, c->input_height, c->input_width,
                  c->input_channel_pitch, c->input_row_pitch, fmm)) {
    return "residual's input leaves FMM";
  }
  if (c->output_min > c->output_max) return "residual's output range is empty";
  if (!block_fits(c->output_address, c->output_channels, c->output_height, c->output_width,
                  c->output_channel_pitch, c->output_row_pitch, fmm)) {
    return "residual's output leaves FMM";
  }
  if (c->kept_block == 0 || c->kept_block > KASANE_NCU_MAX_KEPT_BLOCK || c->kept_address % 4 != 0 ||
      !range_fits(c->kept_address, c->kept_bytes, wm) || c->weight_address > wm) {
    return "residual's kept kernels leave WM";
  }
  if (!parameters_fit(c->parameters_address, c->output_channels, wm)) return "residual's parameters leave WM";
  return check_sums(c->sums_address, c->sums_channel_pitch, c->output_channels, c->output_height,
                    c->output_width, limits);
}

static const char* check_kcu(const void* record, const struct space_limits* limits) {
  const struct kasane_command_header* header = record;
  if (header->opcode == KASANE_KCU_CONVOLUTION) return check_unit_convolution(record, limits);
  if (header->opcode == KASANE_NCU_RESIDUAL) return check_residual(record, limits);
  return "unknown opcode for Kernel Comp Units";
}

static const char* check_ncu(const void* record, const struct space_limits* limits) {
  const struct kasane_command_header* header = record;
  switch (header->opcode) {
    case KASANE_NCU_CONVOLUTION:
      return check_convolution(record, limits);
    case KASANE_NCU_FULLY_CONNECTED:
      return check_fully_connected(record, limits);
    case KASANE_NCU_MAX_POOL:
    case KASANE_NCU_AVERAGE_POOL:
      return check_pool(record, header->opcode == KASANE_NCU_AVERAGE_POOL, limits);
    case KASANE_NCU_ADD:
    case KASANE_NCU_REQUANTIZE:
      return check_elementwise(record, header->opcode == KASANE_NCU_ADD, limits);
    default:
      return "unknown NCU opcode";
  }
}

static const char* check_exit_unit(const struct kasane_exit_decide_command* decide,
                                   const struct space_limits* limits) {
  if (decide->header.opcode != KASANE_EXIT_UNIT_DECIDE) return "unknown opcode for the exit unit";
  if (!RESERVED_ZERO(decide)) return "exit unit's record has reserved bytes set";
  if (decide->count == 0 || decide->count > KASANE_MAX_LOGITS) return "exit unit has no logits or too many";
  if (!range_fits(decide->input_address, decide->count, limits->bytes[KASANE_SPACE_FMM])) {
    return "exit unit's logits leave FMM";
  }
  return NULL;
}

static const char* check_cpu(const struct kasane_cpu_vector* vector, const struct space_limits* limits) {
  const uint16_t opcode = vector->header.opcode;
  if (opcode != KASANE_CPU_SOFTMAX && opcode != KASANE_CPU_ARGMAX) return "unknown CPU opcode";
  if (!RESERVED_ZERO(vector)) return "CPU record has reserved bytes set";
  if (vector->count == 0) return "CPU record is empty";
  if (vector->input_space >= SPACE_COUNT || vector->output_space >= SPACE_COUNT ||
      vector->output_space == KASANE_SPACE_PACKAGE) {
    return "CPU record names no usable space";
  }
  const uint64_t output_bytes = opcode == KASANE_CPU_ARGMAX ? sizeof(int32_t) : vector->count;
  if (!range_fits(vector->input_offset, vector->count, limits->bytes[vector->input_space]) ||
      !range_fits(vector->output_offset, output_bytes, limits->bytes[vector->output_space])) {
    return "CPU record leaves its space";
  }
  return NULL;
}

const char* command_check(uint16_t step_kind, const void* record, const struct space_limits* limits) {
  switch (step_kind) {
    case KASANE_STEP_DMA:
      return check_copy(record, limits);
    case KASANE_STEP_NCU:
      return check_ncu(record, limits);
    case KASANE_STEP_CPU:
      return check_cpu(record, limits);
    case KASANE_STEP_KCU:
      return check_kcu(record, limits);
    case KASANE_STEP_CARTESIAN:
      return check_cartesian(record, limits);
    case KASANE_STEP_HIDDENITE:
      return check_hiddenite(record, limits);
    case KASANE_STEP_EXIT_UNIT:
      return check_exit_unit(record, limits);
    default:
      return "unknown kind of step";
  }
}
