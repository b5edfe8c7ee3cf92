/// Images as fast as possible: where the boot info allows it and the network has a part for the engines and
/// one for the CPU, the engines begin an image while the CPU finishes the one before.
#include "sw/apps/image_steps.h"
#include "sw/runtime/image_pipeline.h"

struct overlapped_run {
  const struct classification* run;
  uint64_t begin[NETWORK_EDGES];  // cycles when the images in flight began
  struct image_tally tally;
};

static void begin(void* context, const struct pipelined_image* image) {
  struct overlapped_run* self = context;
  self->begin[image->edge] = cycles_now();
  image_begin(self->run, image->image, image->edge);
}

static void end(void* context, const struct pipelined_image* image) {
  struct overlapped_run* self = context;
  const uint64_t cycles = cycles_now() - self->begin[image->edge];
  run_monitor_image(&self->run->chip->monitor, image->image);
  image_end(self->run, image->image, image->edge, &image->record, cycles, &self->tally);
}

static uint32_t images_overlapped(const struct classification* run, const struct executor* executor) {
  struct overlapped_run self = {.run = run};
  struct image_pipeline pipeline = {.network = &run->network,
                                    .executor = executor,
                                    .monitor = &run->chip->monitor,
                                    .engines = run->engines,
                                    .rules = classification_exit_rules(run),
                                    .begin = begin,
                                    .end = end,
                                    .context = &self};
  if (!image_report(run, image_pipeline_run(&pipeline, run->chip->info->images))) return EXIT_ENGINE;
  images_summarise(run, &self.tally);
  return EXIT_GOOD;
}

uint32_t classification_run(struct classification* run, const struct executor* executor) {
  const struct kasane_boot_info* info = run->chip->info;
  run_monitor_images_total(&run->chip->monitor, info->images);
  if (!image_report(run, network_set_up(&run->network, executor, &run->chip->monitor))) return EXIT_ENGINE;
  const bool overlap = (info->flags & KASANE_BOOT_OVERLAP) != 0 && run->engines != NULL &&
                       image_pipeline_front(&run->network) != 0;
  return overlap ? images_overlapped(run, executor) : images_in_turn(run, executor);
}
