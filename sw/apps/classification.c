#include "sw/apps/classification.h"

#include <string.h>

#include "sw/firmware/csr.h"
#include "sw/runtime/engine_executor.h"
#include "sw/runtime/images.h"
#include "sw/runtime/vector.h"

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

uint32_t classification_load(struct classification* run, const struct engine_memories* memories) {
  const struct kasane_device* fmm = memories->fmm;
  const struct kasane_device* wm = memories->wm;
  const struct kasane_boot_info* info = run->chip->info;
  const struct console* console = &run->chip->console;
  const struct kasane_package_header* package = (const void*)(uintptr_t)info->package_address;
  struct network_places places = {
      .big = {info->scratch_address, info->scratch_address + info->scratch_bytes}};
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
  return EXIT_GOOD;
}

static bool report(const struct classification* run, struct network_result result) {
  if (result.error == KASANE_ERROR_NONE) return true;
  console_print(&run->chip->console, "error: layer %s (step %u): %s (code %u)\n",
                network_layer_name(&run->network, result.step), result.step,
                engine_executor_error_name(result.error), result.error);
  return false;
}

/// The class that the output tensor names.
static uint32_t predicted_class(const struct network* network) {
  const int8_t* output = network_place(network, KASANE_SPACE_OUTPUT, 0);
  if (!network_ends_with_argmax(network)) return vector_argmax(output, network->header.output.bytes);
  int32_t best;
  memcpy(&best, output, sizeof best);
  return (uint32_t)best;
}

static void publish_output(const struct classification* run) {
  const uint8_t* output = network_place(&run->network, KASANE_SPACE_OUTPUT, 0);
  const uint32_t bytes = run->network.header.output.bytes;
  for (uint32_t done = 0; done < bytes; done += 4) {
    uint32_t word = 0;
    memcpy(&word, output + done, bytes - done < 4 ? bytes - done : 4);
    run_monitor_output(&run->chip->monitor, word);
  }
}

static void print_image(const struct classification* run, uint32_t image, uint32_t predicted, uint32_t label,
                        uint64_t cycles) {
  const struct kasane_dataset* dataset = run->dataset;
  const char* name = predicted < dataset->classes ? images_class_name(dataset, predicted) : "(unknown class)";
  console_print(&run->chip->console, "image %4u: %-16.*s label %u %s %lu cycles\n", image,
                KASANE_CLASS_NAME_BYTES, name, label, predicted == label ? "ok   " : "wrong", cycles);
}

static bool classify_image(const struct classification* run, const struct executor* executor, uint32_t image,
                           uint32_t* right) {
  const struct network* network = &run->network;
  run_monitor_image_begin(&run->chip->monitor, image);
  const uint64_t begin = cycles_now();
  images_quantise(run->dataset, image, network->header.input.bytes,
                  network_place(network, KASANE_SPACE_INPUT, 0));
  if (!report(run, network_infer(network, executor, &run->chip->monitor))) return false;
  const uint32_t predicted = predicted_class(network);
  const uint64_t cycles = cycles_now() - begin;
  const uint32_t label = images_label(run->dataset, image);
  publish_output(run);
  run_monitor_image_end(&run->chip->monitor, predicted, label);
  print_image(run, image, predicted, label, cycles);
  *right += predicted == label;
  return true;
}

uint32_t classification_run(struct classification* run, const struct executor* executor) {
  const uint32_t images = run->chip->info->images;
  run_monitor_images_total(&run->chip->monitor, images);
  if (!report(run, network_set_up(&run->network, executor, &run->chip->monitor))) return EXIT_ENGINE;
  uint32_t right = 0;
  for (uint32_t image = 0; image < images; ++image) {
    if (!classify_image(run, executor, image, &right)) return EXIT_ENGINE;
  }
  console_print(&run->chip->console, "%u of %u images right\n", right, images);
  return EXIT_GOOD;
}
