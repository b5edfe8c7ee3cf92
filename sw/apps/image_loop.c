/// Images one after the other, as fast as possible.
#include "sw/apps/image_steps.h"

uint32_t classification_run(struct classification* run, const struct executor* executor) {
  run_monitor_images_total(&run->chip->monitor, run->chip->info->images);
  if (!image_report(run, network_set_up(&run->network, executor, &run->chip->monitor))) return EXIT_ENGINE;
  return images_in_turn(run, executor);
}
