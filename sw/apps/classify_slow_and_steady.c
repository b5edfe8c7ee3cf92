/// An image a period, hart and engines at their lowest operating point: each image takes most of the period,
/// and what is left is slept through with clocks gated and every supply on.
#include "sw/apps/engine_classification.h"
#include "sw/apps/image_period.h"
#include "sw/firmware/system.h"

enum { LOWEST_POINT = UINT32_MAX };  // a domain with fewer points takes its last one

const struct image_period image_period = {.microseconds = KASANE_IMAGE_PERIOD_US,
                                          .cpu_point = LOWEST_POINT,
                                          .cpu_rest_point = LOWEST_POINT,
                                          .dram_power_down = false};

uint32_t firmware_main(const void* boot_info) {
  const struct power_policy policy = {.engines_off_between_images = false, .operating_point = LOWEST_POINT};
  return classify_on_engines(boot_info, &policy);
}
