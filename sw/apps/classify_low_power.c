/// Classifies the run's images on the Neural Comp Unit at the second operating point, and takes the engines'
/// supply away between images.
#include "sw/apps/engine_classification.h"
#include "sw/firmware/system.h"

uint32_t firmware_main(const void* boot_info) {
  const struct power_policy policy = {.engines_off_between_images = true, .operating_point = 1};
  return classify_on_engines(boot_info, &policy);
}
