/// Commands of the Cartesian-product array: INT4 convolutions as plane shifts followed by outer products.
///
/// One step a cycle: for one (input channel, kernel coordinate) the activation aligner shifts the channel's
/// plane, and the array multiplies `rows` pixels of it with `columns` output channels' weights, each with
/// each, and adds to rows x columns accumulators of 24 bits. A coordinate that no output channel of the tile
/// keeps is not stored and costs nothing.
///
/// Activations and weights are two's complement nibbles, -8 ... 7. Feature maps lie in Feature Map Memory
/// (FMM) as planes of bytes (element (p, y, x) at address + p * plane_pitch + y * row_pitch + x), in one of
/// two forms:
///   4 bits  packed: plane p holds channel 2p in the low nibbles, channel 2p + 1 in the high ones; the high
///           nibbles of a last, single channel are zero
///   8 bits  plane p holds channel p, a byte an element; of an input only the low nibble counts
/// Kept coordinates, weights and channel parameters lie in Weight Memory (WM). Addresses are byte offsets
/// into FMM or WM: the array has its own ports to both.
#ifndef KASANE_CARTESIAN_ARRAY_H
#define KASANE_CARTESIAN_ARRAY_H

#include "kasane/engine.h"
#include "kasane/neural_comp_unit.h"

/// Registers after the common front (engine.h).
enum {
  KASANE_CARTESIAN_ROWS = 0x40,        ///< RO: pixels of a tile
  KASANE_CARTESIAN_COLUMNS = 0x44,     ///< RO: output channels of a tile
  KASANE_CARTESIAN_STEPS_LOW = 0x48,   ///< RO: steps done since reset, bits 31:0
  KASANE_CARTESIAN_STEPS_HIGH = 0x4C,  ///< RO: bits 63:32
};

enum {
  KASANE_CARTESIAN_CONVOLUTION = 0x0401,
  /// The same record with height = width = kernel = 1, one group.
  KASANE_CARTESIAN_FULLY_CONNECTED = 0x0402,
};

enum {
  KASANE_CARTESIAN_MAX_KERNEL_ELEMENTS = 64,  ///< kernel_height * kernel_width
  KASANE_CARTESIAN_ACCUMULATOR_BITS = 24,
};

/// The output channels of each group are cut into tiles of tile_outputs, the last one of a group with what is
/// left. In the order of group and tile, WM holds without gaps
/// - at kept_address: for each input channel of the group a bitmap of ceil(kernel_height * kernel_width / 8)
///   bytes, little-endian: bit r * kernel_width + s says that coordinate (r, s) is kept; bits beyond are zero
/// - at weight_address: for each input channel, for each kept coordinate in rising order: a nibble for each
///   output channel of the tile, the even one in the low nibble; ceil(outputs of the tile / 2) bytes
/// - at parameters_address: kasane_channel_parameters[output_channels]
///
/// accumulator(o, y, x) = sum over the group's input channels i and the kept (r, s) of
///     weight(o, i, r, s) * input(i, y * stride_height + r * dilation_height - pad_top,
///                                   x * stride_width + s * dilation_width - pad_left)
/// where an input outside 0 <= row < input_height, 0 <= column < input_width is pad_value; wrapping in 24
/// bits.
/// output(o, y, x) = requantise(accumulator + bias) to output_min ... output_max (requantize.h; the sum with
/// the bias wraps in 32 bits).
struct kasane_cartesian_convolution {
  struct kasane_command_header header;
  uint32_t input_address;       ///< FMM
  uint32_t output_address;      ///< FMM; the maps must not overlap
  uint32_t kept_address;        ///< WM
  uint32_t weight_address;      ///< WM
  uint32_t parameters_address;  ///< WM, a multiple of 4
  uint32_t weight_bytes;        ///< of all kept weights, as the bitmaps say
  uint32_t input_channels;
  uint32_t input_height;
  uint32_t input_width;
  uint32_t output_channels;
  uint32_t output_height;
  uint32_t output_width;
  uint32_t input_plane_pitch;  ///< bytes
  uint32_t input_row_pitch;    ///< bytes
  uint32_t output_plane_pitch;
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
  uint16_t tile_outputs;  ///< KASANE_CARTESIAN_COLUMNS of the array that the lists were made for
  uint8_t input_bits;     ///< 4 or 8
  uint8_t output_bits;    ///< 4 or 8; 4 needs an even number of output channels a group, or one group
  int8_t pad_value;       ///< the input's zero point, -8 ... 7
  int8_t output_zero_point;
  int8_t output_min;  ///< with 4 bits, minimum and maximum lie in -8 ... 7
  int8_t output_max;
  uint8_t reserved[28];  ///< zero
};
KASANE_OFFSET(struct kasane_cartesian_convolution, kernel_height, 76);
KASANE_SIZE(struct kasane_cartesian_convolution, KASANE_COMMAND_BYTES);

#endif
