/// Carries out steps on the engines: clocks what a step needs, starts the list, sleeps until its interrupt.
/// What a package leaves to the CPU, software does.
#ifndef KASANE_RUNTIME_ENGINE_EXECUTOR_H
#define KASANE_RUNTIME_ENGINE_EXECUTOR_H

#include "sw/drivers/engine.h"
#include "sw/drivers/power_manager.h"
#include "sw/runtime/network.h"
#include "sw/runtime/power_policy.h"

/// Step kinds are indices; a new engine is a new kind, attached by the application.
enum { ENGINE_EXECUTOR_KINDS = KASANE_STEP_EXIT_UNIT + 1 };

/// One kind of step and what carries it out.
struct engine_slot {
  struct engine* engine;  ///< NULL: the chip has none
  uint32_t domain;        ///< its power domain, or KASANE_NO_DOMAIN
  uint32_t spaces;        ///< bit per KASANE_SPACE_* that it reaches by its own ports
  uint32_t helpers;       ///< bit per step kind whose engine it drives by itself
};

struct engine_executor {
  const struct network* network;
  struct power_manager* power;
  struct power_policy policy;
  struct engine_slot slots[ENGINE_EXECUTOR_KINDS];
  uint32_t space_domain[SPACE_COUNT];       ///< power domain of each space's memory, or KASANE_NO_DOMAIN
  void (*wait)(const volatile bool* flag);  ///< sleeps until an interrupt has set the flag
  uint32_t held;                            ///< bit per domain in use at present
};

/// All fields are filled in; the object must live on.
struct executor executor_of_engines(struct engine_executor* executor);

/// Bit per power domain that must be clocked for a step.
uint32_t engine_executor_domains(const struct engine_executor* executor, const struct network_step* step);

/// The power domain refused to wake. Beside KASANE_ERROR_*.
enum { ENGINE_EXECUTOR_ERROR_POWER = 0x100, ENGINE_EXECUTOR_ERROR_MISSING = 0x101 };

/// Name of an error of engine or executor.
const char* engine_executor_error_name(uint32_t error);

#endif
