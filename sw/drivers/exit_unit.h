/// The exit unit: the driver core, and what it found.
#ifndef KASANE_DRIVERS_EXIT_UNIT_H
#define KASANE_DRIVERS_EXIT_UNIT_H

#include "kasane/exit_unit.h"
#include "sw/drivers/engine.h"
#include "sw/drivers/registers.h"

static inline bool exit_unit_probe(struct engine* unit, uintptr_t base) {
  return engine_probe(unit, base, KASANE_ENGINE_ID_EXIT_UNIT);
}

/// Of the last command. The unit must be powered; its clock may be off.
static inline struct kasane_exit_decision exit_unit_decision(const struct engine* unit) {
  return (struct kasane_exit_decision){register_read32(unit->base, KASANE_EXIT_UNIT_ENTROPY),
                                       register_read32(unit->base, KASANE_EXIT_UNIT_CLASS)};
}

#endif
