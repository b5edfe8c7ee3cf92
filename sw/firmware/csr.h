/// Control and status registers, and the three interrupt primitives everything else is made of.
#ifndef KASANE_FIRMWARE_CSR_H
#define KASANE_FIRMWARE_CSR_H

#include <stdint.h>

#define CSR_READ(name)                                     \
  __extension__({                                          \
    uint64_t csr_value;                                    \
    __asm__ volatile("csrr %0, " #name : "=r"(csr_value)); \
    csr_value;                                             \
  })
#define CSR_WRITE(name, value) __asm__ volatile("csrw " #name ", %0" ::"rK"((uint64_t)(value)) : "memory")
#define CSR_SET(name, bits) __asm__ volatile("csrs " #name ", %0" ::"rK"((uint64_t)(bits)) : "memory")
#define CSR_CLEAR(name, bits) __asm__ volatile("csrc " #name ", %0" ::"rK"((uint64_t)(bits)) : "memory")

enum {
  MSTATUS_MIE = 1 << 3,
  MIE_TIMER = 1 << 7,
  MIE_EXTERNAL = 1 << 11,
};

static inline void interrupts_enable(void) {
  CSR_SET(mstatus, MSTATUS_MIE);
}
static inline void interrupts_disable(void) {
  CSR_CLEAR(mstatus, MSTATUS_MIE);
}

static inline int interrupts_are_on(void) {
  return (CSR_READ(mstatus) & MSTATUS_MIE) != 0;
}

/// Sleeps until an interrupt enabled in mie is pending, also while mstatus.MIE is clear. So the way to wait
/// for a flag that an interrupt sets, without losing the wake-up, is: disable, check the flag, sleep, enable.
static inline void wait_for_interrupt(void) {
  __asm__ volatile("wfi" ::: "memory");
}

/// Cycles of the hart since reset.
static inline uint64_t cycles_now(void) {
  return CSR_READ(mcycle);
}

#endif
