#include "sw/runtime/package.h"

#include <stdbool.h>

#include "sw/runtime/crc32.h"
#include "sw/runtime/exits_check.h"

static struct package_fault fault(const char* message) {
  return (struct package_fault){message, UINT32_MAX};
}

static bool table_fits(const struct kasane_package_header* package, uint32_t offset, uint64_t bytes) {
  return offset % 64 == 0 && offset >= sizeof *package && offset <= package->total_bytes &&
         bytes <= package->total_bytes - offset;
}

static bool crc_matches(const struct kasane_package_header* package) {
  struct crc32 tables;
  crc32_prepare(&tables);
  struct kasane_package_header header = *package;
  header.crc32 = 0;
  uint32_t crc = crc32_continue(&tables, 0, &header, sizeof header);
  crc = crc32_continue(&tables, crc, package + 1, package->total_bytes - sizeof header);
  return crc == package->crc32;
}

static const char* check_tables(const struct kasane_package_header* package) {
  if (!table_fits(package, package->layers_offset,
                  (uint64_t)package->layer_count * sizeof(struct kasane_layer)) ||
      package->layer_count >= KASANE_NO_LAYER) {
    return "layer table leaves the package";
  }
  if (!table_fits(package, package->steps_offset,
                  (uint64_t)package->step_count * sizeof(struct kasane_step)) ||
      package->setup_step_count > package->step_count) {
    return "step table leaves the package";
  }
  if (!table_fits(package, package->exits_offset,
                  (uint64_t)package->exit_count * sizeof(struct kasane_exit))) {
    return "exit table leaves the package";
  }
  if (!table_fits(package, package->commands_offset,
                  (uint64_t)package->command_count * KASANE_COMMAND_BYTES)) {
    return "command table leaves the package";
  }
  if (!table_fits(package, package->data_offset, package->data_bytes)) return "data leave the package";
  if (!table_fits(package, package->strings_offset, package->strings_bytes) || package->strings_bytes == 0 ||
      package_string(package, package->strings_bytes - 1)[0] != '\0') {
    return "strings leave the package";
  }
  return NULL;
}

static const char* check_names(const struct kasane_package_header* package) {
  if (package->name_offset >= package->strings_bytes) return "the network's name leaves the strings";
  const struct kasane_layer* layers = package_table(package, package->layers_offset);
  for (uint32_t i = 0; i < package->layer_count; ++i) {
    if (layers[i].name_offset >= package->strings_bytes ||
        layers[i].operator_offset >= package->strings_bytes) {
      return "a layer's name leaves the strings";
    }
  }
  return NULL;
}

/// Whether the runtime has software for such a step.
static bool software_exists(uint16_t step_kind) {
  return step_kind != KASANE_STEP_KCU && step_kind != KASANE_STEP_EXIT_UNIT;
}

/// What the records of steps that the CPU carries out call FMM and WM.
static struct space_limits limits_of_software(const struct kasane_package_header* package) {
  struct space_limits limits = package_limits(package);
  limits.bytes[KASANE_SPACE_FMM] = limits.bytes[KASANE_SPACE_CPU_MAPS];
  limits.bytes[KASANE_SPACE_WM] = limits.bytes[KASANE_SPACE_CPU_WEIGHTS];
  return limits;
}

static const char* check_step(const struct kasane_package_header* package, const struct kasane_step* step,
                              const struct space_limits* limits) {
  if (step->layer != KASANE_NO_LAYER && step->layer >= package->layer_count)
    return "step of an unknown layer";
  if (step->count == 0 || step->first > package->command_count ||
      step->count > package->command_count - step->first) {
    return "step's commands leave the table";
  }
  if (step->run_by > KASANE_RUN_BY_CPU || step->reserved != 0) return "step is carried out by nobody known";
  if (step->run_by == KASANE_RUN_BY_CPU && !software_exists(step->kind)) {
    return "no software stands in for this step's engine";
  }
  const uint8_t* records = package_table(package, package->commands_offset);
  for (uint64_t i = step->first; i < (uint64_t)step->first + step->count; ++i) {
    const char* message = command_check(step->kind, records + i * KASANE_COMMAND_BYTES, limits);
    if (message != NULL) return message;
  }
  return NULL;
}

struct space_limits package_limits(const struct kasane_package_header* package) {
  return (struct space_limits){.bytes =
                                   {
                                       [KASANE_SPACE_PACKAGE] = package->total_bytes,
                                       [KASANE_SPACE_FMM] = package->fmm_bytes,
                                       [KASANE_SPACE_WM] = package->wm_bytes,
                                       [KASANE_SPACE_SCRATCH] = package->scratch_bytes,
                                       [KASANE_SPACE_INPUT] = package->input.bytes,
                                       [KASANE_SPACE_OUTPUT] = package->outputs_bytes,
                                       [KASANE_SPACE_SUMS] = package->sums_bytes,
                                       [KASANE_SPACE_TABLE] = package->table_bytes,
                                       [KASANE_SPACE_CPU_MAPS] = package->cpu_maps_bytes,
                                       [KASANE_SPACE_CPU_WEIGHTS] = package->cpu_weights_bytes,
                                   },
                               .array_columns = package->array_columns,
                               .hiddenite_outputs = package->hiddenite_outputs};
}

struct package_fault package_check(const struct kasane_package_header* package, uint64_t available) {
  if (available < sizeof *package) return fault("shorter than its header");
  if (package->magic != KASANE_PACKAGE_MAGIC) return fault("no network package here (wrong magic)");
  if (package->version != KASANE_PACKAGE_VERSION) return fault("version of another compiler");
  if (package->total_bytes < sizeof *package || package->total_bytes > available) return fault("truncated");
  if (!crc_matches(package)) return fault("CRC-32 does not match: the package is damaged");

  const char* message = check_tables(package);
  if (message == NULL) message = check_names(package);
  if (message == NULL) message = shape_check(&package->input);
  if (message == NULL) message = exits_check(package);
  if (message != NULL) return fault(message);

  const struct space_limits engines = package_limits(package);
  const struct space_limits software = limits_of_software(package);
  const struct kasane_step* steps = package_table(package, package->steps_offset);
  for (uint32_t i = 0; i < package->step_count; ++i) {
    const bool by_cpu = steps[i].run_by == KASANE_RUN_BY_CPU && steps[i].kind != KASANE_STEP_DMA;
    message = check_step(package, &steps[i], by_cpu ? &software : &engines);
    if (message != NULL) return (struct package_fault){message, i};
  }
  return fault(NULL);
}
