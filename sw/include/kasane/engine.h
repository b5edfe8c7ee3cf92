/// The front that every engine of the chip shows to software: one register block, one command list format.
///
/// Software writes command records into memory, their address and number into the registers, and rings the
/// doorbell. The engine fetches the records over the bus, executes them in order and raises its interrupt
/// once, after the last one or at the first error.
#ifndef KASANE_ENGINE_H
#define KASANE_ENGINE_H

#include "kasane/base.h"

/// Register offsets in bytes; every register is 32 bits wide.
enum {
  KASANE_ENGINE_ID = 0x00,       ///< RO: which engine, KASANE_ENGINE_ID_*
  KASANE_ENGINE_VERSION = 0x04,  ///< RO: register and command version, major << 16 | minor
  KASANE_ENGINE_CONTROL = 0x08,  ///< RW: KASANE_CONTROL_*
  KASANE_ENGINE_STATUS = 0x0C,   ///< RO: KASANE_STATUS_*
  KASANE_ENGINE_ERROR =
      0x10,  ///< RO: KASANE_ERROR_* of the first failing command; cleared by doorbell and reset
  KASANE_ENGINE_INTERRUPT =
      0x14,  ///< W1C: KASANE_INTERRUPT_*; the line is high while any bit is set and enabled
  KASANE_ENGINE_COMMAND_LOW = 0x18,    ///< RW: bus address of the first command record, bits 31:0
  KASANE_ENGINE_COMMAND_HIGH = 0x1C,   ///< RW: bits 63:32
  KASANE_ENGINE_COMMAND_COUNT = 0x20,  ///< RW: number of command records
  KASANE_ENGINE_DOORBELL = 0x24,       ///< WO: any value starts the list; ignored with ERROR_BUSY while busy
  KASANE_ENGINE_CYCLES_LOW = 0x28,     ///< RO: cycles the engine has been busy since reset, bits 31:0
  KASANE_ENGINE_CYCLES_HIGH = 0x2C,    ///< RO: bits 63:32
  KASANE_ENGINE_COMMANDS_DONE = 0x30,  ///< RO: commands of the present list that are complete
  KASANE_ENGINE_REGISTER_BYTES = 0x1000  ///< size of the register window
};

enum {
  KASANE_ENGINE_ID_DMA = 0x4B530001,
  KASANE_ENGINE_ID_NCU = 0x4B530002,
  KASANE_ENGINE_ID_KCU = 0x4B530003,
  KASANE_ENGINE_ID_CARTESIAN = 0x4B530004,
  KASANE_ENGINE_ID_HIDDENITE = 0x4B530005,
  KASANE_ENGINE_ID_EXIT_UNIT = 0x4B530006,
};

enum { KASANE_ENGINE_VERSION_1_0 = 0x00010000 };

enum {
  KASANE_CONTROL_INTERRUPT_ENABLE = 1u << 0,
  KASANE_CONTROL_RESET = 1u << 1,  ///< self-clearing: forgets the present list, error and counters
};

enum {
  KASANE_STATUS_BUSY = 1u << 0,
  KASANE_STATUS_DONE = 1u << 1,   ///< the last list ended without error
  KASANE_STATUS_ERROR = 1u << 2,  ///< the last list ended with an error; see KASANE_ENGINE_ERROR
};

enum {
  KASANE_INTERRUPT_DONE = 1u << 0,
  KASANE_INTERRUPT_ERROR = 1u << 1,
};

enum {
  KASANE_ERROR_NONE = 0,
  KASANE_ERROR_BUSY = 1,         ///< doorbell while busy
  KASANE_ERROR_CLOCK_GATED = 2,  ///< doorbell while the engine's clock is gated
  KASANE_ERROR_FETCH = 3,        ///< command records could not be read from the bus
  KASANE_ERROR_OPCODE = 4,       ///< unknown opcode
  KASANE_ERROR_PARAMETER = 5,    ///< a size, stride, pitch or reserved field is impossible
  KASANE_ERROR_ADDRESS = 6,      ///< a data access left its memory
  KASANE_ERROR_COUNT = 7,        ///< empty command list
  KASANE_ERROR_MASK = 8,         ///< a compressed mask is truncated or corrupt
};

/// Every command record of every engine has this size, and begins with kasane_command_header.
#define KASANE_COMMAND_BYTES 128

struct kasane_command_header {
  uint16_t opcode;
  uint16_t layer;  ///< index into the package's layer table, or KASANE_NO_LAYER; for traces and energy
                   ///< accounts only
  uint32_t reserved;
};
KASANE_SIZE(struct kasane_command_header, 8);

#define KASANE_NO_LAYER 0xFFFFu

#endif
