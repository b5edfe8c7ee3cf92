#include "sw/apps/chip.h"

extern char __image_end[];  // link.ld

static void put(void* context, char c) {
  serial_put(&((struct chip*)context)->serial, c);
}

static void end_run(void* context, uint32_t code) {
  struct chip* chip = context;
  serial_flush(&chip->serial);
  run_monitor_exit(&chip->monitor, code);
}

const struct kasane_device* chip_device(const struct kasane_boot_info* info, uint32_t kind) {
  const struct kasane_device* devices = (const void*)(info + 1);
  for (uint32_t i = 0; i < info->device_count; ++i) {
    if (devices[i].kind == kind) return &devices[i];
  }
  return NULL;
}

/// Blocks that software uses without asking: their domains must keep running.
static bool always_used(uint32_t kind) {
  return kind != KASANE_DEVICE_DMA && kind != KASANE_DEVICE_NCU && kind != KASANE_DEVICE_FMM &&
         kind != KASANE_DEVICE_WM && kind != KASANE_DEVICE_KCU && kind != KASANE_DEVICE_SUMS &&
         kind != KASANE_DEVICE_TABLE && kind != KASANE_DEVICE_CARTESIAN && kind != KASANE_DEVICE_HIDDENITE &&
         kind != KASANE_DEVICE_EXIT_UNIT;
}

/// Engines and their memories begin with their clocks off.
static void rest_domains(struct chip* chip) {
  const struct kasane_device* devices = (const void*)(chip->info + 1);
  for (uint32_t i = 0; i < chip->info->device_count; ++i) {
    if (always_used(devices[i].kind)) power_fix(&chip->power, devices[i].power_domain);
  }
  for (uint32_t i = 0; i < chip->info->device_count; ++i) {
    if (!always_used(devices[i].kind)) power_gate_clock(&chip->power, devices[i].power_domain);
  }
}

uint32_t chip_open(struct chip* chip, const void* boot_info) {
  const struct kasane_boot_info* info = boot_info;
  *chip = (struct chip){.info = info, .console = {put, chip}, .end = {end_run, chip}};
  if (info == NULL || info->magic != KASANE_BOOT_INFO_MAGIC || info->version != KASANE_BOOT_INFO_VERSION) {
    return EXIT_BOOT_INFO;
  }
  const struct kasane_device* uart = chip_device(info, KASANE_DEVICE_UART);
  const struct kasane_device* monitor = chip_device(info, KASANE_DEVICE_RUN_MONITOR);
  const struct kasane_device* plic = chip_device(info, KASANE_DEVICE_PLIC);
  const struct kasane_device* power = chip_device(info, KASANE_DEVICE_POWER_MANAGER);
  if (uart == NULL || monitor == NULL) return EXIT_BOOT_INFO;
  serial_open(&chip->serial, uart->base);
  chip->monitor.base = monitor->base;
  system_start(&chip->console, &chip->end);
  if (plic == NULL) {
    console_print(&chip->console, "error: the chip has no interrupt controller\n");
    return EXIT_BOOT_INFO;
  }
  chip->plic = (struct plic){.base = plic->base, .context = 0};
  system_use_plic(&chip->plic);
  if (uart->interrupt != KASANE_NO_INTERRUPT && uart->interrupt < SYSTEM_MAX_SOURCES) {
    system_attach(uart->interrupt, serial_interrupt, &chip->serial);
    serial_use_interrupts(&chip->serial);
  }
  if (power != NULL) {
    if (!power_probe(&chip->power, power->base)) {
      console_print(&chip->console, "error: no power manager at 0x%lx\n", power->base);
      return EXIT_BOOT_INFO;
    }
    rest_domains(chip);
  }
  return EXIT_GOOD;
}

bool chip_free_ram(const struct chip* chip, uint64_t* begin, uint64_t* end) {
  const struct kasane_device* ram = chip_device(chip->info, KASANE_DEVICE_RAM);
  if (ram == NULL) return false;
  *begin = (uintptr_t)__image_end;
  *end = ram->base + ram->bytes;
  return *begin >= ram->base && *begin <= *end;
}
