/// One image a period. In the gap the hart sleeps until the timer wakes it; all it touches there is the RAM:
/// the console's last characters leave by interrupts from a ring in RAM, so that the DRAM may rest.
#include "kasane/boot_info.h"
#include "sw/apps/image_period.h"
#include "sw/apps/image_steps.h"
#include "sw/drivers/clint.h"

enum { MICROSECONDS_PER_SECOND = 1000000 };

/// Measurement regions: an image with its line on the console, and what remains of the period.
enum { REGION_IMAGE, REGION_REST };

/// All times are ticks of the timebase.
struct pace {
  struct clint clint;
  uint64_t period;
  uint64_t due;          ///< when the present image is
  uint32_t cpu_domain;   ///< the one of the RAM that the program runs from
  uint32_t dram_domain;  ///< KASANE_NO_DOMAIN: always on
  volatile bool woken;   ///< set by the timer's interrupt
};

static struct pace pace;

static void ring(void* context) {
  struct pace* self = context;
  clint_set_alarm(&self->clint, UINT64_MAX);
  self->woken = true;
}

/// The one that holds the DRAM and nothing else, or KASANE_NO_DOMAIN.
static uint32_t domain_of_dram_alone(const struct kasane_boot_info* info) {
  const struct kasane_device* dram = chip_device(info, KASANE_DEVICE_DRAM);
  const struct kasane_device* devices = (const void*)(info + 1);
  if (dram == NULL) return KASANE_NO_DOMAIN;
  for (uint32_t i = 0; i < info->device_count; ++i) {
    if (&devices[i] != dram && devices[i].power_domain == dram->power_domain) return KASANE_NO_DOMAIN;
  }
  return dram->power_domain;
}

static bool open_pace(struct chip* chip) {
  const struct kasane_device* clint = chip_device(chip->info, KASANE_DEVICE_CLINT);
  const struct kasane_device* ram = chip_device(chip->info, KASANE_DEVICE_RAM);
  if (clint == NULL || ram == NULL) return false;
  pace = (struct pace){
      .clint = {.base = clint->base, .hart = 0},
      .period = image_period.microseconds * chip->info->timebase_hertz / MICROSECONDS_PER_SECOND,
      .cpu_domain = ram->power_domain,
      .dram_domain = image_period.dram_power_down ? domain_of_dram_alone(chip->info) : KASANE_NO_DOMAIN};
  system_attach_timer(ring, &pace);
  if (!power_use(&chip->power, pace.dram_domain)) return false;
  power_unfix(&chip->power, pace.dram_domain);
  return pace.period != 0 && power_set_point(&chip->power, pace.cpu_domain, image_period.cpu_point);
}

/// Returns at once where the time has passed. False, and told, if a domain refuses.
static bool sleep_until_due(struct chip* chip) {
  if (clint_time(&pace.clint) >= pace.due) return true;
  run_monitor_region_begin(&chip->monitor, REGION_REST);
  power_release(&chip->power, pace.dram_domain);
  bool good = power_set_point(&chip->power, pace.cpu_domain, image_period.cpu_rest_point);
  pace.woken = false;
  clint_set_alarm(&pace.clint, pace.due);
  system_wait(&pace.woken);
  good = power_set_point(&chip->power, pace.cpu_domain, image_period.cpu_point) && good;
  good = power_use(&chip->power, pace.dram_domain) && good;
  run_monitor_region_end(&chip->monitor, REGION_REST);
  if (!good) console_print(&chip->console, "error: a power domain refuses to rest or to wake\n");
  return good;
}

/// An image is to be done when the next one is due. Result: whether it was.
static bool deadline_met(const struct classification* run, uint32_t image) {
  const uint64_t hertz = run->chip->info->timebase_hertz;
  const uint64_t now = clint_time(&pace.clint);
  if (now <= pace.due) return true;
  console_print(&run->chip->console, "deadline missed: image %u by %lu us\n", image,
                ((now - pace.due) * MICROSECONDS_PER_SECOND + hertz - 1) / hertz);
  return false;
}

uint32_t classification_run(struct classification* run, const struct executor* executor) {
  const struct console* console = &run->chip->console;
  const uint32_t images = run->chip->info->images;
  run_monitor_images_total(&run->chip->monitor, images);
  if (!open_pace(run->chip)) {
    console_print(console, "error: no timer, or a power domain refuses what the power policy asks\n");
    return EXIT_BOOT_INFO;
  }
  run_monitor_region_name(&run->chip->monitor, REGION_IMAGE, "image");
  run_monitor_region_name(&run->chip->monitor, REGION_REST, "rest");
  if (!image_report(run, network_set_up(&run->network, executor, &run->chip->monitor))) return EXIT_ENGINE;
  struct image_tally tally = {0};
  uint32_t missed = 0;
  pace.due = clint_time(&pace.clint) + 1;  // the first image, too, begins when the timer says so
  for (uint32_t image = 0; image < images; ++image) {
    if (!sleep_until_due(run->chip)) return EXIT_ENGINE;
    run_monitor_region_begin(&run->chip->monitor, REGION_IMAGE);
    if (!image_classify(run, executor, image, &tally)) return EXIT_ENGINE;
    run_monitor_region_end(&run->chip->monitor, REGION_IMAGE);
    pace.due += pace.period;
    missed += !deadline_met(run, image);
  }
  images_summarise(run, &tally);
  console_print(console, "%u deadlines missed, an image every %lu us\n", missed, image_period.microseconds);
  return EXIT_GOOD;
}
