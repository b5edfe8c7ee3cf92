/// How a program spends the time between images that come one a period, as from a camera. Programs that link
/// periodic_image_loop.c, in place of image_loop.c, define image_period.
#ifndef KASANE_APPS_IMAGE_PERIOD_H
#define KASANE_APPS_IMAGE_PERIOD_H

#include <stdbool.h>
#include <stdint.h>

struct image_period {
  uint64_t microseconds;  ///< from one image to the next, at least 1
  uint32_t cpu_point;     ///< operating point of the hart and of the RAM it runs from
  bool dram_power_down;   ///< the DRAM rests between images: clock gated, contents kept
};

extern const struct image_period image_period;

#endif
