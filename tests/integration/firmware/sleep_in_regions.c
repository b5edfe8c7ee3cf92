/// Measures regions that nest, overlap, repeat, are empty and have no name, over work and sleep;
/// tests/integration/check_test.py holds what they measured against the power traces.
#include "tests/integration/firmware/alarm.h"

enum region { WHOLE, WORK, REST, OVERLAP, UNNAMED, LAST };

static struct chip chip;
static struct alarm alarm;

static void sleep_microseconds(uint64_t microseconds) {
  alarm_sleep(&alarm, microseconds * alarm.hertz / 1000000);
}

static void work(uint32_t steps) {
  static volatile uint32_t state = 1;
  for (uint32_t step = 0; step < steps; ++step) state = state * 1664525 + 1013904223;
}

static void begin(enum region region) {
  run_monitor_region_begin(&chip.monitor, region);
}
static void end(enum region region) {
  run_monitor_region_end(&chip.monitor, region);
}

uint32_t firmware_main(const void* boot_info) {
  const uint32_t code = chip_open(&chip, boot_info);
  if (code != EXIT_GOOD) return code;
  alarm_open(&alarm, &chip);
  run_monitor_region_name(&chip.monitor, WHOLE, "whole");
  run_monitor_region_name(&chip.monitor, WORK, "work, hard");
  run_monitor_region_name(&chip.monitor, REST, "rest");
  run_monitor_region_name(&chip.monitor, OVERLAP, "from work to rest");
  begin(WHOLE);
  for (uint32_t round = 0; round < 5; ++round) {
    begin(WORK);
    work(500 * (round + 1));
    begin(OVERLAP);
    work(300);
    end(WORK);
    begin(REST);
    sleep_microseconds(20 + 7 * round);
    end(OVERLAP);
    sleep_microseconds(5);
    end(REST);
  }
  begin(UNNAMED);
  end(UNNAMED);
  end(WHOLE);
  begin(LAST);
  end(LAST);
  return EXIT_GOOD;
}
