/// Opens and closes measurement regions around and within an engine's work, and makes two mistakes with them:
/// for tests/integration/regions_test.py.
#include "sw/apps/chip.h"
#include "sw/drivers/neural_comp_unit.h"

enum { WHOLE, FIRST, SECOND, OVERLAP, REPEATED, UNNAMED = 7, LAST = KASANE_REGIONS - 1 };
enum { REPEATS = 3 };

static struct chip chip;
static struct engine ncu;

/// 16 to 16 channels of 16 x 16, one by one: loads, computes and stores.
static struct kasane_ncu_convolution convolution = {
    .header = {.opcode = KASANE_NCU_CONVOLUTION, .layer = 1},
    .output_address = 16384,
    .parameters_address = 4096,
    .input_channels = 16,
    .input_height = 16,
    .input_width = 16,
    .output_channels = 16,
    .output_height = 16,
    .output_width = 16,
    .input_channel_pitch = 256,
    .input_row_pitch = 16,
    .output_channel_pitch = 256,
    .output_row_pitch = 16,
    .groups = 1,
    .kernel_height = 1,
    .kernel_width = 1,
    .stride_height = 1,
    .stride_width = 1,
    .dilation_height = 1,
    .dilation_width = 1,
    .output_min = -128,
    .output_max = 127,
};

static void begin(uint32_t region) {
  run_monitor_region_begin(&chip.monitor, region);
}

static void end(uint32_t region) {
  run_monitor_region_end(&chip.monitor, region);
}

static void compute(uint32_t steps) {
  for (volatile uint32_t i = 0; i < steps; ++i) {
  }
}

static void start(void) {
  engine_start(&ncu, (uintptr_t)&convolution, 1);
}

static bool open_engine(void) {
  static const uint32_t kinds[] = {KASANE_DEVICE_FMM, KASANE_DEVICE_WM, KASANE_DEVICE_NCU};
  for (uint32_t i = 0; i < sizeof kinds / sizeof kinds[0]; ++i) {
    if (!power_use(&chip.power, chip_device(chip.info, kinds[i])->power_domain)) return false;
  }
  const uintptr_t wm = chip_device(chip.info, KASANE_DEVICE_WM)->base + convolution.parameters_address;
  for (uint32_t channel = 0; channel < convolution.output_channels; ++channel) {
    register_write32(wm + 12 * channel, 0, 0);
    register_write32(wm + 12 * channel, 4, 1);
    register_write32(wm + 12 * channel, 8, 1);
  }
  const struct kasane_device* device = chip_device(chip.info, KASANE_DEVICE_NCU);
  system_attach(device->interrupt, engine_interrupt, &ncu);
  return neural_comp_unit_probe(&ncu, device->base);
}

static void name_regions(void) {
  run_monitor_region_name(&chip.monitor, WHOLE, "whole");
  run_monitor_region_name(&chip.monitor, FIRST, "first part");
  run_monitor_region_name(&chip.monitor, SECOND, "second part");
  run_monitor_region_name(&chip.monitor, OVERLAP, "overlap, \"quoted\"");
  run_monitor_region_name(&chip.monitor, REPEATED, "repeated");
  run_monitor_region_name(&chip.monitor, LAST, "last");
}

uint32_t firmware_main(const void* boot_info) {
  const uint32_t code = chip_open(&chip, boot_info);
  if (code != EXIT_GOOD) return code;
  if (!open_engine()) return EXIT_BOOT_INFO;
  name_regions();

  begin(WHOLE);
  begin(FIRST);
  start();
  compute(20);
  begin(OVERLAP);  // the command is in flight
  end(FIRST);      // still
  begin(SECOND);   // still
  compute(10);
  end(OVERLAP);  // still
  system_wait(&ncu.finished);
  end(SECOND);
  end(WHOLE);

  for (uint32_t i = 0; i < REPEATS; ++i) {
    begin(REPEATED);
    if (i == 1) start();
    compute(10 * i);
    end(REPEATED);
  }
  system_wait(&ncu.finished);

  begin(UNNAMED);
  begin(UNNAMED);  // a mistake
  begin(LAST);
  end(LAST);
  end(UNNAMED);
  end(UNNAMED);           // a mistake
  begin(KASANE_REGIONS);  // a mistake
  begin(FIRST);           // never ends, so it is not counted again
  return ncu.error == KASANE_ERROR_NONE ? EXIT_GOOD : EXIT_ENGINE;
}
