#include "sw/drivers/engine.h"

#include <stddef.h>

#include "sw/drivers/registers.h"

enum { ALL_INTERRUPTS = KASANE_INTERRUPT_DONE | KASANE_INTERRUPT_ERROR };

bool engine_probe(struct engine* engine, uintptr_t base, uint32_t id) {
  *engine = (struct engine){.base = base};
  if (register_read32(base, KASANE_ENGINE_ID) != id) return false;
  if (register_read32(base, KASANE_ENGINE_VERSION) >> 16 != KASANE_ENGINE_VERSION_1_0 >> 16) return false;
  register_write32(base, KASANE_ENGINE_CONTROL, KASANE_CONTROL_RESET);
  return true;
}

void engine_start(struct engine* engine, uint64_t commands, uint32_t count) {
  const uintptr_t base = engine->base;
  engine->finished = false;
  engine->error = KASANE_ERROR_NONE;
  register_write32(base, KASANE_ENGINE_INTERRUPT, ALL_INTERRUPTS);
  register_write32(base, KASANE_ENGINE_CONTROL, KASANE_CONTROL_INTERRUPT_ENABLE);
  register_write32(base, KASANE_ENGINE_COMMAND_LOW, (uint32_t)commands);
  register_write32(base, KASANE_ENGINE_COMMAND_HIGH, (uint32_t)(commands >> 32));
  register_write32(base, KASANE_ENGINE_COMMAND_COUNT, count);
  register_fence();
  register_write32(base, KASANE_ENGINE_DOORBELL, 1);
}

void engine_interrupt(void* context) {
  struct engine* engine = context;
  const uint32_t causes = register_read32(engine->base, KASANE_ENGINE_INTERRUPT);
  register_write32(engine->base, KASANE_ENGINE_INTERRUPT, causes);
  if ((causes & KASANE_INTERRUPT_ERROR) != 0) {
    engine->error = register_read32(engine->base, KASANE_ENGINE_ERROR);
  }
  register_fence();
  if ((causes & ALL_INTERRUPTS) == 0) return;
  engine->finished = true;
  if (engine->on_end != NULL) engine->on_end(engine->on_end_context);
}

const char* engine_error_name(uint32_t error) {
  switch (error) {
    case KASANE_ERROR_NONE:
      return "none";
    case KASANE_ERROR_BUSY:
      return "doorbell while busy";
    case KASANE_ERROR_CLOCK_GATED:
      return "doorbell while clock-gated";
    case KASANE_ERROR_FETCH:
      return "commands unreadable";
    case KASANE_ERROR_OPCODE:
      return "unknown opcode";
    case KASANE_ERROR_PARAMETER:
      return "impossible parameter";
    case KASANE_ERROR_ADDRESS:
      return "data address out of range";
    case KASANE_ERROR_COUNT:
      return "empty command list";
    case KASANE_ERROR_MASK:
      return "truncated or corrupt mask";
    default:
      return "unknown error";
  }
}
