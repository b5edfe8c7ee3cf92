/// Sleeps for whole seconds in one of four power states: tests/integration/energy_by_hand_test.py holds the
/// ledger against arithmetic. The number of images chooses: 1 + 2 * state + (1 if two seconds, 0 if one).
#include "tests/integration/firmware/alarm.h"

enum state { CLOCKS_RUN, CLOCKS_GATED, SUPPLY_CUT, LOWEST_POINTS };

static struct chip chip;
static struct alarm alarm;

/// The domain of a block that may rest, whose clock chip_open has gated, or the DRAM's, which it has not.
static bool enter(uint32_t domain, enum state state) {
  if (!power_use(&chip.power, domain)) return false;
  power_unfix(&chip.power, domain);
  if (state == LOWEST_POINTS) return power_set_point(&chip.power, domain, UINT32_MAX);
  if (state == CLOCKS_RUN) return true;
  power_release(&chip.power, domain);
  if (state == SUPPLY_CUT) power_switch_off(&chip.power, domain);
  return true;
}

uint32_t firmware_main(const void* boot_info) {
  static const uint32_t kinds[] = {KASANE_DEVICE_DMA, KASANE_DEVICE_NCU, KASANE_DEVICE_FMM, KASANE_DEVICE_WM,
                                   KASANE_DEVICE_DRAM};
  const uint32_t code = chip_open(&chip, boot_info);
  if (code != EXIT_GOOD) return code;
  const enum state state = (chip.info->images - 1) / 2;
  for (uint32_t i = 0; i < sizeof kinds / sizeof kinds[0]; ++i) {
    if (!enter(chip_device(chip.info, kinds[i])->power_domain, state)) return EXIT_BOOT_INFO;
  }
  const uint32_t cpu_domain = chip_device(chip.info, KASANE_DEVICE_RAM)->power_domain;
  if (state == LOWEST_POINTS && !power_set_point(&chip.power, cpu_domain, UINT32_MAX)) return EXIT_BOOT_INFO;
  alarm_open(&alarm, &chip);
  alarm_sleep(&alarm, (1 + (chip.info->images - 1) % 2) * alarm.hertz);
  return EXIT_GOOD;
}
