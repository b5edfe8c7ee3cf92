/// Commands of the Neural Comp Unit (NCU): int8 layers on an array of multiply-accumulate lanes.
///
/// Feature maps live in Feature Map Memory (FMM) as planes: element (c, y, x) is the byte at
/// address + c * channel_pitch + y * row_pitch + x. Weights live in Weight Memory (WM), contiguous, in the
/// order output channel, input channel of the group, kernel row, kernel column (ONNX's OIHW). Addresses are
/// byte offsets into FMM or WM: the NCU has its own ports to both.
#ifndef KASANE_NEURAL_COMP_UNIT_H
#define KASANE_NEURAL_COMP_UNIT_H

#include "kasane/engine.h"

enum {
  KASANE_NCU_CONVOLUTION = 0x0001,  ///< kasane_ncu_convolution
  KASANE_NCU_FULLY_CONNECTED =
      0x0002,                        ///< kasane_ncu_convolution with height = width = kernel = 1, one group
  KASANE_NCU_MAX_POOL = 0x0003,      ///< kasane_ncu_pool
  KASANE_NCU_AVERAGE_POOL = 0x0004,  ///< kasane_ncu_pool
  KASANE_NCU_ADD = 0x0005,           ///< kasane_ncu_elementwise
  KASANE_NCU_REQUANTIZE = 0x0006,    ///< kasane_ncu_elementwise, first operand only; ReLU is its output_min
  KASANE_NCU_RESIDUAL = 0x0007,      ///< kasane_ncu_residual; only of a unit with a port for partial sums
};

/// Per-output-channel constants in WM; an array of them, one per output channel, 4-byte aligned.
/// output = clamp(((accumulator + bias) * multiplier + 2^(shift-1)) >> shift) + zero point); see
/// requantize.h.
struct kasane_channel_parameters {
  int32_t bias;  ///< in units of input scale x weight scale; includes -(input zero point) x (sum of weights)
  int32_t multiplier;  ///< >= 0
  int32_t shift;       ///< 1 ... 62
};
KASANE_SIZE(struct kasane_channel_parameters, 12);

/// accumulator(o, y, x) = sum over i, r, s of weight(o, i, r, s) *
///     input(i + group offset, y * stride_height + r * dilation_height - pad_top, x * ... - pad_left)
/// where an input outside 0 <= row < input_height, 0 <= column < input_width reads as pad_value.
/// int8 x int8 products, 32-bit wrapping accumulation.
struct kasane_ncu_convolution {
  struct kasane_command_header header;
  uint32_t input_address;       ///< FMM
  uint32_t output_address;      ///< FMM
  uint32_t weight_address;      ///< WM
  uint32_t parameters_address;  ///< WM: kasane_channel_parameters[output_channels]
  uint32_t input_channels;      ///< of all groups together
  uint32_t input_height;
  uint32_t input_width;
  uint32_t output_channels;  ///< of all groups together
  uint32_t output_height;
  uint32_t output_width;
  uint32_t input_channel_pitch;  ///< bytes
  uint32_t input_row_pitch;      ///< bytes
  uint32_t output_channel_pitch;
  uint32_t output_row_pitch;
  uint32_t groups;  ///< divides input_channels and output_channels
  uint16_t kernel_height;
  uint16_t kernel_width;
  uint16_t stride_height;
  uint16_t stride_width;
  uint16_t dilation_height;
  uint16_t dilation_width;
  uint16_t pad_top;
  uint16_t pad_left;  ///< bottom and right padding follow from the output size
  int8_t pad_value;   ///< the input's zero point
  int8_t output_zero_point;
  int8_t output_min;
  int8_t output_max;
  uint8_t reserved[40];  ///< zero
};
KASANE_SIZE(struct kasane_ncu_convolution, KASANE_COMMAND_BYTES);

/// What Kernel Comp Units leave of a convolution: as kasane_ncu_convolution with one group and no dilation,
/// but the accumulators begin with the 32-bit partial sums that the units left, and only kept kernels take
/// part.
///
/// The kept kernels are listed in WM at kept_address, for each block of kept_block output channels (the last
/// one may be shorter): a 32-bit number of entries, then that many kasane_kept_channel of ascending channel.
/// The weights in WM hold only the kept kernels, in the order block, entry, output channel (lowest mask bit
/// first), kernel row, kernel column.
struct kasane_kept_channel {
  uint16_t channel;   ///< input channel, < input_channels
  uint16_t reserved;  ///< zero
  uint32_t outputs;   ///< bit b: the kernel of output channel block * kept_block + b is kept; not 0
};
KASANE_SIZE(struct kasane_kept_channel, 8);

enum { KASANE_NCU_MAX_KEPT_BLOCK = 32 };

struct kasane_ncu_residual {
  struct kasane_command_header header;
  uint32_t input_address;       ///< FMM
  uint32_t output_address;      ///< FMM
  uint32_t weight_address;      ///< WM: kept kernels only
  uint32_t parameters_address;  ///< WM: kasane_channel_parameters[output_channels]
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
  uint32_t sums_address;  ///< partial sum memory: (o, y, x) is the int32 at address + o * pitch + (y * width
                          ///< + x) * 4
  uint32_t sums_channel_pitch;  ///< bytes, a multiple of 4
  uint32_t kept_address;        ///< WM, a multiple of 4
  uint32_t kept_bytes;          ///< of all blocks' lists together
  uint16_t kept_block;  ///< output channels a list is for; 1 ... KASANE_NCU_MAX_KEPT_BLOCK and at most the
                        ///< unit's lanes
  uint16_t kernel_height;
  uint16_t kernel_width;
  uint16_t stride_height;
  uint16_t stride_width;
  uint16_t pad_top;
  uint16_t pad_left;
  int8_t pad_value;
  int8_t output_zero_point;
  int8_t output_min;
  int8_t output_max;
  uint8_t reserved[30];  ///< zero
};
KASANE_SIZE(struct kasane_ncu_residual, KASANE_COMMAND_BYTES);

/// Maximum: over the window's elements inside the input, then clamped to output_min ... output_max.
/// Average: accumulator = sum over the window's elements inside the input of (input - input_zero_point),
/// requantised with parameters[n - 1] where n = elements inside if parameter_count is kernel_height *
/// kernel_width, or with parameters[0] if parameter_count is 1. Every window holds at least one element of
/// the input.
struct kasane_ncu_pool {
  struct kasane_command_header header;
  uint32_t input_address;       ///< FMM
  uint32_t output_address;      ///< FMM
  uint32_t parameters_address;  ///< WM: kasane_channel_parameters[parameter_count], bias 0; average only
  uint32_t parameter_count;     ///< average: 1 or kernel_height * kernel_width; maximum: 0
  uint32_t channels;
  uint32_t input_height;
  uint32_t input_width;
  uint32_t output_height;
  uint32_t output_width;
  uint32_t input_channel_pitch;
  uint32_t input_row_pitch;
  uint32_t output_channel_pitch;
  uint32_t output_row_pitch;
  uint16_t kernel_height;
  uint16_t kernel_width;
  uint16_t stride_height;
  uint16_t stride_width;
  uint16_t pad_top;
  uint16_t pad_left;
  int8_t input_zero_point;
  int8_t output_zero_point;  ///< average only
  int8_t output_min;
  int8_t output_max;
  uint8_t reserved[52];  ///< zero
};
KASANE_SIZE(struct kasane_ncu_pool, KASANE_COMMAND_BYTES);

/// output[i] = clamp(((a[i] - a_zero_point) * a_multiplier + (b[i] - b_zero_point) * b_multiplier +
/// 2^(shift-1))
///                   >> shift) + output_zero_point), in 64-bit arithmetic; the operands are contiguous bytes.
struct kasane_ncu_elementwise {
  struct kasane_command_header header;
  uint32_t a_address;  ///< FMM
  uint32_t b_address;  ///< FMM; ADD only
  uint32_t output_address;
  uint32_t count;        ///< elements
  int32_t a_multiplier;  ///< >= 0
  int32_t b_multiplier;  ///< >= 0; 0 for REQUANTIZE
  int32_t shift;         ///< 1 ... 62
  int8_t a_zero_point;
  int8_t b_zero_point;
  int8_t output_zero_point;
  int8_t output_min;
  int8_t output_max;
  uint8_t reserved[87];  ///< zero
};
KASANE_SIZE(struct kasane_ncu_elementwise, KASANE_COMMAND_BYTES);

#endif
