/// Commands of the hidden-network engine (Hiddenite): int8 convolutions whose weights are never stored.
///
/// A weight is a random sign times a constant of its layer, or masked off. The sign follows from the layer's
/// seed and the weight's index (weight_generator.h); which weights are kept stands in Weight Memory (WM) as a
/// compressed mask. The constant is part of the channel parameters' multipliers.
///
/// Feature maps lie in Feature Map Memory (FMM) as planes of int8: element (c, y, x) is the byte at
/// address + c * channel_pitch + y * row_pitch + x. Masks and channel parameters lie in WM. Addresses are
/// byte offsets into FMM or WM: the engine has its own ports to both.
#ifndef KASANE_HIDDENITE_H
#define KASANE_HIDDENITE_H

#include "kasane/engine.h"
#include "kasane/neural_comp_unit.h"
#include "kasane/weight_generator.h"

/// Registers after the common front (engine.h).
enum {
  KASANE_HIDDENITE_INPUT_CHANNELS = 0x40,   ///< RO: lanes of the array along input channels
  KASANE_HIDDENITE_OUTPUT_CHANNELS = 0x44,  ///< RO: ... along output channels
  KASANE_HIDDENITE_ROWS = 0x48,             ///< RO: ... along output rows
  KASANE_HIDDENITE_COLUMNS = 0x4C,          ///< RO: ... along output columns
  KASANE_HIDDENITE_WEIGHTS_LOW = 0x50,      ///< RO: kept weights expanded since reset, bits 31:0
  KASANE_HIDDENITE_WEIGHTS_HIGH = 0x54,     ///< RO: bits 63:32
};

enum {
  KASANE_HIDDENITE_CONVOLUTION = 0x0501,
  /// The same record with height = width = kernel = 1, one group.
  KASANE_HIDDENITE_FULLY_CONNECTED = 0x0502,
};

enum {
  KASANE_HIDDENITE_MAX_FIELD_BITS = 8,
  KASANE_HIDDENITE_ACCUMULATOR_BITS = 24,
  /// Of one output: 255 times as many fit an accumulator.
  KASANE_HIDDENITE_MAX_WEIGHTS_AN_OUTPUT = 32768,
};

/// The output channels of each group are cut into tiles of tile_outputs, the last one of a group with what is
/// left. The weights of a tile, in the order (output channel, input channel of the group, kernel row, kernel
/// column), the last one fastest, are coded as `fields` of a mask:
///   field_bits == 0  raw: one bit a weight, 1 means kept
///   field_bits == r, 1 ... 8  zero runs: a field v < 2^r - 1 stands for v weights that are masked off and
///       then one that is kept; v = 2^r - 1 for that many masked off and none kept. The tile ends when all
///       its weights are covered; where its last ones are masked off, the kept one after them may be one
///       beyond the tile's end, and is dropped.
/// The first field takes the lowest bits of the first byte; a tile begins with a new byte, the bits before it
/// are zero. In the order of group and tile, WM holds without gaps
/// - at tiles_address: for each tile a uint32_t: its number of fields
/// - at mask_address: for each tile ceil(fields * max(1, field_bits) / 8) bytes
/// - at parameters_address: kasane_channel_parameters[output_channels]
/// A mask whose fields do not cover its tiles exactly, or a bit that should be zero, is KASANE_ERROR_MASK.
///
/// weight n of the command (n counts through its tiles, without those of former output channels) is
///     mask(n) * kasane_random_sign(generator, layer_seed, first_weight + n), the index modulo 2^32
/// accumulator(o, y, x) = sum over the group's input channels i and (r, s) of weight(o, i, r, s) *
///     (input(i, y * stride_height + r * dilation_height - pad_top,
///               x * stride_width + s * dilation_width - pad_left) - input_zero_point)
/// where what lies outside the input adds nothing.
/// output(o, y, x) = requantise(accumulator + bias) to output_min ... output_max (requantize.h; the sum with
/// the bias wraps in 32 bits). Unlike the Neural Comp Unit's, the bias holds no term of the input's zero
/// point.
struct kasane_hiddenite_convolution {
  struct kasane_command_header header;
  uint32_t input_address;       ///< FMM
  uint32_t output_address;      ///< FMM; the maps must not overlap
  uint32_t tiles_address;       ///< WM, a multiple of 4
  uint32_t mask_address;        ///< WM
  uint32_t parameters_address;  ///< WM, a multiple of 4
  uint32_t mask_bytes;          ///< of all tiles, as their numbers of fields say
  uint32_t layer_seed;
  uint32_t first_weight;  ///< index, for the generator, of the command's first weight
  uint32_t input_channels;
  uint32_t input_height;
  uint32_t input_width;
  uint32_t output_channels;
  uint32_t output_height;
  uint32_t output_width;
  uint32_t input_channel_pitch;  ///< bytes
  uint32_t input_row_pitch;      ///< bytes
  uint32_t output_channel_pitch;
  uint32_t output_row_pitch;
  uint32_t groups;  ///< divides both channel counts
  uint16_t kernel_height;
  uint16_t kernel_width;
  uint16_t stride_height;
  uint16_t stride_width;
  uint16_t dilation_height;
  uint16_t dilation_width;
  uint16_t pad_top;
  uint16_t pad_left;      ///< bottom and right padding follow from the output size
  uint16_t tile_outputs;  ///< 1 ... KASANE_HIDDENITE_OUTPUT_CHANNELS of the engine
  uint8_t generator;      ///< KASANE_GENERATOR_*
  uint8_t field_bits;     ///< 0 ... KASANE_HIDDENITE_MAX_FIELD_BITS
  int8_t input_zero_point;
  int8_t output_zero_point;
  int8_t output_min;
  int8_t output_max;
  uint8_t reserved[20];  ///< zero
};
KASANE_OFFSET(struct kasane_hiddenite_convolution, kernel_height, 84);
KASANE_SIZE(struct kasane_hiddenite_convolution, KASANE_COMMAND_BYTES);

#endif
