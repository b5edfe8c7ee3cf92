/// The power manager: operating points, clock gating and power gating, one register group per power domain.
#ifndef KASANE_POWER_MANAGER_H
#define KASANE_POWER_MANAGER_H

#include "kasane/base.h"

#define KASANE_POWER_MANAGER_ID_VALUE 0x4B53504Du

enum {
  KASANE_POWER_ID = 0x00,            ///< RO
  KASANE_POWER_DOMAIN_COUNT = 0x04,  ///< RO
  KASANE_POWER_DOMAINS = 0x100,      ///< first domain's group; domain d is at DOMAINS + d * STRIDE
  KASANE_POWER_STRIDE = 0x40,
  KASANE_POWER_REGISTER_BYTES = 0x1000
};

/// Offsets within a domain's group.
enum {
  KASANE_DOMAIN_CONTROL = 0x00,      ///< RW: KASANE_DOMAIN_*; refused bits keep their value and set FAULT
  KASANE_DOMAIN_STATUS = 0x04,       ///< RO: KASANE_DOMAIN_STATUS_*
  KASANE_DOMAIN_POINT = 0x08,        ///< RW: index of the operating point; an index out of range sets FAULT
  KASANE_DOMAIN_POINT_COUNT = 0x0C,  ///< RO
  KASANE_DOMAIN_MILLIVOLTS = 0x10,   ///< RO: at the present operating point
  KASANE_DOMAIN_KILOHERTZ = 0x14,    ///< RO: at the present operating point
  KASANE_DOMAIN_WAKE_NANOSECONDS = 0x18,  ///< RO: from power on to usable
};

enum {
  KASANE_DOMAIN_CLOCK = 1u << 0,  ///< clock runs; 0 = gated
  KASANE_DOMAIN_POWER = 1u << 1,  ///< supply on; 0 = gated, contents are lost
};

enum {
  KASANE_DOMAIN_STATUS_READY = 1u << 0,  ///< powered, awake and clocked: the block can be used
  KASANE_DOMAIN_STATUS_FAULT =
      1u << 1,  ///< the last write asked for something impossible; cleared by the next good one
};

#endif
