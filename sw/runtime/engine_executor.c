#include "sw/runtime/engine_executor.h"

#include "kasane/boot_info.h"
#include "sw/runtime/software_executor.h"

static uint32_t domains_of_spaces(const struct engine_executor* self, uint32_t spaces) {
  uint32_t domains = 0;
  for (uint32_t s = 0; s < SPACE_COUNT; ++s) {
    if ((spaces >> s & 1) != 0) domains |= power_domain_bit(self->space_domain[s]);
  }
  return domains;
}

uint32_t engine_executor_domains(const struct engine_executor* self, const struct network_step* step) {
  if (step->run_by == KASANE_RUN_BY_CPU) return domains_of_spaces(self, step->spaces);
  const struct engine_slot* slot = &self->slots[step->kind];
  uint32_t domains = power_domain_bit(slot->domain);
  for (uint32_t kind = 0; kind < ENGINE_EXECUTOR_KINDS; ++kind) {
    if ((slot->helpers >> kind & 1) != 0) domains |= power_domain_bit(self->slots[kind].domain);
  }
  return domains | domains_of_spaces(self, step->spaces | slot->spaces);
}

static uint32_t run(void* context, const struct network_step* step) {
  struct engine_executor* self = context;
  if (!power_use_exactly(self->power, &self->held, engine_executor_domains(self, step))) {
    return ENGINE_EXECUTOR_ERROR_POWER;
  }
  if (network_step_is_software(step)) return software_run(self->network, step);
  struct engine* engine = self->slots[step->kind].engine;
  if (engine == NULL) return ENGINE_EXECUTOR_ERROR_MISSING;
  engine_start(engine, (uintptr_t)step->commands, step->count);
  self->wait(&engine->finished);
  return engine->error;
}

static void pause(void* context) {
  struct engine_executor* self = context;
  power_use_exactly(self->power, &self->held, 0);
}

static void rest(void* context) {
  struct engine_executor* self = context;
  pause(self);
  if (!self->policy.engines_off_between_images) return;
  for (uint32_t kind = 0; kind < ENGINE_EXECUTOR_KINDS; ++kind) {
    if (self->slots[kind].engine != NULL) power_switch_off(self->power, self->slots[kind].domain);
  }
}

struct executor executor_of_engines(struct engine_executor* executor) {
  return (struct executor){run, pause, rest, executor};
}

const char* engine_executor_error_name(uint32_t error) {
  switch (error) {
    case ENGINE_EXECUTOR_ERROR_POWER:
      return "power domain refused to wake";
    case ENGINE_EXECUTOR_ERROR_MISSING:
      return "the chip has no engine for this step";
    default:
      return engine_error_name(error);
  }
}
