/// Calls a function that is not there. The trap handler of the firmware's own start-up code reports it.
#include "sw/apps/chip.h"

static struct chip chip;

uint32_t firmware_main(const void* boot_info) {
  const uint32_t code = chip_open(&chip, boot_info);
  if (code != EXIT_GOOD) return code;
  ((void (*)(void))0x50000)();
  return EXIT_GOOD;
}
