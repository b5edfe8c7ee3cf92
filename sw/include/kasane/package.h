/// The network package: what the compiler makes of an ONNX file and the runtime executes on the chip.
///
/// header | layers | steps | exits | commands | data | strings. All offsets count from the first byte of the
/// header and are multiples of 64, except those into strings. A package is position-independent: a command
/// names a place by (space, offset), FMM and WM addresses are offsets already.
#ifndef KASANE_PACKAGE_H
#define KASANE_PACKAGE_H

#include "kasane/cartesian_array.h"
#include "kasane/dma.h"
#include "kasane/exit_unit.h"
#include "kasane/hiddenite.h"
#include "kasane/kernel_comp_units.h"
#include "kasane/neural_comp_unit.h"

#define KASANE_PACKAGE_MAGIC 0x4E50534Bu  // "KSPN"
#define KASANE_PACKAGE_VERSION 5u

/// Where an offset counts from.
enum {
  KASANE_SPACE_ABSOLUTE = 0,  ///< a bus address
  KASANE_SPACE_PACKAGE = 1,   ///< the package's first byte
  KASANE_SPACE_FMM = 2,       ///< Feature Map Memory
  KASANE_SPACE_WM = 3,        ///< Weight Memory
  KASANE_SPACE_SCRATCH = 4,   ///< external memory set aside for the network, scratch_bytes of it
  KASANE_SPACE_INPUT = 5,     ///< the quantised input tensor, in memory the runtime provides
  KASANE_SPACE_OUTPUT = 6,    ///< the output tensor, in memory the runtime provides
  KASANE_SPACE_SUMS = 7,      ///< partial sum memory of the Kernel Comp Units
  KASANE_SPACE_TABLE = 8,     ///< correspondence table memory of the Kernel Comp Units
  // What FMM and WM are to engines, these are to steps that the CPU carries out in software.
  KASANE_SPACE_CPU_MAPS = 9,      ///< ordinary memory for feature maps
  KASANE_SPACE_CPU_WEIGHTS = 10,  ///< ordinary memory for weights and parameters
};

enum { KASANE_MAX_RANK = 4 };

/// A quantised tensor at the network's edge: real = scale * (value - zero_point), channels x height x width.
struct kasane_tensor_info {
  uint32_t bytes;
  uint32_t channels;
  uint32_t height;
  uint32_t width;
  int32_t zero_point;
  float scale;
};
KASANE_SIZE(struct kasane_tensor_info, 24);

struct kasane_package_header {
  uint32_t magic;
  uint32_t version;
  uint32_t total_bytes;  ///< of the whole package, header included
  uint32_t crc32;        ///< CRC-32 (IEEE 802.3, as zlib's) of all bytes, with this field zero
  uint32_t layers_offset;
  uint32_t layer_count;
  uint32_t steps_offset;
  uint32_t setup_step_count;  ///< steps run once after loading: the first ones in the table
  uint32_t step_count;        ///< all steps, the set-up ones included; the rest run for every input
  uint32_t commands_offset;
  uint32_t command_count;
  uint32_t data_offset;
  uint32_t data_bytes;
  uint32_t strings_offset;
  uint32_t strings_bytes;
  uint32_t fmm_bytes;      ///< of FMM the plan uses
  uint32_t wm_bytes;       ///< of WM the plan uses
  uint32_t scratch_bytes;  ///< of external memory the plan uses
  uint32_t name_offset;    ///< the network's name in strings
  struct kasane_tensor_info input;
  struct kasane_tensor_info output;  ///< of the last exit
  uint32_t sums_bytes;               ///< of partial sum memory the plan uses
  uint32_t table_bytes;              ///< of correspondence table memory the plan uses
  uint32_t kcu_design;  ///< KASANE_KCU_DESIGN of the units that the package was made for; 0 if it uses none
  uint32_t array_columns;  ///< KASANE_CARTESIAN_COLUMNS of the array that the package was made for; 0 if it
                           ///< uses none
  uint32_t hiddenite_outputs;  ///< KASANE_HIDDENITE_OUTPUT_CHANNELS of the engine that the package was made
                               ///< for; 0 if it uses none
  uint32_t exits_offset;
  uint32_t exit_count;         ///< 1 ... KASANE_MAX_EXITS; 1 for a network with one output
  uint32_t outputs_bytes;      ///< of KASANE_SPACE_OUTPUT: the outputs of all exits
  uint32_t cpu_maps_bytes;     ///< of KASANE_SPACE_CPU_MAPS the plan uses
  uint32_t cpu_weights_bytes;  ///< of KASANE_SPACE_CPU_WEIGHTS the plan uses
  uint32_t reserved[7];
};
KASANE_SIZE(struct kasane_package_header, 192);

/// What a step does.
enum {
  KASANE_STEP_DMA = 1,  ///< commands[first ... first+count) are kasane_dma_copy
  KASANE_STEP_NCU = 2,  ///< ... are NCU records
  KASANE_STEP_CPU = 3,  ///< ... are kasane_cpu_* records, executed by the runtime itself
  KASANE_STEP_KCU =
      4,  ///< ... are kasane_kcu_convolution and kasane_ncu_residual records, for the dispatcher
  KASANE_STEP_CARTESIAN = 5,  ///< ... are records of the Cartesian-product array
  KASANE_STEP_HIDDENITE = 6,  ///< ... are records of the hidden-network engine
  KASANE_STEP_EXIT_UNIT = 7,  ///< ... are records of the exit unit
};

/// Who carries out a step.
enum {
  KASANE_RUN_BY_ENGINE = 0,  ///< the engine of the step's kind; CPU steps by the CPU
  KASANE_RUN_BY_CPU = 1,  ///< software with the same result; FMM and WM addresses of the records count from
                          ///< KASANE_SPACE_CPU_MAPS and KASANE_SPACE_CPU_WEIGHTS
};

enum { KASANE_MAX_EXITS = 8 };

struct kasane_step {
  uint16_t kind;    ///< KASANE_STEP_*
  uint16_t layer;   ///< index into the layer table, or KASANE_NO_LAYER
  uint32_t first;   ///< index of the first command record
  uint32_t count;   ///< command records, at least 1
  uint16_t run_by;  ///< KASANE_RUN_BY_*
  uint16_t reserved;
};
KASANE_SIZE(struct kasane_step, 16);

/// A place where an image may leave the network, and the segment that leads there: the layers that this exit
/// needs and no former one. In the order in which they are reached; the last one takes who is left.
struct kasane_exit {
  uint32_t name_offset;              ///< in strings: the ONNX output's name
  uint32_t first_step;               ///< of the segment: the set-up steps' end, or the former exit's end_step
  uint32_t end_step;                 ///< the last one's is step_count
  uint32_t output_offset;            ///< of the output in KASANE_SPACE_OUTPUT
  struct kasane_tensor_info output;  ///< logits, if there is more than one exit
  uint32_t scale_q24;                ///< output.scale x 2^24
  uint8_t run_by;                    ///< KASANE_RUN_BY_* of the segment's layers
  uint8_t uses_unit;  ///< 1: the exit unit holds the output's entropy and class after the last step
  uint8_t reserved0[2];
  uint64_t macs;  ///< of the segment, of one input
  uint32_t reserved[2];
};
KASANE_SIZE(struct kasane_exit, 64);

/// One layer as people know it: for tables, traces and energy accounts.
struct kasane_layer {
  uint32_t name_offset;      ///< in strings: the ONNX node's name
  uint32_t operator_offset;  ///< in strings: the ONNX operators, fused ones joined by '+', as "Conv+Relu"
  uint64_t macs;             ///< multiply-accumulates of one input, padding included
  uint32_t input_bytes;
  uint32_t output_bytes;
  uint32_t weight_bytes;
  uint32_t kernels;  ///< 2-D kernels (output channel, input channel) that units may stand in for; else 0
  uint32_t replaced_kernels;  ///< of these, how many Kernel Comp Units stand in for
  uint32_t kcu_jobs;          ///< (unit, input channel) pairs that do so
  uint32_t coordinates;  ///< of the Cartesian array: (output tile, input channel, kernel coordinate); else 0
  uint32_t kept_coordinates;  ///< of these, how many any weight of the tile needs: steps a pixel tile
  uint32_t hidden_weights;  ///< of the hidden-network engine: weights of the layer, masked off or not; else 0
  uint32_t kept_weights;    ///< of these, how many the mask keeps
  uint16_t step_kind;       ///< KASANE_STEP_* that executes it
  uint16_t reserved[3];
};
KASANE_SIZE(struct kasane_layer, 64);

enum {
  KASANE_CPU_SOFTMAX = 0x0101,
  KASANE_CPU_ARGMAX = 0x0102,
};

/// Softmax: output[i] = round(exp(r_i) / sum exp(r) / output scale) - 128, int8 with scale 1/256, zero point
/// -128,
///   where r_i = input_scale * input[i] and input_scale is a fixed-point number; within 1 of the exact value.
/// Argmax: output = index of the first largest element, one int32 (four bytes).
struct kasane_cpu_vector {
  struct kasane_command_header header;
  uint32_t input_offset;
  uint32_t output_offset;
  uint32_t count;            ///< elements
  uint32_t input_scale_q24;  ///< the input's scale x 2^24; softmax only
  uint8_t input_space;       ///< KASANE_SPACE_*
  uint8_t output_space;
  uint8_t reserved[102];
};
KASANE_SIZE(struct kasane_cpu_vector, KASANE_COMMAND_BYTES);

#endif
