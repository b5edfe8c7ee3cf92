/* Says the result on the console, a 16550, and ends the run: by the run monitor where the boot ROM has told
   of one, or by the device with which QEMU's machine "virt" ends. */
#include "kasane/boot_info.h"
#include "kasane/run_monitor.h"
#include "kasane/uart.h"

#define UART 0x10000000ul
#define VIRT_FINISHER 0x100000ul
#define VIRT_PASS 0x5555u

static void put(char character) {
  volatile uint8_t* const uart = (volatile uint8_t*)UART;
  while ((uart[KASANE_UART_LINE_STATUS] & KASANE_UART_LSR_THR_EMPTY) == 0) {
  }
  uart[KASANE_UART_DATA] = (uint8_t)character;
}

static void put_hex(const char* name, uint32_t value) {
  while (*name != 0) put(*name++);
  for (int shift = 28; shift >= 0; shift -= 4) put("0123456789abcdef"[value >> shift & 15]);
  put('\n');
}

static void wait_until_sent(void) {
  while ((*(volatile uint8_t*)(UART + KASANE_UART_LINE_STATUS) & KASANE_UART_LSR_IDLE) == 0) {
  }
}

static void finish(const struct kasane_boot_info* info) {
  if (info->magic != KASANE_BOOT_INFO_MAGIC) {
    *(volatile uint32_t*)VIRT_FINISHER = VIRT_PASS;
    return;
  }
  const struct kasane_device* device = (const struct kasane_device*)(info + 1);
  for (uint32_t i = 0; i < info->device_count; ++i, ++device) {
    if (device->kind == KASANE_DEVICE_RUN_MONITOR)
      *(volatile uint32_t*)(device->base + KASANE_MONITOR_EXIT) = 0;
  }
}

void report(const struct kasane_boot_info* info, uint32_t checksum, uint32_t timer_interrupts) {
  put_hex("checksum ", checksum);
  put_hex("timer interrupts ", timer_interrupts);
  wait_until_sent();
  finish(info);
}
