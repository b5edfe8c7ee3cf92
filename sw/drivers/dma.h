/// The DMA engine: driver core's struct engine plus what a copy record needs.
#ifndef KASANE_DRIVERS_DMA_H
#define KASANE_DRIVERS_DMA_H

#include "kasane/dma.h"
#include "sw/drivers/engine.h"

static inline bool dma_probe(struct engine* dma, uintptr_t base) {
  return engine_probe(dma, base, KASANE_ENGINE_ID_DMA);
}

/// Gives a package's copy record its bus addresses: the engine takes no other.
static inline void dma_relocate(struct kasane_dma_copy* copy, uint64_t source_base,
                                uint64_t destination_base) {
  copy->source += source_base;
  copy->destination += destination_base;
  copy->source_space = 0;
  copy->destination_space = 0;
}

#endif
