/// 16550 UART, output only.
#ifndef KASANE_DRIVERS_UART_H
#define KASANE_DRIVERS_UART_H

#include <stdbool.h>

#include "kasane/uart.h"
#include "sw/drivers/registers.h"

struct uart {
  uintptr_t base;
};

enum { UART_FIFO_BYTES = 16 };

/// The transmitter takes UART_FIFO_BYTES at once whenever it is empty.
static inline void uart_enable_fifo(const struct uart* uart) {
  register_write8(uart->base, KASANE_UART_INTERRUPT_IDENTITY, 1);
}

static inline bool uart_empty(const struct uart* uart) {
  return (register_read8(uart->base, KASANE_UART_LINE_STATUS) & KASANE_UART_LSR_THR_EMPTY) != 0;
}

/// Precondition: the transmitter was empty, and at most UART_FIFO_BYTES have been written since.
static inline void uart_write(const struct uart* uart, char c) {
  register_write8(uart->base, KASANE_UART_DATA, (uint8_t)c);
}

/// Interrupts whenever the transmitter is empty, from now on or no more.
static inline void uart_interrupt_when_empty(const struct uart* uart, bool on) {
  register_write8(uart->base, KASANE_UART_INTERRUPT_ENABLE, on ? KASANE_UART_IER_THR_EMPTY : 0);
}

/// Reading the cause takes an interrupt back.
static inline void uart_acknowledge(const struct uart* uart) {
  register_read8(uart->base, KASANE_UART_INTERRUPT_IDENTITY);
}

/// Waits until the transmitter is empty.
static inline void uart_put(const struct uart* uart, char c) {
  while (!uart_empty(uart)) {
  }
  uart_write(uart, c);
}

/// Waits until the last character has left the shift register.
static inline void uart_flush(const struct uart* uart) {
  while ((register_read8(uart->base, KASANE_UART_LINE_STATUS) & KASANE_UART_LSR_IDLE) == 0) {
  }
}

#endif
