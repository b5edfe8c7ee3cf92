/// Classification on the Neural Comp Unit, under a power policy.
#ifndef KASANE_APPS_ENGINE_CLASSIFICATION_H
#define KASANE_APPS_ENGINE_CLASSIFICATION_H

#include <stdint.h>

#include "sw/runtime/power_policy.h"

/// The whole program; the result is its exit code (chip.h).
uint32_t classify_on_engines(const void* boot_info, const struct power_policy* policy);

#endif
