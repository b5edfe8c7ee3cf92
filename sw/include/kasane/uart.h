/// Registers of the UART: the subset of a 16550 that consoles use. Byte-wide, one byte apart.
#ifndef KASANE_UART_H
#define KASANE_UART_H

#include "kasane/base.h"

enum {
  KASANE_UART_DATA = 0,                ///< RBR on read, THR on write; divisor low while DLAB is set
  KASANE_UART_INTERRUPT_ENABLE = 1,    ///< IER; divisor high while DLAB is set
  KASANE_UART_INTERRUPT_IDENTITY = 2,  ///< IIR on read, FCR on write
  KASANE_UART_LINE_CONTROL = 3,        ///< LCR
  KASANE_UART_MODEM_CONTROL = 4,       ///< MCR
  KASANE_UART_LINE_STATUS = 5,         ///< LSR
  KASANE_UART_MODEM_STATUS = 6,        ///< MSR
  KASANE_UART_SCRATCH = 7,             ///< SCR
  KASANE_UART_REGISTER_BYTES = 0x100
};

enum {
  KASANE_UART_LSR_DATA_READY = 1u << 0,
  KASANE_UART_LSR_THR_EMPTY = 1u << 5,
  KASANE_UART_LSR_IDLE = 1u << 6,
  KASANE_UART_LCR_DLAB = 1u << 7,
  KASANE_UART_IER_DATA_READY = 1u << 0,
  KASANE_UART_IER_THR_EMPTY = 1u << 1,
};

#endif
