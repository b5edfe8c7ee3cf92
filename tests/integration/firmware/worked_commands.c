/// Gives one engine one list of commands whose cost tests/integration/command_energy_by_hand_test.py works
/// out by hand. The number of images chooses: 1 + 2 * list + (1 for the lowest operating points, 0 for the
/// highest).
#include <string.h>

#include "sw/apps/chip.h"
#include "sw/drivers/clint.h"
#include "sw/drivers/dma.h"
#include "sw/drivers/neural_comp_unit.h"

enum list { LAYERS, COPIES };

/// The list begins soon after this many microseconds, 288 ns after a refresh of the DRAM does (every 3904
/// ns).
enum { BEGIN_US = 500 };

/// In FMM and WM. Not all at the beginning of a word.
enum { INPUT = 4, OUTPUT = 4100, WEIGHTS = 0, PARAMETERS = 540 };
enum { VECTOR_INPUT = 8196, VECTOR_OUTPUT = 12292, VECTOR_WEIGHTS = 1024 };
enum { POOLED = 16384, OTHER_OPERAND = 16387, SUM = 20000 };
enum { CHANNELS_OUT = 20 };

static struct chip chip;
static struct clint clint;
static struct engine engine;
static volatile bool woken;

static const struct kasane_ncu_convolution convolution = {
    .header = {.opcode = KASANE_NCU_CONVOLUTION, .layer = 2},
    .input_address = INPUT,
    .output_address = OUTPUT,
    .weight_address = WEIGHTS,
    .parameters_address = PARAMETERS,
    .input_channels = 3,
    .input_height = 8,
    .input_width = 8,
    .output_channels = CHANNELS_OUT,
    .output_height = 8,
    .output_width = 8,
    .input_channel_pitch = 72,
    .input_row_pitch = 8,
    .output_channel_pitch = 64,
    .output_row_pitch = 8,
    .groups = 1,
    .kernel_height = 3,
    .kernel_width = 3,
    .stride_height = 1,
    .stride_width = 1,
    .dilation_height = 1,
    .dilation_width = 1,
    .pad_top = 1,
    .pad_left = 1,
    .output_min = -128,
    .output_max = 127,
};

static const struct kasane_ncu_convolution fully_connected = {
    .header = {.opcode = KASANE_NCU_FULLY_CONNECTED, .layer = 3},
    .input_address = VECTOR_INPUT,
    .output_address = VECTOR_OUTPUT,
    .weight_address = VECTOR_WEIGHTS,
    .parameters_address = PARAMETERS,
    .input_channels = 1100,
    .input_height = 1,
    .input_width = 1,
    .output_channels = CHANNELS_OUT,
    .output_height = 1,
    .output_width = 1,
    .input_channel_pitch = 1,
    .input_row_pitch = 1,
    .output_channel_pitch = 1,
    .output_row_pitch = 1,
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

static const struct kasane_ncu_pool pool = {
    .header = {.opcode = KASANE_NCU_MAX_POOL, .layer = 4},
    .input_address = OUTPUT,
    .output_address = POOLED,
    .channels = CHANNELS_OUT,
    .input_height = 8,
    .input_width = 8,
    .output_height = 4,
    .output_width = 4,
    .input_channel_pitch = 64,
    .input_row_pitch = 8,
    .output_channel_pitch = 16,
    .output_row_pitch = 4,
    .kernel_height = 2,
    .kernel_width = 2,
    .stride_height = 2,
    .stride_width = 2,
    .output_min = -128,
    .output_max = 127,
};

static const struct kasane_ncu_elementwise addition = {
    .header = {.opcode = KASANE_NCU_ADD, .layer = 5},
    .a_address = OUTPUT,
    .b_address = OTHER_OPERAND,
    .output_address = SUM,
    .count = 100,
    .a_multiplier = 1,
    .b_multiplier = 1,
    .shift = 1,
    .output_min = -128,
    .output_max = 127,
};

/// The commands above, as a list.
static uint8_t layers[4][KASANE_COMMAND_BYTES] __attribute__((aligned(8)));

/// Sources and destinations are relative: to a multiple of eight pages in DRAM, and to FMM.
static struct kasane_dma_copy copies[] = {
    {
        .header = {.opcode = KASANE_DMA_COPY, .layer = 0},
        .source = 1536,
        .destination = 0,
        .row_bytes = 1024,
        .rows = 1,
        .planes = 1,
    },
    {
        .header = {.opcode = KASANE_DMA_COPY, .layer = 1},
        .source = 8 * 2048 + 20,
        .destination = 2048 + 3,
        .row_bytes = 100,
        .rows = 3,
        .planes = 1,
        .source_row_pitch = 128,
        .destination_row_pitch = 100,
    },
};

static void ring(void* context) {
  (void)context;
  clint_set_alarm(&clint, UINT64_MAX);
  woken = true;
}

static void sleep_until_us(uint64_t us) {
  clint.base = chip_device(chip.info, KASANE_DEVICE_CLINT)->base;
  system_attach_timer(ring, NULL);
  clint_set_alarm(&clint, us * chip.info->timebase_hertz / 1000000);
  system_wait(&woken);
}

/// Clocks a device's domain; its clock runs to the end of the program.
static bool use(uint32_t kind, uint32_t point) {
  const uint32_t domain = chip_device(chip.info, kind)->power_domain;
  return power_use(&chip.power, domain) && power_set_point(&chip.power, domain, point);
}

/// Weights and input may be anything; parameters must be good.
static void write_parameters(void) {
  const uintptr_t wm = chip_device(chip.info, KASANE_DEVICE_WM)->base + PARAMETERS;
  for (uint32_t channel = 0; channel < CHANNELS_OUT; ++channel) {
    register_write32(wm + 12 * channel, 0, 0);
    register_write32(wm + 12 * channel, 4, 1);
    register_write32(wm + 12 * channel, 8, 1);
  }
}

static void place_copies(void) {
  const uint64_t pages = 8 * 2048;
  const uint64_t dram = (chip.info->scratch_address + pages - 1) / pages * pages;
  for (uint32_t i = 0; i < sizeof copies / sizeof copies[0]; ++i) {
    dma_relocate(&copies[i], dram, chip_device(chip.info, KASANE_DEVICE_FMM)->base);
  }
}

static uint32_t run(uint32_t kind, const void* commands, uint32_t count) {
  const struct kasane_device* device = chip_device(chip.info, kind);
  if (!engine_probe(&engine, device->base,
                    kind == KASANE_DEVICE_DMA ? KASANE_ENGINE_ID_DMA : KASANE_ENGINE_ID_NCU)) {
    return EXIT_BOOT_INFO;
  }
  system_attach(device->interrupt, engine_interrupt, &engine);
  sleep_until_us(BEGIN_US);
  engine_start(&engine, (uintptr_t)commands, count);
  system_wait(&engine.finished);
  return engine.error == KASANE_ERROR_NONE ? EXIT_GOOD : EXIT_ENGINE;
}

uint32_t firmware_main(const void* boot_info) {
  const uint32_t code = chip_open(&chip, boot_info);
  if (code != EXIT_GOOD) return code;
  const enum list list = (chip.info->images - 1) / 2;
  const uint32_t point = (chip.info->images - 1) % 2;
  if (!use(KASANE_DEVICE_FMM, point)) return EXIT_BOOT_INFO;
  if (list == COPIES) {
    if (!use(KASANE_DEVICE_DMA, point)) return EXIT_BOOT_INFO;
    place_copies();
    return run(KASANE_DEVICE_DMA, copies, 2);
  }
  if (!use(KASANE_DEVICE_NCU, point) || !use(KASANE_DEVICE_WM, point)) return EXIT_BOOT_INFO;
  write_parameters();
  memcpy(layers[0], &convolution, sizeof convolution);
  memcpy(layers[1], &fully_connected, sizeof fully_connected);
  memcpy(layers[2], &pool, sizeof pool);
  memcpy(layers[3], &addition, sizeof addition);
  return run(KASANE_DEVICE_NCU, layers, sizeof layers / sizeof layers[0]);
}
