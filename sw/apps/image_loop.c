/// Images one after the other, as fast as possible.
#include "sw/apps/image_steps.h"

uint32_t classification_run(struct classification* run, const struct executor* executor) {
  const uint32_t images = run->chip->info->images;
  run_monitor_images_total(&run->chip->monitor, images);
  if (!image_report(run, network_set_up(&run->network, executor, &run->chip->monitor))) return EXIT_ENGINE;
  uint32_t right = 0;
  for (uint32_t image = 0; image < images; ++image) {
    if (!image_classify(run, executor, image, &right)) return EXIT_ENGINE;
  }
  console_print(&run->chip->console, "%u of %u images right\n", right, images);
  return EXIT_GOOD;
}
