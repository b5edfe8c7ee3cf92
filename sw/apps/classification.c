#include "sw/apps/classification.h"

#include "sw/runtime/images.h"

static void print_banner(const struct classification* run, const char* executor_name) {
  const struct console* console = &run->chip->console;
  const struct kasane_boot_info* info = run->chip->info;
  const struct {
    uint32_t kind;
    const char* name;
  } memories[] = {{KASANE_DEVICE_RAM, "RAM"},
                  {KASANE_DEVICE_DRAM, "DRAM"},
                  {KASANE_DEVICE_FMM, "FMM"},
                  {KASANE_DEVICE_WM, "WM"}};
  console_print(console, "Kasane: classification by %s\nmemory:", executor_name);
  for (size_t i = 0; i < sizeof memories / sizeof memories[0]; ++i) {
    const struct kasane_device* device = chip_device(info, memories[i].kind);
    if (device != NULL) console_print(console, " %s %lu KiB", memories[i].name, device->bytes / 1024);
  }
  console_print(console, "; timebase %lu Hz; %u power domains\n", info->timebase_hertz,
                run->chip->power.domains);
}

static uint32_t check_package(const struct classification* run) {
  const struct kasane_boot_info* info = run->chip->info;
  if (info->package_address == 0) {
    console_print(&run->chip->console, "error: package: none in memory\n");
    return EXIT_PACKAGE;
  }
  const struct package_fault fault =
      package_check((const void*)(uintptr_t)info->package_address, info->package_bytes);
  if (fault.message == NULL) return EXIT_GOOD;
  if (fault.step == UINT32_MAX) {
    console_print(&run->chip->console, "error: package: %s\n", fault.message);
  } else {
    console_print(&run->chip->console, "error: package: step %u: %s\n", fault.step, fault.message);
  }
  return EXIT_PACKAGE;
}

static uint32_t check_dataset(struct classification* run) {
  const struct kasane_boot_info* info = run->chip->info;
  const struct kasane_package_header* package = (const void*)(uintptr_t)info->package_address;
  run->dataset = (const void*)(uintptr_t)info->dataset_address;
  const char* message = info->dataset_address == 0 ? "none in memory"
                                                   : images_check(run->dataset, info->dataset_bytes,
                                                                  info->images, package->input.bytes);
  if (message == NULL) return EXIT_GOOD;
  console_print(&run->chip->console, "error: data set: %s\n", message);
  return EXIT_DATASET;
}

uint32_t classification_open(struct classification* run, struct chip* chip, const void* boot_info,
                             const char* executor_name) {
  uint32_t code = chip_open(chip, boot_info);
  if (code != EXIT_GOOD) return code;
  run->chip = chip;
  print_banner(run, executor_name);
  code = check_package(run);
  if (code == EXIT_GOOD) code = check_dataset(run);
  return code;
}

static uint64_t bytes_of(const struct kasane_device* memory) {
  return memory != NULL ? memory->bytes : 0;
}

static uint64_t base_of(const struct kasane_device* memory) {
  return memory != NULL ? memory->base : 0;
}

/// Only of a network with several.
static void print_exits(const struct classification* run) {
  const struct console* console = &run->chip->console;
  const struct network* network = &run->network;
  const uint32_t* thresholds_q24 = run->chip->info->exit_thresholds_q24;
  if (network->header.exit_count == 1) return;
  for (uint32_t i = 0; i < network->header.exit_count; ++i) {
    const char* name = package_string(network->package, network->exits[i].name_offset);
    console_print(console, "%s %u (%s)", i == 0 ? "exits:" : ",", i + 1, name);
    if (i + 1 == network->header.exit_count) break;
    const uint64_t millionths = ((uint64_t)thresholds_q24[i] * 1000000 + (1u << 23)) >> 24;
    console_print(console, " below %lu.%06lu nats", millionths / 1000000, millionths % 1000000);
  }
  console_print(console, "\n");
}

uint32_t classification_load(struct classification* run, const struct engine_memories* memories) {
  const struct kasane_device* fmm = memories->fmm;
  const struct kasane_device* wm = memories->wm;
  const struct kasane_boot_info* info = run->chip->info;
  const struct console* console = &run->chip->console;
  const struct kasane_package_header* package = (const void*)(uintptr_t)info->package_address;
  struct network_places places = {
      .big = {info->scratch_address, info->scratch_address + info->scratch_bytes},
      .one_input = package->exit_count == 1 || (info->flags & KASANE_BOOT_OVERLAP) == 0};
  if (!chip_free_ram(run->chip, &places.fast.begin, &places.fast.end)) {
    console_print(console, "error: the boot info's RAM is not where this program runs\n");
    return EXIT_BOOT_INFO;
  }
  if ((fmm != NULL && package->fmm_bytes > fmm->bytes) || (wm != NULL && package->wm_bytes > wm->bytes)) {
    console_print(console, "error: memory: the network wants %u bytes of FMM and %u of WM\n",
                  package->fmm_bytes, package->wm_bytes);
    return EXIT_MEMORY;
  }
  if (package->sums_bytes > bytes_of(memories->sums) || package->table_bytes > bytes_of(memories->table)) {
    console_print(console, "error: memory: the network wants %u bytes of partial sums and %u of tables\n",
                  package->sums_bytes, package->table_bytes);
    return EXIT_MEMORY;
  }
  places.fmm = base_of(fmm);
  places.wm = base_of(wm);
  places.sums = base_of(memories->sums);
  places.table = base_of(memories->table);
  if (!network_load(&run->network, package, &places)) {
    console_print(console, "error: memory: the network does not fit into RAM and external memory\n");
    return EXIT_MEMORY;
  }
  console_print(console, "network: %s, %u layers, %u bytes of weights and constants; images: %u\n",
                package_string(package, package->name_offset), package->layer_count, package->wm_bytes,
                info->images);
  print_exits(run);
  return EXIT_GOOD;
}

struct exit_rules classification_exit_rules(const struct classification* run) {
  const struct engine_executor* engines = run->engines;
  return (struct exit_rules){.network = &run->network,
                             .thresholds_q24 = run->chip->info->exit_thresholds_q24,
                             .unit = engines == NULL ? NULL : engines->slots[KASANE_STEP_EXIT_UNIT].engine};
}
