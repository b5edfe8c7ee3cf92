/// The driver core that all engines share (kasane/engine.h): start a command list, hear of its end.
#ifndef KASANE_DRIVERS_ENGINE_H
#define KASANE_DRIVERS_ENGINE_H

#include <stdbool.h>
#include <stdint.h>

#include "kasane/engine.h"

struct engine {
  uintptr_t base;
  volatile bool finished;         ///< set by the interrupt service routine
  volatile uint32_t error;        ///< KASANE_ERROR_* of the last list
  void (*on_end)(void* context);  ///< called by the interrupt service routine; NULL: nobody
  void* on_end_context;
};

/// Checks that the engine at base is the one expected (KASANE_ENGINE_ID_*) and speaks version 1; resets it.
bool engine_probe(struct engine* engine, uintptr_t base, uint32_t id);

/// Starts a list of command records at a bus address. The engine must be idle and clocked. Writes every
/// register it depends on, so it also works right after the engine lost its registers to power gating.
void engine_start(struct engine* engine, uint64_t commands, uint32_t count);

/// Interrupt service routine; context is the struct engine.
void engine_interrupt(void* context);

/// Name of a KASANE_ERROR_* value.
const char* engine_error_name(uint32_t error);

#endif
