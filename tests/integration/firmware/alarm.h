/// Sleeping until a moment, by the CLINT's timer: for test programs.
#ifndef KASANE_TESTS_FIRMWARE_ALARM_H
#define KASANE_TESTS_FIRMWARE_ALARM_H

#include "sw/apps/chip.h"
#include "sw/drivers/clint.h"

struct alarm {
  struct clint clint;
  uint64_t hertz;  ///< of the timebase
  volatile bool woken;
};

static inline void alarm_ring(void* context) {
  struct alarm* alarm = context;
  clint_set_alarm(&alarm->clint, UINT64_MAX);
  alarm->woken = true;
}

/// The object must live on.
static inline void alarm_open(struct alarm* alarm, const struct chip* chip) {
  alarm->clint.base = chip_device(chip->info, KASANE_DEVICE_CLINT)->base;
  alarm->hertz = chip->info->timebase_hertz;
  system_attach_timer(alarm_ring, alarm);
}

static inline void alarm_sleep(struct alarm* alarm, uint64_t ticks) {
  alarm->woken = false;
  clint_set_alarm(&alarm->clint, clint_time(&alarm->clint) + ticks);
  system_wait(&alarm->woken);
}

#endif
