#include "sw/runtime/engine_executor.h"

#include "kasane/boot_info.h"

static uint32_t bit(uint32_t domain) {
  return domain < POWER_MAX_DOMAINS ? 1u << domain : 0;
}

/// Exactly these domains are in use from now on: what the next step shares with the last one keeps running.
static bool hold(struct engine_executor* self, uint32_t domains) {
  for (uint32_t d = 0; d < POWER_MAX_DOMAINS; ++d) {
    if ((domains & ~self->held & bit(d)) == 0) continue;
    if (!power_use(self->power, d)) return false;
    self->held |= bit(d);
  }
  for (uint32_t d = 0; d < POWER_MAX_DOMAINS; ++d) {
    if ((self->held & ~domains & bit(d)) == 0) continue;
    power_release(self->power, d);
    self->held &= ~bit(d);
  }
  return true;
}

static uint32_t domains_of(const struct engine_executor* self, const struct network_step* step) {
  const struct engine_slot* slot = &self->slots[step->kind];
  const uint32_t spaces = step->spaces | slot->spaces;
  uint32_t domains = bit(slot->domain);
  for (uint32_t kind = 0; kind < ENGINE_EXECUTOR_KINDS; ++kind) {
    if ((slot->helpers >> kind & 1) != 0) domains |= bit(self->slots[kind].domain);
  }
  for (uint32_t s = 0; s < SPACE_COUNT; ++s) {
    if ((spaces >> s & 1) != 0) domains |= bit(self->space_domain[s]);
  }
  return domains;
}

static uint32_t run(void* context, const struct network_step* step) {
  struct engine_executor* self = context;
  if (!hold(self, domains_of(self, step))) return ENGINE_EXECUTOR_ERROR_POWER;
  if (step->kind == KASANE_STEP_CPU) {
    network_run_cpu_step(self->network, step);
    return KASANE_ERROR_NONE;
  }
  struct engine* engine = self->slots[step->kind].engine;
  if (engine == NULL) return ENGINE_EXECUTOR_ERROR_MISSING;
  engine_start(engine, (uintptr_t)step->commands, step->count);
  self->wait(&engine->finished);
  return engine->error;
}

static void rest(void* context) {
  struct engine_executor* self = context;
  hold(self, 0);
  if (!self->policy.engines_off_between_images) return;
  for (uint32_t kind = 0; kind < ENGINE_EXECUTOR_KINDS; ++kind) {
    if (self->slots[kind].engine != NULL) power_switch_off(self->power, self->slots[kind].domain);
  }
}

struct executor executor_of_engines(struct engine_executor* executor) {
  return (struct executor){run, rest, executor};
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
