/// An image a period, each as fast as the chip can; then the engines lose their supply, the DRAM rests in
/// power-down, and the hart sleeps at its lowest operating point. Pays where a gap's leakage and clocks
/// outweigh the wake-up.
#include "sw/apps/engine_classification.h"
#include "sw/apps/image_period.h"
#include "sw/firmware/system.h"

enum { LOWEST_POINT = UINT32_MAX };  // a domain with fewer points takes its last one

const struct image_period image_period = {.microseconds = KASANE_IMAGE_PERIOD_US,
                                          .cpu_point = 0,
                                          .cpu_rest_point = LOWEST_POINT,
                                          .dram_power_down = true};

uint32_t firmware_main(const void* boot_info) {
  const struct power_policy policy = {.engines_off_between_images = true, .operating_point = 0};
  return classify_on_engines(boot_info, &policy);
}
