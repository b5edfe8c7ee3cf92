/// classify_software's code on QEMU's virt machine: package and data set are put into memory by the test, the
/// boot info is made here, the run monitor is plain memory.
#include "sw/apps/classification.h"
#include "sw/runtime/software_executor.h"

enum { VIRT_FINISHER = 0x100000, FINISHER_FAIL = 0x3333, FINISHER_PASS = 0x5555 };
enum { IMAGES = 8, EXIT_THRESHOLD_Q24 = 24 << 20 };  // 1.5 nats

static const struct {
  struct kasane_boot_info info;
  struct kasane_device devices[4];
} boot = {
    {.magic = KASANE_BOOT_INFO_MAGIC,
     .version = KASANE_BOOT_INFO_VERSION,
     .timebase_hertz = 10000000,
     .package_address = 0x81000000,
     .package_bytes = 0x100000,
     .dataset_address = 0x81100000,
     .dataset_bytes = 0x100000,
     .scratch_address = 0x81200000,
     .scratch_bytes = 0x100000,
     .images = IMAGES,
     .device_count = 4,
     .exit_thresholds_q24 = {EXIT_THRESHOLD_Q24}},
    {{.kind = KASANE_DEVICE_RAM, .base = 0x80000000, .bytes = 0x800000, .power_domain = KASANE_NO_DOMAIN},
     {.kind = KASANE_DEVICE_UART, .base = 0x10000000, .bytes = 0x100, .power_domain = KASANE_NO_DOMAIN},
     {.kind = KASANE_DEVICE_PLIC, .base = 0x0C000000, .bytes = 0x4000000, .power_domain = KASANE_NO_DOMAIN},
     {.kind = KASANE_DEVICE_RUN_MONITOR,
      .base = 0x81300000,
      .bytes = 0x1000,
      .power_domain = KASANE_NO_DOMAIN}},
};

static struct chip chip;
static struct classification classification;

static uint32_t classify(void) {
  uint32_t code = classification_open(&classification, &chip, &boot, "software on QEMU");
  if (code == EXIT_GOOD) code = classification_load(&classification, &(struct engine_memories){.fmm = NULL});
  if (code != EXIT_GOOD) return code;
  const struct executor executor = executor_of_software(&classification.network);
  return classification_run(&classification, &executor);
}

uint32_t firmware_main(const void* boot_info) {
  (void)boot_info;
  const uint32_t code = classify();
  serial_flush(&chip.serial);
  register_write32(VIRT_FINISHER, 0, code == EXIT_GOOD ? FINISHER_PASS : FINISHER_FAIL | code << 16);
  return code;
}
