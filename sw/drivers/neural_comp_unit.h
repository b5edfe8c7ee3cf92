/// The Neural Comp Unit: nothing beyond the driver core, its records come ready-made from the compiler.
#ifndef KASANE_DRIVERS_NEURAL_COMP_UNIT_H
#define KASANE_DRIVERS_NEURAL_COMP_UNIT_H

#include "kasane/neural_comp_unit.h"
#include "sw/drivers/engine.h"

static inline bool neural_comp_unit_probe(struct engine* ncu, uintptr_t base) {
  return engine_probe(ncu, base, KASANE_ENGINE_ID_NCU);
}

#endif
