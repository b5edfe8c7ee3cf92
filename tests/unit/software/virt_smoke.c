/// Start-up, console, interrupts and traps on QEMU's virt machine. Ends with an illegal instruction while the
/// stack pointer points nowhere: the trap must be reported all the same, with exit code 100 + 2.
#include <stdbool.h>

#include "sw/drivers/clint.h"
#include "sw/firmware/csr.h"
#include "sw/firmware/serial_output.h"
#include "sw/firmware/system.h"

enum { VIRT_UART = 0x10000000, VIRT_UART_SOURCE = 10, VIRT_PLIC = 0x0C000000, VIRT_CLINT = 0x02000000 };
enum { VIRT_FINISHER = 0x100000, FINISHER_FAIL = 0x3333, FINISHER_PASS = 0x5555 };

static struct serial_output serial;
static const struct plic plic = {VIRT_PLIC, 0};
static const struct clint clint = {VIRT_CLINT, 0};

static uint64_t initialised = 0x1122334455667788;
static uint64_t cleared[3];
static volatile bool timer_interrupted;

static void put(void* context, char c) {
  (void)context;
  serial_put(&serial, c);
}

static void finish(void* context, uint32_t code) {
  (void)context;
  serial_flush(&serial);
  register_write32(VIRT_FINISHER, 0, code == 0 ? FINISHER_PASS : FINISHER_FAIL | code << 16);
}

static const struct console console = {put, 0};
static const struct system_end end = {finish, 0};

static void on_timer(void* context) {
  (void)context;
  clint_set_alarm(&clint, UINT64_MAX);
  timer_interrupted = true;
}

uint32_t firmware_main(const void* boot_info) {
  (void)boot_info;
  serial_open(&serial, VIRT_UART);
  system_start(&console, &end);
  if (initialised != 0x1122334455667788 || cleared[0] != 0 || cleared[2] != 0) return 1;
  console_print(&console, "smoke [%d] [%5u] [%-4d] [%04x] [%lx] [%-6s] [%.2s] [%c] 100%%\n", -42, 7u, 5,
                0xabu, initialised, "abc", "xyz", 'q');

  system_use_plic(&plic);
  system_attach(VIRT_UART_SOURCE, serial_interrupt, &serial);
  serial_use_interrupts(&serial);
  for (unsigned n = 0; n < 100; ++n) console_print(&console, "%4u more than the ring holds\n", n);
  console_print(&console, "external interrupt taken\n");

  clint_set_alarm(&clint, clint_time(&clint) + 10000);
  system_attach_timer(on_timer, 0);
  system_wait(&timer_interrupted);
  console_print(&console, "timer interrupt taken\n");

  __asm__ volatile("li sp, 8\n.globl smoke_illegal\nsmoke_illegal: .4byte 0");
  return 2;
}
