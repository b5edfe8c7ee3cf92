#include "sw/firmware/system.h"

#include <stddef.h>

#include "sw/firmware/csr.h"

struct attachment {
  interrupt_handler handler;
  void* context;
};

// A trap has no arguments: what it needs must lie at a known place.
static struct {
  const struct console* console;
  const struct system_end* end;
  const struct plic* plic;
  struct attachment timer;
  struct attachment sources[SYSTEM_MAX_SOURCES];
  bool dying;
} state;

enum { INTERRUPT_TIMER = 7, INTERRUPT_EXTERNAL = 11 };

static const char* const exception_names[] = {
    "instruction address misaligned",
    "instruction access fault",
    "illegal instruction",
    "breakpoint",
    "load address misaligned",
    "load access fault",
    "store address misaligned",
    "store access fault",
    "environment call",
};

_Noreturn void system_exit(uint32_t code) {
  interrupts_disable();
  if (state.end != NULL) state.end->exit(state.end->context, code);
  CSR_WRITE(mie, 0);
  for (;;) wait_for_interrupt();
}

void system_start(const struct console* console, const struct system_end* end) {
  state.console = console;
  state.end = end;
}

void system_use_plic(const struct plic* plic) {
  state.plic = plic;
  plic_open(plic);
  CSR_SET(mie, MIE_EXTERNAL);
  interrupts_enable();
}

void system_wait(const volatile bool* flag) {
  interrupts_disable();
  while (!*flag) {
    wait_for_interrupt();
    interrupts_enable();  // the pending interrupt is taken here
    interrupts_disable();
  }
  interrupts_enable();
}

void system_attach(uint32_t source, interrupt_handler handler, void* context) {
  if (source == 0 || source >= SYSTEM_MAX_SOURCES) return;
  state.sources[source] = (struct attachment){handler, context};
  plic_enable(state.plic, source);
}

void system_attach_timer(interrupt_handler handler, void* context) {
  state.timer = (struct attachment){handler, context};
  CSR_SET(mie, MIE_TIMER);
}

static _Noreturn void die(uint64_t code, bool interrupt, uint64_t pc, uint64_t value) {
  // A second fault while reporting the first one must not start over.
  if (!state.dying && state.console != NULL) {
    state.dying = true;
    const char* name = interrupt                                                   ? "unhandled interrupt"
                       : code < sizeof exception_names / sizeof exception_names[0] ? exception_names[code]
                                                                                   : "exception";
    console_print(state.console, "trap: %s: mcause %s%lu, mepc 0x%lx, mtval 0x%lx\n", name,
                  interrupt ? "interrupt " : "", code, pc, value);
  }
  system_exit((uint32_t)code + (interrupt ? SYSTEM_EXIT_INTERRUPT : SYSTEM_EXIT_EXCEPTION));
}

static bool serve_external(void) {
  if (state.plic == NULL) return false;
  for (uint32_t source = plic_claim(state.plic); source != 0; source = plic_claim(state.plic)) {
    if (source >= SYSTEM_MAX_SOURCES || state.sources[source].handler == NULL) return false;
    state.sources[source].handler(state.sources[source].context);
    plic_complete(state.plic, source);
  }
  return true;
}

/// Called by trap_entry.
void trap_handle(uint64_t cause, uint64_t pc, uint64_t value);
void trap_handle(uint64_t cause, uint64_t pc, uint64_t value) {
  const bool interrupt = cause >> 63 != 0;
  const uint64_t code = cause << 1 >> 1;
  if (interrupt && code == INTERRUPT_EXTERNAL && serve_external()) return;
  if (interrupt && code == INTERRUPT_TIMER && state.timer.handler != NULL) {
    state.timer.handler(state.timer.context);
    return;
  }
  die(code, interrupt, pc, value);
}
