/// Classifies the run's images on the Neural Comp Unit, one after the other, at the operating points that the
/// chip starts with; idle engines have their clocks gated.
#include "sw/apps/engine_classification.h"
#include "sw/firmware/system.h"

uint32_t firmware_main(const void* boot_info) {
  const struct power_policy policy = {.engines_off_between_images = false,
                                      .operating_point = POWER_POINT_AS_FOUND};
  return classify_on_engines(boot_info, &policy);
}
