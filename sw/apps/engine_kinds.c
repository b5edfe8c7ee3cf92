#include "sw/apps/engine_kinds.h"

#include "kasane/boot_info.h"
#include "sw/drivers/cartesian_array.h"
#include "sw/drivers/dma.h"
#include "sw/drivers/exit_unit.h"
#include "sw/drivers/hiddenite.h"
#include "sw/drivers/kernel_comp_units.h"
#include "sw/drivers/neural_comp_unit.h"
#include "sw/runtime/package.h"

static uint32_t kcu_design(const struct kasane_package_header* package) {
  return package->kcu_design;
}

static uint32_t array_columns(const struct kasane_package_header* package) {
  return package->array_columns;
}

static uint32_t hiddenite_outputs(const struct kasane_package_header* package) {
  return package->hiddenite_outputs;
}

/// 1: the package asks an exit unit; there is only one size of it.
static uint32_t exit_units(const struct kasane_package_header* package) {
  const struct kasane_exit* exits = package_exits(package);
  for (uint32_t i = 0; i < package->exit_count; ++i) {
    if (exits[i].uses_unit) return 1;
  }
  return 0;
}

static uint32_t one_exit_unit(const struct engine* unit) {
  (void)unit;
  return 1;
}

static void print_exit_unit(const struct engine* unit, const struct console* console) {
  (void)unit;
  console_print(console, "exit unit");
}

static void print_array_size(const struct engine* array, const struct console* console) {
  console_print(console, "Cartesian-product array of %u x %u", cartesian_array_rows(array),
                cartesian_array_columns(array));
}

static void print_array_count(const struct engine* array, const struct console* console) {
  console_print(console, "array: %lu steps\n", cartesian_array_steps(array));
}

static void print_hiddenite_size(const struct engine* hiddenite, const struct console* console) {
  console_print(console, "Hiddenite of %u x %u x %u x %u", hiddenite_input_channels(hiddenite),
                hiddenite_output_channels(hiddenite), hiddenite_rows(hiddenite),
                hiddenite_columns(hiddenite));
}

static void print_hiddenite_count(const struct engine* hiddenite, const struct console* console) {
  console_print(console, "hiddenite: %lu weights expanded\n", hiddenite_weights(hiddenite));
}

enum {
  FMM_AND_WM = 1u << KASANE_SPACE_FMM | 1u << KASANE_SPACE_WM,
  MEMORIES_OF_UNITS = 1u << KASANE_SPACE_SUMS | 1u << KASANE_SPACE_TABLE,
};

const struct engine_kind engine_kinds[ENGINE_KINDS] = {
    {.step = KASANE_STEP_DMA, .device = KASANE_DEVICE_DMA, .name = "DMA engine", .probe = dma_probe},
    {.step = KASANE_STEP_NCU,
     .device = KASANE_DEVICE_NCU,
     .name = "Neural Comp Unit",
     .probe = neural_comp_unit_probe,
     .spaces = FMM_AND_WM},
    {.step = KASANE_STEP_KCU,
     .device = KASANE_DEVICE_KCU,
     .name = "dispatcher of Kernel Comp Units",
     .probe = kernel_comp_units_probe,
     .spaces = FMM_AND_WM | MEMORIES_OF_UNITS,
     .helpers = 1u << KASANE_STEP_NCU,
     .measure = "design",
     .wanted = kcu_design,
     .here = kernel_comp_units_design},
    {.step = KASANE_STEP_CARTESIAN,
     .device = KASANE_DEVICE_CARTESIAN,
     .name = "Cartesian-product array",
     .probe = cartesian_array_probe,
     .spaces = FMM_AND_WM,
     .measure = "columns",
     .wanted = array_columns,
     .here = cartesian_array_columns,
     .print_size = print_array_size,
     .print_count = print_array_count},
    {.step = KASANE_STEP_HIDDENITE,
     .device = KASANE_DEVICE_HIDDENITE,
     .name = "hidden-network engine",
     .probe = hiddenite_probe,
     .spaces = FMM_AND_WM,
     .measure = "output channels",
     .wanted = hiddenite_outputs,
     .here = hiddenite_output_channels,
     .print_size = print_hiddenite_size,
     .print_count = print_hiddenite_count},
    {.step = KASANE_STEP_EXIT_UNIT,
     .device = KASANE_DEVICE_EXIT_UNIT,
     .name = "unit for early exit",
     .probe = exit_unit_probe,
     .spaces = 1u << KASANE_SPACE_FMM,
     .measure = "units",
     .wanted = exit_units,
     .here = one_exit_unit,
     .print_size = print_exit_unit},
};

bool engine_kind_accepts(const struct engine_kind* kind, const struct engine* engine,
                         const struct kasane_package_header* package, const struct console* console) {
  const uint32_t wanted = kind->wanted == NULL ? 0 : kind->wanted(package);
  if (wanted == 0) return true;
  if (engine == NULL) {
    console_print(console, "error: the network was compiled for a chip with a %s, this one has none\n",
                  kind->name);
    return false;
  }
  const uint32_t here = kind->here(engine);
  if (here == wanted) return true;
  console_print(console, "error: the network was compiled for another %s: %s %u, here %u\n", kind->name,
                kind->measure, wanted, here);
  return false;
}
