/// How a program spends the time between images that come one a period, as from a camera. Programs that link
/// periodic_image_loop.c, in place of image_loop.c, define image_period.
#ifndef KASANE_APPS_IMAGE_PERIOD_H
#define KASANE_APPS_IMAGE_PERIOD_H

#include <stdbool.h>
#include <stdint.h>

/// Operating points are of the hart and of its RAM; a domain with fewer points takes its last one. A resting
/// hart's clock runs on: nobody else could start it again.
struct image_period {
  uint64_t microseconds;    ///< from one image to the next, at least 1
  uint32_t cpu_point;       ///< while images are classified
  uint32_t cpu_rest_point;  ///< between images
  bool dram_power_down;     ///< between images: clock gated, contents kept
};

extern const struct image_period image_period;

#endif
