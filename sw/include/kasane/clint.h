/// Registers of the core-local interruptor, in the layout common to SiFive's and QEMU's.
#ifndef KASANE_CLINT_H
#define KASANE_CLINT_H

#include "kasane/base.h"

enum {
  KASANE_CLINT_MSIP = 0x0000,      ///< 4 bytes per hart: bit 0 raises the software interrupt
  KASANE_CLINT_MTIMECMP = 0x4000,  ///< 8 bytes per hart: timer interrupt while mtime >= mtimecmp
  KASANE_CLINT_MTIME = 0xBFF8,     ///< 8 bytes: counts at the timebase frequency
  KASANE_CLINT_REGISTER_BYTES = 0x10000
};

#endif
