/// Nonsense that spares the program itself, so that it must reach its end: tells what happened, and leaves
/// with code 0.
#include "kasane/boot_info.h"
#include "sw/drivers/run_monitor.h"
#include "sw/firmware/system.h"
#include "tests/integration/firmware/nonsense.h"

uint32_t firmware_main(const void* boot_info) {
  nonsense_run(boot_info, false);
  const struct kasane_boot_info* info = boot_info;
  const struct kasane_device* device = (const void*)(info + 1);
  while (device->kind != KASANE_DEVICE_RUN_MONITOR) ++device;
  const struct run_monitor monitor = {device->base};
  const struct nonsense_counts counts = nonsense_counts();
  run_monitor_image_begin(&monitor, 0);
  const uint32_t* words = (const uint32_t*)&counts;
  for (unsigned i = 0; i < sizeof counts / sizeof *words; ++i) run_monitor_output(&monitor, words[i]);
  run_monitor_image_end(&monitor, 0, 0);
  return 0;
}
