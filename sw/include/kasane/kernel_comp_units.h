/// Commands of the kernel dispatcher: convolutions by Kernel Comp Units (KCUs), each of which is one
/// hard-wired k x k kernel, together with what the Neural Comp Unit adds to them.
///
/// A command list mixes kasane_kcu_convolution records with NCU records (opcode below 0x0100). The dispatcher
/// gives the jobs of the former to the units, and forwards each NCU record to the NCU once every
/// kasane_kcu_convolution before it in the list is complete. Units and NCU work at once: a later
/// kasane_kcu_convolution starts as soon as no earlier one, whose NCU record has yet to end, uses the same
/// partial sums. One interrupt follows the whole list.
#ifndef KASANE_KERNEL_COMP_UNITS_H
#define KASANE_KERNEL_COMP_UNITS_H

#include "kasane/engine.h"

/// Registers after the common front (engine.h).
enum {
  KASANE_KCU_UNITS = 0x40,             ///< RO: how many units there are
  KASANE_KCU_DESIGN = 0x44,            ///< RO: which units they are: CRC-32 over all of them, see below
  KASANE_KCU_SUMS_BYTES = 0x48,        ///< RO: size of the partial sum memory
  KASANE_KCU_TABLE_BYTES = 0x4C,       ///< RO: size of the correspondence table memory
  KASANE_KCU_JOBS_LOW = 0x50,          ///< RO: jobs done since reset, bits 31:0
  KASANE_KCU_JOBS_HIGH = 0x54,         ///< RO: bits 63:32
  KASANE_KCU_UNIT_CYCLES_LOW = 0x58,   ///< RO: busy cycles of all units together since reset, bits 31:0
  KASANE_KCU_UNIT_CYCLES_HIGH = 0x5C,  ///< RO: bits 63:32
  KASANE_KCU_NCU_WAIT_LOW = 0x60,   ///< RO: cycles in which a list ran but the NCU had no record, bits 31:0
  KASANE_KCU_NCU_WAIT_HIGH = 0x64,  ///< RO: bits 63:32
};

/// The design's CRC-32 (IEEE 802.3) runs over, for each unit in order: one byte kernel size k, then k * k
/// bytes constants (two's complement), row by row.

enum { KASANE_KCU_CONVOLUTION = 0x0301 };

enum {
  KASANE_KCU_MAX_UNITS = 256,
  KASANE_KCU_MAX_KERNEL = 7,
  KASANE_KCU_MAX_GAIN_SHIFT = 31,
};

/// A job: one unit convolves one input channel, for all the output maps that follow it in the table.
/// Jobs lie back to back in the table memory: kasane_kcu_job, then `targets` kasane_kcu_target.
struct kasane_kcu_job {
  uint16_t unit;      ///< < KASANE_KCU_UNITS
  uint16_t channel;   ///< input channel, < input_channels
  uint16_t targets;   ///< at least 1
  uint16_t reserved;  ///< zero
};
KASANE_SIZE(struct kasane_kcu_job, 8);

struct kasane_kcu_target {
  uint16_t output;  ///< output channel, < output_channels
  int16_t gain;
};
KASANE_SIZE(struct kasane_kcu_target, 4);

/// First all partial sums of the record are set to 0. Then for each job, target, y and x:
///   response = sum over r, s of constant(unit, r, s) *
///       input(channel, y * stride_height + r - pad_top, x * stride_width + s - pad_left)
///   sum(output, y, x) += (response * gain + (gain_shift > 0 ? 2^(gain_shift-1) : 0)) >> gain_shift
/// where an input outside 0 <= row < input_height, 0 <= column < input_width reads as pad_value; the product
/// has 64 bits, the shift is arithmetic, the sum wraps in 32 bits: so the jobs' order does not matter.
/// sum(o, y, x) is the int32 at sums_address + o * sums_channel_pitch + (y * output_width + x) * 4 of the
/// partial sum memory. The units of all jobs have the record's kernel size.
struct kasane_kcu_convolution {
  struct kasane_command_header header;
  uint32_t input_address;  ///< FMM: element (c, y, x) is the byte at address + c * pitch + y * pitch + x
  uint32_t input_channels;
  uint32_t input_height;
  uint32_t input_width;
  uint32_t input_channel_pitch;  ///< bytes
  uint32_t input_row_pitch;      ///< bytes
  uint32_t output_channels;
  uint32_t output_height;
  uint32_t output_width;
  uint32_t sums_address;        ///< partial sum memory, a multiple of 4
  uint32_t sums_channel_pitch;  ///< bytes, a multiple of 4, at least output_height * output_width * 4
  uint32_t table_address;       ///< correspondence table memory, a multiple of 4
  uint32_t table_bytes;         ///< of this record's jobs, all of them used
  uint32_t job_count;           ///< at least 1
  uint16_t kernel;              ///< 3, 5 or 7: height and width
  uint16_t stride_height;
  uint16_t stride_width;
  uint16_t pad_top;
  uint16_t pad_left;     ///< bottom and right padding follow from the output size
  int8_t pad_value;      ///< the input's zero point
  uint8_t gain_shift;    ///< 0 ... KASANE_KCU_MAX_GAIN_SHIFT
  uint8_t reserved[52];  ///< zero
};
KASANE_SIZE(struct kasane_kcu_convolution, KASANE_COMMAND_BYTES);

#endif
