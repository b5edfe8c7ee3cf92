/// Platform-level interrupt controller, one context.
#ifndef KASANE_DRIVERS_PLIC_H
#define KASANE_DRIVERS_PLIC_H

#include "kasane/plic.h"
#include "sw/drivers/registers.h"

struct plic {
  uintptr_t base;
  uint32_t context;  ///< which hart and privilege level this is
};

/// Lets every enabled source of non-zero priority through.
static inline void plic_open(const struct plic* plic) {
  register_write32(plic->base, KASANE_PLIC_THRESHOLD + plic->context * KASANE_PLIC_CONTEXT_STRIDE, 0);
}

static inline void plic_enable(const struct plic* plic, uint32_t source) {
  const uint32_t word = KASANE_PLIC_ENABLE + plic->context * KASANE_PLIC_ENABLE_STRIDE + source / 32 * 4;
  register_write32(plic->base, KASANE_PLIC_PRIORITY + source * 4, 1);
  register_write32(plic->base, word, register_read32(plic->base, word) | 1u << source % 32);
}

/// The pending source of highest priority, or 0.
static inline uint32_t plic_claim(const struct plic* plic) {
  return register_read32(plic->base, KASANE_PLIC_CLAIM + plic->context * KASANE_PLIC_CONTEXT_STRIDE);
}

static inline void plic_complete(const struct plic* plic, uint32_t source) {
  register_write32(plic->base, KASANE_PLIC_CLAIM + plic->context * KASANE_PLIC_CONTEXT_STRIDE, source);
}

#endif
