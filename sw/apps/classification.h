/// The labelled images of the run through a network, whoever executes it: what both applications have in
/// common.
#ifndef KASANE_APPS_CLASSIFICATION_H
#define KASANE_APPS_CLASSIFICATION_H

#include "sw/apps/chip.h"
#include "sw/runtime/network.h"

struct classification {
  struct chip* chip;
  struct network network;
  const struct kasane_dataset* dataset;
};

/// Opens the chip, prints the banner, checks package and data set. Result: exit code.
uint32_t classification_open(struct classification* run, struct chip* chip, const void* boot_info,
                             const char* executor_name);

/// Finds memory for the network. fmm, wm: the engines' memories, or NULL for ordinary memory.
uint32_t classification_load(struct classification* run, const struct kasane_device* fmm,
                             const struct kasane_device* wm);

/// Set-up steps, then every image. Result: exit code.
uint32_t classification_run(struct classification* run, const struct executor* executor);

#endif
