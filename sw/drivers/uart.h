/// 16550 UART, output only, polled.
#ifndef KASANE_DRIVERS_UART_H
#define KASANE_DRIVERS_UART_H

#include "kasane/uart.h"
#include "sw/drivers/registers.h"

struct uart {
  uintptr_t base;
};

static inline void uart_put(const struct uart* uart, char c) {
  while ((register_read8(uart->base, KASANE_UART_LINE_STATUS) & KASANE_UART_LSR_THR_EMPTY) == 0) {
  }
  register_write8(uart->base, KASANE_UART_DATA, (uint8_t)c);
}

/// Waits until the last character has left the shift register.
static inline void uart_flush(const struct uart* uart) {
  while ((register_read8(uart->base, KASANE_UART_LINE_STATUS) & KASANE_UART_LSR_IDLE) == 0) {
  }
}

#endif
