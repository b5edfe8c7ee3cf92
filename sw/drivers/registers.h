/// Access to device registers: each call is exactly one bus access of that width, in program order.
#ifndef KASANE_DRIVERS_REGISTERS_H
#define KASANE_DRIVERS_REGISTERS_H

#include <stdint.h>

static inline uint8_t register_read8(uintptr_t base, uint32_t offset) {
  return *(const volatile uint8_t*)(base + offset);
}

static inline void register_write8(uintptr_t base, uint32_t offset, uint8_t value) {
  *(volatile uint8_t*)(base + offset) = value;
}

static inline uint32_t register_read32(uintptr_t base, uint32_t offset) {
  return *(const volatile uint32_t*)(base + offset);
}

static inline void register_write32(uintptr_t base, uint32_t offset, uint32_t value) {
  *(volatile uint32_t*)(base + offset) = value;
}

static inline uint64_t register_read64(uintptr_t base, uint32_t offset) {
  return *(const volatile uint64_t*)(base + offset);
}

static inline void register_write64(uintptr_t base, uint32_t offset, uint64_t value) {
  *(volatile uint64_t*)(base + offset) = value;
}

/// Everything written to memory before is visible to devices told of it after, and the other way round.
static inline void register_fence(void) {
#ifdef __riscv
  __asm__ volatile("fence iorw, iorw" ::: "memory");
#else
  __atomic_thread_fence(__ATOMIC_SEQ_CST);
#endif
}

#endif
