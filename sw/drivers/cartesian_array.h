/// The Cartesian-product array: the driver core, and how large it is.
#ifndef KASANE_DRIVERS_CARTESIAN_ARRAY_H
#define KASANE_DRIVERS_CARTESIAN_ARRAY_H

#include "kasane/cartesian_array.h"
#include "sw/drivers/engine.h"
#include "sw/drivers/registers.h"

static inline bool cartesian_array_probe(struct engine* array, uintptr_t base) {
  return engine_probe(array, base, KASANE_ENGINE_ID_CARTESIAN);
}

// The array must be powered for each of these.

/// Pixels of a tile.
static inline uint32_t cartesian_array_rows(const struct engine* array) {
  return register_read32(array->base, KASANE_CARTESIAN_ROWS);
}

/// Output channels of a tile: what a package's array_columns must be.
static inline uint32_t cartesian_array_columns(const struct engine* array) {
  return register_read32(array->base, KASANE_CARTESIAN_COLUMNS);
}

/// Steps since the last reset. For an idle array: its two halves are read one after the other.
static inline uint64_t cartesian_array_steps(const struct engine* array) {
  const uint64_t low = register_read32(array->base, KASANE_CARTESIAN_STEPS_LOW);
  return (uint64_t)register_read32(array->base, KASANE_CARTESIAN_STEPS_HIGH) << 32 | low;
}

#endif
