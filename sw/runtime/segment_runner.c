#include "sw/runtime/segment_runner.h"

#include "sw/drivers/registers.h"

static uint32_t domains_of(const struct segment_runner* runner, struct step_span span) {
  uint32_t domains = 0;
  for (uint32_t i = span.begin; i < span.end; ++i) {
    domains |= engine_executor_domains(runner->engines, &runner->engines->network->steps[i]);
  }
  return domains;
}

static void finish(struct segment_runner* runner, uint32_t error) {
  power_use_exactly(runner->engines->power, &runner->held, 0);
  runner->error = error;
  register_fence();  // whoever sees `done` sees the rest
  runner->done = true;
}

static void step_ended(void* context);

/// The interrupt may come before this returns: nothing is touched after the engine's start.
static void start_step(struct segment_runner* runner) {
  const struct network_step* step = &runner->engines->network->steps[runner->step];
  struct engine* engine = runner->engines->slots[step->kind].engine;
  if (engine == NULL) {
    finish(runner, ENGINE_EXECUTOR_ERROR_MISSING);
    return;
  }
  engine->on_end_context = runner;
  engine->on_end = step_ended;
  engine_start(engine, (uintptr_t)step->commands, step->count);
}

static void start_span(struct segment_runner* runner, struct step_span span) {
  runner->step = span.begin;
  runner->end = span.end;
  if (power_use_exactly(runner->engines->power, &runner->held, domains_of(runner, span))) {
    start_step(runner);
  } else {
    finish(runner, ENGINE_EXECUTOR_ERROR_POWER);
  }
}

/// In the interrupt service routine of the engine.
static void step_ended(void* context) {
  struct segment_runner* runner = context;
  const struct network_step* step = &runner->engines->network->steps[runner->step];
  struct engine* engine = runner->engines->slots[step->kind].engine;
  engine->on_end = NULL;
  if (engine->error != KASANE_ERROR_NONE) {
    finish(runner, engine->error);
    return;
  }
  const uint32_t next = runner->step + 1;
  struct step_span span;
  if (next < runner->end) {
    runner->step = next;
    start_step(runner);
  } else if (runner->next != NULL && runner->next(runner->context, &span)) {
    start_span(runner, span);
  } else {
    finish(runner, KASANE_ERROR_NONE);
  }
}

void segment_runner_start(struct segment_runner* runner, struct step_span span) {
  runner->done = false;
  runner->error = KASANE_ERROR_NONE;
  start_span(runner, span);
}

struct network_result segment_runner_wait(const struct segment_runner* runner) {
  if (!runner->done) runner->engines->wait(&runner->done);
  register_fence();
  return (struct network_result){runner->error, runner->step};
}
