#include "sw/apps/engine_classification.h"

#include "sw/apps/classification.h"
#include "sw/drivers/cartesian_array.h"
#include "sw/drivers/dma.h"
#include "sw/drivers/kernel_comp_units.h"
#include "sw/drivers/neural_comp_unit.h"
#include "sw/runtime/engine_executor.h"

static struct chip chip;
static struct classification classification;
static struct engine dma;
static struct engine ncu;
static struct engine kcu;
static struct engine array;
static struct engine_executor engines;

/// Wakes the engine to ask who it is, and connects its interrupt.
static uint32_t open_engine(struct engine* engine, const struct kasane_device* device, const char* name,
                            bool (*probe)(struct engine*, uintptr_t)) {
  bool good = power_use(&chip.power, device->power_domain) && probe(engine, device->base);
  if (good) power_release(&chip.power, device->power_domain);
  if (device->interrupt == KASANE_NO_INTERRUPT || device->interrupt >= SYSTEM_MAX_SOURCES) good = false;
  if (!good) {
    console_print(&chip.console, "error: no usable %s at 0x%lx\n", name, device->base);
    return EXIT_BOOT_INFO;
  }
  system_attach(device->interrupt, engine_interrupt, engine);
  return EXIT_GOOD;
}

/// Of the devices that the chip has.
static bool set_points(const struct kasane_device* const devices[], uint32_t count, uint32_t point) {
  if (point == POWER_POINT_AS_FOUND) return true;
  for (uint32_t i = 0; i < count; ++i) {
    if (devices[i] == NULL || power_set_point(&chip.power, devices[i]->power_domain, point)) continue;
    console_print(&chip.console, "error: power domain %u refuses its operating point\n",
                  devices[i]->power_domain);
    return false;
  }
  return true;
}

/// The units must be those that the package was compiled for.
static uint32_t open_kernel_comp_units(const struct kasane_device* device, uint32_t design) {
  if (device == NULL) {
    if (design == 0) return EXIT_GOOD;
    console_print(&chip.console,
                  "error: the network was compiled for Kernel Comp Units, the chip has none\n");
    return EXIT_PACKAGE;
  }
  const uint32_t code = open_engine(&kcu, device, "kernel dispatcher", kernel_comp_units_probe);
  if (code != EXIT_GOOD || design == 0) return code;
  if (!power_use(&chip.power, device->power_domain)) return EXIT_BOOT_INFO;
  const uint32_t here = kernel_comp_units_design(&kcu);
  power_release(&chip.power, device->power_domain);
  if (here == design) return EXIT_GOOD;
  console_print(&chip.console,
                "error: the network was compiled for Kernel Comp Units 0x%x, the chip has 0x%x\n", design,
                here);
  return EXIT_PACKAGE;
}

/// The array must be as wide as that which the package was compiled for: kept coordinates and weights lie as
/// it reads them.
static uint32_t open_cartesian_array(const struct kasane_device* device, uint32_t columns) {
  if (device == NULL) {
    if (columns == 0) return EXIT_GOOD;
    console_print(&chip.console,
                  "error: the network was compiled for a Cartesian-product array, the chip has none\n");
    return EXIT_PACKAGE;
  }
  const uint32_t code = open_engine(&array, device, "Cartesian-product array", cartesian_array_probe);
  if (code != EXIT_GOOD) return code;
  if (!power_use(&chip.power, device->power_domain)) return EXIT_BOOT_INFO;
  const uint32_t rows = cartesian_array_rows(&array);
  const uint32_t here = cartesian_array_columns(&array);
  power_release(&chip.power, device->power_domain);
  if (columns != 0 && columns != here) {
    console_print(&chip.console,
                  "error: the network was compiled for an array of %u columns, the chip has one of %u\n",
                  columns, here);
    return EXIT_PACKAGE;
  }
  console_print(&chip.console, "engines: DMA, Neural Comp Unit, Cartesian-product array of %u x %u\n", rows,
                here);
  return EXIT_GOOD;
}

/// The chip's engines; those that it need not have may be NULL.
struct engine_devices {
  const struct kasane_device* dma;
  const struct kasane_device* ncu;
  const struct kasane_device* kcu;
  const struct kasane_device* array;
};

static uint32_t open_engines(const struct engine_devices* devices) {
  const struct kasane_package_header* package = &classification.network.header;
  uint32_t code = open_engine(&dma, devices->dma, "DMA engine", dma_probe);
  if (code == EXIT_GOOD) code = open_engine(&ncu, devices->ncu, "Neural Comp Unit", neural_comp_unit_probe);
  if (code == EXIT_GOOD) code = open_kernel_comp_units(devices->kcu, package->kcu_design);
  if (code == EXIT_GOOD) code = open_cartesian_array(devices->array, package->array_columns);
  return code;
}

/// What the executor needs to know of the engines.
static void fill_executor(const struct engine_devices* devices, const struct engine_memories* memories,
                          const struct power_policy* policy) {
  const uint32_t ncu_spaces = 1u << KASANE_SPACE_FMM | 1u << KASANE_SPACE_WM;
  engines = (struct engine_executor){
      .network = &classification.network,
      .power = &chip.power,
      .policy = *policy,
      .slots = {[KASANE_STEP_DMA] = {.engine = &dma, .domain = devices->dma->power_domain},
                [KASANE_STEP_NCU] = {.engine = &ncu,
                                     .domain = devices->ncu->power_domain,
                                     .spaces = ncu_spaces},
                [KASANE_STEP_CPU] = {.engine = NULL, .domain = KASANE_NO_DOMAIN},
                [KASANE_STEP_KCU] = {.engine = NULL, .domain = KASANE_NO_DOMAIN},
                [KASANE_STEP_CARTESIAN] = {.engine = NULL, .domain = KASANE_NO_DOMAIN}},
      .wait = system_wait,
  };
  for (uint32_t space = 0; space < SPACE_COUNT; ++space) engines.space_domain[space] = KASANE_NO_DOMAIN;
  engines.space_domain[KASANE_SPACE_FMM] = memories->fmm->power_domain;
  engines.space_domain[KASANE_SPACE_WM] = memories->wm->power_domain;
  if (devices->kcu != NULL) {
    engines.slots[KASANE_STEP_KCU] =
        (struct engine_slot){.engine = &kcu,
                             .domain = devices->kcu->power_domain,
                             .spaces = ncu_spaces | 1u << KASANE_SPACE_SUMS | 1u << KASANE_SPACE_TABLE,
                             .helpers = 1u << KASANE_STEP_NCU};
    engines.space_domain[KASANE_SPACE_SUMS] = memories->sums->power_domain;
    engines.space_domain[KASANE_SPACE_TABLE] = memories->table->power_domain;
  }
  if (devices->array != NULL) {
    engines.slots[KASANE_STEP_CARTESIAN] =
        (struct engine_slot){.engine = &array, .domain = devices->array->power_domain, .spaces = ncu_spaces};
  }
}

static uint32_t start_engines(const struct engine_memories* memories, const struct power_policy* policy) {
  const struct engine_devices devices = {.dma = chip_device(chip.info, KASANE_DEVICE_DMA),
                                         .ncu = chip_device(chip.info, KASANE_DEVICE_NCU),
                                         .kcu = chip_device(chip.info, KASANE_DEVICE_KCU),
                                         .array = chip_device(chip.info, KASANE_DEVICE_CARTESIAN)};
  if (devices.dma == NULL || devices.ncu == NULL) {
    console_print(&chip.console, "error: this program needs a DMA engine and a Neural Comp Unit\n");
    return EXIT_BOOT_INFO;
  }
  const struct kasane_device* const all[] = {devices.dma, devices.ncu,    memories->fmm,   memories->wm,
                                             devices.kcu, memories->sums, memories->table, devices.array};
  if (!set_points(all, sizeof all / sizeof all[0], policy->operating_point)) return EXIT_BOOT_INFO;
  const uint32_t code = open_engines(&devices);
  if (code == EXIT_GOOD) fill_executor(&devices, memories, policy);
  return code;
}

/// What the array counted since it was opened; a policy that switches it off between images has it forget.
static void print_steps(const struct power_policy* policy) {
  const struct kasane_device* device = chip_device(chip.info, KASANE_DEVICE_CARTESIAN);
  if (device == NULL || policy->engines_off_between_images) return;
  if (!power_use(&chip.power, device->power_domain)) return;
  console_print(&chip.console, "array: %lu steps\n", cartesian_array_steps(&array));
  power_release(&chip.power, device->power_domain);
}

uint32_t classify_on_engines(const void* boot_info, const struct power_policy* policy) {
  uint32_t code = classification_open(&classification, &chip, boot_info, "the Neural Comp Unit");
  if (code != EXIT_GOOD) return code;
  const struct engine_memories memories = {.fmm = chip_device(chip.info, KASANE_DEVICE_FMM),
                                           .wm = chip_device(chip.info, KASANE_DEVICE_WM),
                                           .sums = chip_device(chip.info, KASANE_DEVICE_SUMS),
                                           .table = chip_device(chip.info, KASANE_DEVICE_TABLE)};
  const bool units = chip_device(chip.info, KASANE_DEVICE_KCU) != NULL;
  if (units && (memories.sums == NULL || memories.table == NULL)) {
    console_print(&chip.console,
                  "error: Kernel Comp Units without a memory for partial sums and one for tables\n");
    return EXIT_BOOT_INFO;
  }
  if (memories.fmm == NULL || memories.wm == NULL) {
    console_print(&chip.console, "error: this program needs a Feature Map Memory and a Weight Memory\n");
    return EXIT_BOOT_INFO;
  }
  code = classification_load(&classification, &memories);
  if (code == EXIT_GOOD) code = start_engines(&memories, policy);
  if (code != EXIT_GOOD) return code;
  const struct executor executor = executor_of_engines(&engines);
  code = classification_run(&classification, &executor);
  if (code == EXIT_GOOD) print_steps(policy);
  return code;
}
