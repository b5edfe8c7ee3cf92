/// What a trap needs at any moment: the interrupt handlers, a console for last words, and the way out.
#ifndef KASANE_FIRMWARE_SYSTEM_H
#define KASANE_FIRMWARE_SYSTEM_H

#include <stdbool.h>
#include <stdint.h>

#include "sw/drivers/plic.h"
#include "sw/firmware/console.h"

enum {
  SYSTEM_MAX_SOURCES = 64,
  SYSTEM_EXIT_EXCEPTION = 100,  ///< + mcause's code
  SYSTEM_EXIT_INTERRUPT = 150,  ///< + mcause's code: an interrupt that nobody handles
};

typedef void (*interrupt_handler)(void* context);

/// How the machine ends; does not return.
struct system_end {
  void (*exit)(void* context, uint32_t code);
  void* context;
};

/// Before the first interrupt. The objects stay the caller's and must live on.
void system_start(const struct console* console, const struct system_end* end);

/// External interrupts come from this controller; enables them.
void system_use_plic(const struct plic* plic);

/// The handler runs with interrupts off, whenever the source is claimed. Source: 1 ... SYSTEM_MAX_SOURCES
/// - 1.
void system_attach(uint32_t source, interrupt_handler handler, void* context);

/// The timer's handler must silence the alarm or move it on.
void system_attach_timer(interrupt_handler handler, void* context);

/// Sleeps until an interrupt's handler has set the flag.
void system_wait(const volatile bool* flag);

/// Ends the run. Also where firmware_main's result goes.
_Noreturn void system_exit(uint32_t code);

/// The application; its result is the exit code. boot_info is what the boot ROM passed in a1.
uint32_t firmware_main(const void* boot_info);

#endif
