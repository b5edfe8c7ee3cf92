/// Carries out steps of engines while the CPU does something else: the interrupt that ends a step starts the
/// next one.
#ifndef KASANE_RUNTIME_SEGMENT_RUNNER_H
#define KASANE_RUNTIME_SEGMENT_RUNNER_H

#include "sw/runtime/engine_executor.h"

/// Steps [begin, end) of a network, each one an engine's.
struct step_span {
  uint32_t begin;
  uint32_t end;
};

/// From start to `done` the runner belongs to the interrupt service routine, and so do all engines, their
/// power domains and the power manager: nobody else may start an engine or use a domain meanwhile.
struct segment_runner {
  struct engine_executor* engines;
  /// Called by the interrupt service routine once a span is done, with its domains still in use: true to go
  /// on with another one. NULL: there is one span only.
  bool (*next)(void* context, struct step_span* span);
  void* context;

  volatile bool done;       ///< all spans are, or one has failed
  volatile uint32_t error;  ///< of the failing step: KASANE_ERROR_* or ENGINE_EXECUTOR_ERROR_*
  volatile uint32_t step;   ///< at present, or the failing one
  uint32_t end;             ///< of the present span
  uint32_t held;            ///< bit per power domain in use: all that the span needs
};

/// Begins with a span of at least one step and comes back at once. Not while another one is under way.
void segment_runner_start(struct segment_runner* runner, struct step_span span);

/// Sleeps until the runner is done. KASANE_ERROR_NONE and any step, or where it failed.
struct network_result segment_runner_wait(const struct segment_runner* runner);

#endif
