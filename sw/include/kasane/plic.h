/// Registers of the platform-level interrupt controller (RISC-V PLIC specification 1.0.0).
#ifndef KASANE_PLIC_H
#define KASANE_PLIC_H

#include "kasane/base.h"

enum {
  KASANE_PLIC_PRIORITY = 0x000000,  ///< 4 bytes per source, source 0 does not exist
  KASANE_PLIC_PENDING = 0x001000,   ///< one bit per source
  KASANE_PLIC_ENABLE = 0x002000,    ///< one bit per source, 0x80 bytes per context
  KASANE_PLIC_ENABLE_STRIDE = 0x80,
  KASANE_PLIC_THRESHOLD = 0x200000,  ///< per context, 0x1000 bytes apart
  KASANE_PLIC_CLAIM = 0x200004,      ///< read claims, write completes
  KASANE_PLIC_CONTEXT_STRIDE = 0x1000,
  KASANE_PLIC_REGISTER_BYTES = 0x4000000
};

#endif
