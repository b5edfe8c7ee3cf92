/// Core-local interruptor: the time, and a timer interrupt for one hart.
#ifndef KASANE_DRIVERS_CLINT_H
#define KASANE_DRIVERS_CLINT_H

#include "kasane/clint.h"
#include "sw/drivers/registers.h"

struct clint {
  uintptr_t base;
  uint32_t hart;
};

/// Ticks of the timebase since reset.
static inline uint64_t clint_time(const struct clint* clint) {
  return register_read64(clint->base, KASANE_CLINT_MTIME);
}

/// The timer interrupt is pending from this time on; UINT64_MAX silences it.
static inline void clint_set_alarm(const struct clint* clint, uint64_t time) {
  register_write64(clint->base, KASANE_CLINT_MTIMECMP + clint->hart * 8, time);
}

#endif
