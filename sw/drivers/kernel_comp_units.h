/// The dispatcher of the Kernel Comp Units: the driver core, and which units there are.
#ifndef KASANE_DRIVERS_KERNEL_COMP_UNITS_H
#define KASANE_DRIVERS_KERNEL_COMP_UNITS_H

#include "kasane/kernel_comp_units.h"
#include "sw/drivers/engine.h"
#include "sw/drivers/registers.h"

static inline bool kernel_comp_units_probe(struct engine* kcu, uintptr_t base) {
  return engine_probe(kcu, base, KASANE_ENGINE_ID_KCU);
}

/// What a package's kcu_design must be. The dispatcher must be powered.
static inline uint32_t kernel_comp_units_design(const struct engine* kcu) {
  return register_read32(kcu->base, KASANE_KCU_DESIGN);
}

#endif
