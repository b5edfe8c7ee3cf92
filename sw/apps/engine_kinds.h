/// The engines that a chip may have: how each is found, what it reaches, and what a package must agree with.
#ifndef KASANE_APPS_ENGINE_KINDS_H
#define KASANE_APPS_ENGINE_KINDS_H

#include "kasane/package.h"
#include "sw/drivers/engine.h"
#include "sw/firmware/console.h"

struct engine_kind {
  uint32_t step;    ///< KASANE_STEP_* that it carries out
  uint32_t device;  ///< KASANE_DEVICE_*
  const char* name;
  bool (*probe)(struct engine* engine, uintptr_t base);
  uint32_t spaces;   ///< bit per KASANE_SPACE_* that it reaches by its own ports; DMA's are those of its step
  uint32_t helpers;  ///< bit per step kind whose engine it drives by itself

  // Packages are made for one size of these engines: both give the same number. NULL: any package will do.
  const char* measure;                                              ///< what the number is
  uint32_t (*wanted)(const struct kasane_package_header* package);  ///< 0: the package does without
  uint32_t (*here)(const struct engine* engine);

  void (*print_size)(const struct engine* engine, const struct console* console);   ///< NULL: nothing to say
  void (*print_count)(const struct engine* engine, const struct console* console);  ///< what it did; or NULL
};

enum { ENGINE_KINDS = 6 };
extern const struct engine_kind engine_kinds[ENGINE_KINDS];

/// Whether the package, which passed package_check, can run with the powered engine, or without one: NULL.
/// Tells the console why not.
bool engine_kind_accepts(const struct engine_kind* kind, const struct engine* engine,
                         const struct kasane_package_header* package, const struct console* console);

#endif
