#include "sw/apps/engine_classification.h"

#include "sw/apps/classification.h"
#include "sw/apps/engine_kinds.h"
#include "sw/runtime/engine_executor.h"

static struct chip chip;
static struct classification classification;
static struct engine opened[ENGINE_KINDS];  // as engine_kinds; of those that the chip has
static struct engine_executor engines;

static const struct kasane_device* device_of(uint32_t kind) {
  return chip_device(chip.info, engine_kinds[kind].device);
}

/// Wakes the engine to ask who it is and whether the package is made for it, and connects its interrupt.
static uint32_t open_engine(uint32_t number) {
  const struct engine_kind* kind = &engine_kinds[number];
  const struct kasane_package_header* package = classification.network.package;
  const struct kasane_device* device = device_of(number);
  struct engine* engine = &opened[number];
  if (device == NULL) {
    return engine_kind_accepts(kind, NULL, package, &chip.console) ? EXIT_GOOD : EXIT_PACKAGE;
  }
  bool good = power_use(&chip.power, device->power_domain) && kind->probe(engine, device->base);
  if (device->interrupt == KASANE_NO_INTERRUPT || device->interrupt >= SYSTEM_MAX_SOURCES) good = false;
  if (!good) {
    console_print(&chip.console, "error: no usable %s at 0x%lx\n", kind->name, device->base);
    return EXIT_BOOT_INFO;
  }
  system_attach(device->interrupt, engine_interrupt, engine);
  good = engine_kind_accepts(kind, engine, package, &chip.console);
  power_release(&chip.power, device->power_domain);
  return good ? EXIT_GOOD : EXIT_PACKAGE;
}

static uint32_t open_engines(void) {
  uint32_t code = EXIT_GOOD;
  for (uint32_t kind = 0; kind < ENGINE_KINDS && code == EXIT_GOOD; ++kind) code = open_engine(kind);
  return code;
}

/// What an engine has to say, while it is powered.
static void print(uint32_t kind, void (*print_of)(const struct engine*, const struct console*)) {
  const struct kasane_device* device = device_of(kind);
  if (!power_use(&chip.power, device->power_domain)) return;
  print_of(&opened[kind], &chip.console);
  power_release(&chip.power, device->power_domain);
}

/// Only of a chip that has more than every chip.
static void print_engines(void) {
  bool begun = false;
  for (uint32_t kind = 0; kind < ENGINE_KINDS; ++kind) {
    if (engine_kinds[kind].print_size == NULL || device_of(kind) == NULL) continue;
    console_print(&chip.console, begun ? ", " : "engines: DMA, Neural Comp Unit, ");
    begun = true;
    print(kind, engine_kinds[kind].print_size);
  }
  if (begun) console_print(&chip.console, "\n");
}

/// What engines counted since they were opened; a policy that switches them off between images has them
/// forget.
static void print_counts(const struct power_policy* policy) {
  if (policy->engines_off_between_images) return;
  for (uint32_t kind = 0; kind < ENGINE_KINDS; ++kind) {
    if (engine_kinds[kind].print_count != NULL && device_of(kind) != NULL) {
      print(kind, engine_kinds[kind].print_count);
    }
  }
}

/// Of a device that the chip has.
static bool set_point(const struct kasane_device* device, uint32_t point) {
  if (device == NULL || power_set_point(&chip.power, device->power_domain, point)) return true;
  console_print(&chip.console, "error: power domain %u refuses its operating point\n", device->power_domain);
  return false;
}

/// Of the engines and the memories that they work on.
static bool set_points(const struct engine_memories* memories, uint32_t point) {
  if (point == POWER_POINT_AS_FOUND) return true;
  for (uint32_t kind = 0; kind < ENGINE_KINDS; ++kind) {
    if (!set_point(device_of(kind), point)) return false;
  }
  return set_point(memories->fmm, point) && set_point(memories->wm, point) &&
         set_point(memories->sums, point) && set_point(memories->table, point);
}

static uint32_t domain_of(const struct kasane_device* device) {
  return device == NULL ? KASANE_NO_DOMAIN : device->power_domain;
}

/// What the executor needs to know of the engines.
static void fill_executor(const struct engine_memories* memories, const struct power_policy* policy) {
  engines = (struct engine_executor){
      .network = &classification.network, .power = &chip.power, .policy = *policy, .wait = system_wait};
  for (uint32_t step = 0; step < ENGINE_EXECUTOR_KINDS; ++step) {
    engines.slots[step] = (struct engine_slot){.engine = NULL, .domain = KASANE_NO_DOMAIN};
  }
  for (uint32_t kind = 0; kind < ENGINE_KINDS; ++kind) {
    const struct kasane_device* device = device_of(kind);
    if (device == NULL) continue;
    engines.slots[engine_kinds[kind].step] = (struct engine_slot){.engine = &opened[kind],
                                                                  .domain = device->power_domain,
                                                                  .spaces = engine_kinds[kind].spaces,
                                                                  .helpers = engine_kinds[kind].helpers};
  }
  for (uint32_t space = 0; space < SPACE_COUNT; ++space) engines.space_domain[space] = KASANE_NO_DOMAIN;
  engines.space_domain[KASANE_SPACE_FMM] = domain_of(memories->fmm);
  engines.space_domain[KASANE_SPACE_WM] = domain_of(memories->wm);
  engines.space_domain[KASANE_SPACE_SUMS] = domain_of(memories->sums);
  engines.space_domain[KASANE_SPACE_TABLE] = domain_of(memories->table);
}

static uint32_t start_engines(const struct engine_memories* memories, const struct power_policy* policy) {
  if (chip_device(chip.info, KASANE_DEVICE_DMA) == NULL ||
      chip_device(chip.info, KASANE_DEVICE_NCU) == NULL) {
    console_print(&chip.console, "error: this program needs a DMA engine and a Neural Comp Unit\n");
    return EXIT_BOOT_INFO;
  }
  if (!set_points(memories, policy->operating_point)) return EXIT_BOOT_INFO;
  const uint32_t code = open_engines();
  if (code != EXIT_GOOD) return code;
  print_engines();
  fill_executor(memories, policy);
  classification.engines = &engines;
  return EXIT_GOOD;
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
  if (code == EXIT_GOOD) print_counts(policy);
  return code;
}
