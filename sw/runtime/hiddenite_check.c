#include "sw/runtime/hiddenite_check.h"

#include "sw/runtime/feature_map_ranges.h"

static const char* check_shape(const struct kasane_hiddenite_convolution* c) {
  if (c->groups == 0 || c->input_channels % c->groups != 0 || c->output_channels % c->groups != 0) {
    return "hidden layer's groups do not divide its channels";
  }
  if (c->kernel_height == 0 || c->kernel_width == 0 || c->stride_height == 0 || c->stride_width == 0 ||
      c->dilation_height == 0 || c->dilation_width == 0) {
    return "hidden layer has a kernel, stride or dilation of zero";
  }
  if (c->header.opcode == KASANE_HIDDENITE_FULLY_CONNECTED &&
      (c->input_height != 1 || c->input_width != 1 || c->output_height != 1 || c->output_width != 1 ||
       c->kernel_height != 1 || c->kernel_width != 1 || c->groups != 1 || c->pad_top != 0 ||
       c->pad_left != 0)) {
    return "hidden fully connected layer has more than one pixel";
  }
  if (c->output_min > c->output_max) return "hidden layer's output range is empty";
  return NULL;
}

static const char* check_maps(const struct kasane_hiddenite_convolution* c, uint64_t fmm) {
  const struct feature_map input = {c->input_address, c->input_channels,  c->input_channel_pitch,
                                    c->input_height,  c->input_row_pitch, c->input_width};
  const struct feature_map output = {c->output_address, c->output_channels,  c->output_channel_pitch,
                                     c->output_height,  c->output_row_pitch, c->output_width};
  if (!map_fits(&input, fmm) || !map_fits(&output, fmm)) return "hidden layer's map leaves FMM";
  if (map_overlaps_itself(&input) || map_overlaps_itself(&output))
    return "hidden layer's map overlaps itself";
  if (maps_overlap(&input, &output)) return "hidden layer's maps overlap";
  return NULL;
}

/// The maps fit FMM, so no channel count is zero.
static const char* check_masks(const struct kasane_hiddenite_convolution* c, uint64_t wm) {
  if (c->generator >= KASANE_GENERATORS) return "hidden layer has an unknown weight generator";
  if (c->field_bits > KASANE_HIDDENITE_MAX_FIELD_BITS)
    return "hidden layer's mask has wider fields than 8 bits";
  const uint32_t inputs = c->input_channels / c->groups;
  if (!product_fits(inputs, c->kernel_height, c->kernel_width, 1, KASANE_HIDDENITE_MAX_WEIGHTS_AN_OUTPUT)) {
    return "hidden layer has more than 32768 weights an output";
  }
  const uint64_t weights = (uint64_t)c->output_channels * inputs * c->kernel_height * c->kernel_width;
  if (weights > (uint64_t)1 << 32) return "hidden layer has more than 2^32 weights";
  const uint32_t outputs = c->output_channels / c->groups;
  const uint64_t tiles = (uint64_t)c->groups * (outputs / c->tile_outputs + (outputs % c->tile_outputs != 0));
  if (c->tiles_address % 4 != 0 || !range_fits(c->tiles_address, tiles * sizeof(uint32_t), wm)) {
    return "hidden layer's table of tiles leaves WM";
  }
  // A tile has a field or more, and not more than weights.
  const uint64_t width = c->field_bits == 0 ? 1 : c->field_bits;
  if (!range_fits(c->mask_address, c->mask_bytes, wm) || c->mask_bytes < tiles ||
      c->mask_bytes > (weights * width + 7 * tiles) / 8) {
    return "hidden layer's masks leave WM or the layer";
  }
  if (!parameters_fit(c->parameters_address, c->output_channels, wm)) {
    return "hidden layer's parameters leave WM";
  }
  return NULL;
}

const char* check_hiddenite(const struct kasane_hiddenite_convolution* c, const struct space_limits* limits) {
  const uint16_t opcode = c->header.opcode;
  if (opcode != KASANE_HIDDENITE_CONVOLUTION && opcode != KASANE_HIDDENITE_FULLY_CONNECTED) {
    return "unknown opcode of the hidden-network engine";
  }
  if (!RESERVED_ZERO(c)) return "hidden layer's record has reserved bytes set";
  if (c->tile_outputs == 0 || c->tile_outputs > limits->hiddenite_outputs) {
    return "package is for a hidden-network engine of other output lanes";
  }
  const char* message = check_shape(c);
  if (message == NULL) message = check_maps(c, limits->bytes[KASANE_SPACE_FMM]);
  if (message == NULL) message = check_masks(c, limits->bytes[KASANE_SPACE_WM]);
  return message;
}
