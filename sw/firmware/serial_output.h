/// Console output that nobody waits for: characters go to a ring, interrupts feed them to the UART.
#ifndef KASANE_FIRMWARE_SERIAL_OUTPUT_H
#define KASANE_FIRMWARE_SERIAL_OUTPUT_H

#include <stdbool.h>
#include <stdint.h>

#include "sw/drivers/uart.h"

enum { SERIAL_RING_BYTES = 1024 };  // a power of two

struct serial_output {
  struct uart uart;
  bool interrupts;     ///< the UART's interrupt arrives at serial_interrupt
  uint32_t written;    ///< characters put into the ring so far, modulo 2^32
  uint32_t sent;       ///< characters given to the UART so far
  volatile bool room;  ///< set when a full ring has room again
  char ring[SERIAL_RING_BYTES];
};

/// Polled until serial_use_interrupts.
void serial_open(struct serial_output* serial, uintptr_t base);

/// The UART's interrupt source must already be attached to serial_interrupt, with `serial` as context.
void serial_use_interrupts(struct serial_output* serial);

/// Sleeps while the ring is full. Where interrupts are off (in a trap, or before they were first on) it
/// polls, and sends what is in the ring first.
void serial_put(struct serial_output* serial, char c);

/// The UART's interrupt handler.
void serial_interrupt(void* serial);

/// Polls until every character has left the chip.
void serial_flush(struct serial_output* serial);

#endif
