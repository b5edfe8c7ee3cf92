#include "sw/runtime/cartesian_check.h"

#include "sw/runtime/feature_map_ranges.h"

static bool is_level(int8_t value) {
  return value >= -8 && value <= 7;
}

static const char* check_shape(const struct kasane_cartesian_convolution* c) {
  if (c->groups == 0 || c->input_channels % c->groups != 0 || c->output_channels % c->groups != 0) {
    return "array's groups do not divide its channels";
  }
  if (c->kernel_height == 0 || c->kernel_width == 0 || c->stride_height == 0 || c->stride_width == 0 ||
      c->dilation_height == 0 || c->dilation_width == 0) {
    return "array has a kernel, stride or dilation of zero";
  }
  if ((uint32_t)c->kernel_height * c->kernel_width > KASANE_CARTESIAN_MAX_KERNEL_ELEMENTS) {
    return "array's kernel has more than 64 elements";
  }
  if (c->header.opcode == KASANE_CARTESIAN_FULLY_CONNECTED &&
      (c->input_height != 1 || c->input_width != 1 || c->output_height != 1 || c->output_width != 1 ||
       c->kernel_height != 1 || c->kernel_width != 1 || c->groups != 1 || c->pad_top != 0 ||
       c->pad_left != 0)) {
    return "array's fully connected layer has more than one pixel";
  }
  return NULL;
}

static const char* check_formats(const struct kasane_cartesian_convolution* c) {
  if ((c->input_bits != 4 && c->input_bits != 8) || (c->output_bits != 4 && c->output_bits != 8)) {
    return "array's maps have neither 4 nor 8 bits";
  }
  if (!is_level(c->pad_value)) return "array's padding exceeds 4 bits";
  if (c->output_min > c->output_max) return "array's output range is empty";
  if (c->output_bits == 8) return NULL;
  if (!is_level(c->output_min) || !is_level(c->output_max)) return "array's output range exceeds 4 bits";
  if (c->groups != 1 && c->output_channels / c->groups % 2 != 0) return "array's groups share packed planes";
  return NULL;
}

static uint32_t planes_of(uint32_t channels, uint8_t bits) {
  return bits == 4 ? channels / 2 + channels % 2 : channels;
}

static const char* check_maps(const struct kasane_cartesian_convolution* c, uint64_t fmm) {
  const struct feature_map input = {c->input_address,     planes_of(c->input_channels, c->input_bits),
                                    c->input_plane_pitch, c->input_height,
                                    c->input_row_pitch,   c->input_width};
  const struct feature_map output = {c->output_address,     planes_of(c->output_channels, c->output_bits),
                                     c->output_plane_pitch, c->output_height,
                                     c->output_row_pitch,   c->output_width};
  if (!map_fits(&input, fmm) || !map_fits(&output, fmm)) return "array's map leaves FMM";
  if (map_overlaps_itself(&input) || map_overlaps_itself(&output)) return "array's map overlaps itself";
  if (maps_overlap(&input, &output)) return "array's maps overlap";
  return NULL;
}

/// Bitmaps, weights and parameters. The weights have whatever size the bitmaps say, up to a dense layer's.
static const char* check_constants(const struct kasane_cartesian_convolution* c, uint64_t wm) {
  const uint32_t outputs = c->output_channels / c->groups;
  const uint32_t inputs = c->input_channels / c->groups;
  const uint32_t elements = (uint32_t)c->kernel_height * c->kernel_width;
  const uint32_t bitmap_bytes = (elements + 7) / 8;
  const uint32_t tiles = outputs / c->tile_outputs + (outputs % c->tile_outputs != 0);
  if (!product_fits(c->groups, tiles, inputs, bitmap_bytes, wm) ||
      !range_fits(c->kept_address, (uint64_t)c->groups * tiles * inputs * bitmap_bytes, wm)) {
    return "array's bitmaps leave WM";
  }
  const uint64_t step_bytes = (uint64_t)(outputs / c->tile_outputs) * (c->tile_outputs / 2) +
                              (outputs % c->tile_outputs + 1) / 2;  // of all tiles of a group
  if (!range_fits(c->weight_address, c->weight_bytes, wm) ||
      c->weight_bytes > step_bytes * c->groups * inputs * elements) {
    return "array's weights leave WM or the layer";
  }
  if (!parameters_fit(c->parameters_address, c->output_channels, wm)) return "array's parameters leave WM";
  return NULL;
}

const char* check_cartesian(const struct kasane_cartesian_convolution* c, const struct space_limits* limits) {
  const uint16_t opcode = c->header.opcode;
  if (opcode != KASANE_CARTESIAN_CONVOLUTION && opcode != KASANE_CARTESIAN_FULLY_CONNECTED) {
    return "unknown opcode of the array";
  }
  if (!RESERVED_ZERO(c)) return "array's record has reserved bytes set";
  if (c->tile_outputs < 2 || c->tile_outputs % 2 != 0 || c->tile_outputs != limits->array_columns) {
    return "package is for an array of other columns";
  }
  const char* message = check_shape(c);
  if (message == NULL) message = check_formats(c);
  if (message == NULL) message = check_maps(c, limits->bytes[KASANE_SPACE_FMM]);
  if (message == NULL) message = check_constants(c, limits->bytes[KASANE_SPACE_WM]);
  return message;
}
