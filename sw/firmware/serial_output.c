#include "sw/firmware/serial_output.h"

#include "sw/firmware/csr.h"
#include "sw/firmware/system.h"

_Static_assert((SERIAL_RING_BYTES & (SERIAL_RING_BYTES - 1)) == 0, "the counters wrap with the ring");

static char take(struct serial_output* serial) {
  return serial->ring[serial->sent++ % SERIAL_RING_BYTES];
}

static bool full(const struct serial_output* serial) {
  return serial->written - serial->sent == SERIAL_RING_BYTES;
}

void serial_open(struct serial_output* serial, uintptr_t base) {
  *serial = (struct serial_output){.uart = {base}};
  uart_enable_fifo(&serial->uart);
}

void serial_use_interrupts(struct serial_output* serial) {
  serial->interrupts = true;
}

/// With interrupts off: sends the ring by polling.
static void drain(struct serial_output* serial) {
  while (serial->sent != serial->written) uart_put(&serial->uart, take(serial));
}

void serial_put(struct serial_output* serial, char c) {
  if (!serial->interrupts || !interrupts_are_on()) {
    drain(serial);
    uart_put(&serial->uart, c);
    return;
  }
  interrupts_disable();
  while (full(serial)) {
    serial->room = false;
    system_wait(&serial->room);  // returns with interrupts on
    interrupts_disable();
  }
  const bool idle = serial->sent == serial->written;
  serial->ring[serial->written++ % SERIAL_RING_BYTES] = c;
  if (idle) uart_interrupt_when_empty(&serial->uart, true);
  interrupts_enable();
}

void serial_interrupt(void* context) {
  struct serial_output* serial = context;
  uart_acknowledge(&serial->uart);
  if (uart_empty(&serial->uart)) {
    for (uint32_t n = 0; n < UART_FIFO_BYTES && serial->sent != serial->written; ++n) {
      uart_write(&serial->uart, take(serial));
    }
  }
  if (serial->sent == serial->written) uart_interrupt_when_empty(&serial->uart, false);
  serial->room = true;
}

void serial_flush(struct serial_output* serial) {
  const bool on = interrupts_are_on();
  interrupts_disable();
  uart_interrupt_when_empty(&serial->uart, false);
  drain(serial);
  uart_flush(&serial->uart);
  if (on) interrupts_enable();
}
