/// The labelled images of the run through a network, whoever executes it: what both applications have in
/// common.
#ifndef KASANE_APPS_CLASSIFICATION_H
#define KASANE_APPS_CLASSIFICATION_H

#include "sw/apps/chip.h"
#include "sw/runtime/engine_executor.h"
#include "sw/runtime/exit_decision.h"
#include "sw/runtime/network.h"

struct classification {
  struct chip* chip;
  struct network network;
  struct engine_executor* engines;  ///< NULL: everything in software
  const struct kasane_dataset* dataset;
};

/// Opens the chip, prints the banner, checks package and data set. Result: exit code.
uint32_t classification_open(struct classification* run, struct chip* chip, const void* boot_info,
                             const char* executor_name);

/// The memories that engines bring along; NULL where there is none.
struct engine_memories {
  const struct kasane_device* fmm;    ///< NULL: ordinary memory takes its place
  const struct kasane_device* wm;     ///< likewise
  const struct kasane_device* sums;   ///< only with Kernel Comp Units
  const struct kasane_device* table;  ///< only with Kernel Comp Units
};

/// Finds memory for the network.
uint32_t classification_load(struct classification* run, const struct engine_memories* memories);

/// How the run decides at the network's exits.
struct exit_rules classification_exit_rules(const struct classification* run);

/// Set-up steps, then every image. Result: exit code. A program links one of three: image_loop.c takes one
/// image after the other, overlapped_image_loop.c begins the next one before the last is done where engines
/// and CPU can work side by side, periodic_image_loop.c takes one a period.
uint32_t classification_run(struct classification* run, const struct executor* executor);

#endif
