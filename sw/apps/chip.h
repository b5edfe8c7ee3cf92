/// What the applications find in the boot info, and the console and the way out made from it.
#ifndef KASANE_APPS_CHIP_H
#define KASANE_APPS_CHIP_H

#include <stdbool.h>

#include "kasane/boot_info.h"
#include "sw/drivers/plic.h"
#include "sw/drivers/power_manager.h"
#include "sw/drivers/run_monitor.h"
#include "sw/firmware/serial_output.h"
#include "sw/firmware/system.h"

/// Exit codes of the applications; traps add their own (system.h).
enum {
  EXIT_GOOD = 0,
  EXIT_BOOT_INFO = 10,  ///< boot info unusable, or a device is missing
  EXIT_PACKAGE = 11,    ///< the network package was refused
  EXIT_DATASET = 12,    ///< the data set was refused
  EXIT_MEMORY = 13,     ///< network does not fit into the chip's memories
  EXIT_ENGINE = 14,     ///< an engine reported an error
};

struct chip {
  const struct kasane_boot_info* info;
  struct serial_output serial;
  struct plic plic;
  struct run_monitor monitor;
  struct power_manager power;
  struct console console;
  struct system_end end;
};

/// The first device of a kind (KASANE_DEVICE_*), or NULL.
const struct kasane_device* chip_device(const struct kasane_boot_info* info, uint32_t kind);

/// Finds UART, PLIC, run monitor and power manager, connects console, traps and interrupts. The chip must
/// live on. On failure the result is EXIT_BOOT_INFO, told on the console if there is one.
uint32_t chip_open(struct chip* chip, const void* boot_info);

/// Memory after the program, up to the end of on-chip RAM.
bool chip_free_ram(const struct chip* chip, uint64_t* begin, uint64_t* end);

#endif
