/// The hidden-network engine: the driver core, and how large its array is.
#ifndef KASANE_DRIVERS_HIDDENITE_H
#define KASANE_DRIVERS_HIDDENITE_H

#include "kasane/hiddenite.h"
#include "sw/drivers/engine.h"
#include "sw/drivers/registers.h"

static inline bool hiddenite_probe(struct engine* hiddenite, uintptr_t base) {
  return engine_probe(hiddenite, base, KASANE_ENGINE_ID_HIDDENITE);
}

// The engine must be powered for each of these.

static inline uint32_t hiddenite_input_channels(const struct engine* hiddenite) {
  return register_read32(hiddenite->base, KASANE_HIDDENITE_INPUT_CHANNELS);
}

/// What a package's hiddenite_outputs must be.
static inline uint32_t hiddenite_output_channels(const struct engine* hiddenite) {
  return register_read32(hiddenite->base, KASANE_HIDDENITE_OUTPUT_CHANNELS);
}

static inline uint32_t hiddenite_rows(const struct engine* hiddenite) {
  return register_read32(hiddenite->base, KASANE_HIDDENITE_ROWS);
}

static inline uint32_t hiddenite_columns(const struct engine* hiddenite) {
  return register_read32(hiddenite->base, KASANE_HIDDENITE_COLUMNS);
}

/// Weights expanded since the last reset. For an idle engine: its two halves are read one after the other.
static inline uint64_t hiddenite_weights(const struct engine* hiddenite) {
  const uint64_t low = register_read32(hiddenite->base, KASANE_HIDDENITE_WEIGHTS_LOW);
  return (uint64_t)register_read32(hiddenite->base, KASANE_HIDDENITE_WEIGHTS_HIGH) << 32 | low;
}

#endif
