/// A network package made ready to run: memory found for its spaces, its commands in fast memory with bus
/// addresses.
#ifndef KASANE_RUNTIME_NETWORK_H
#define KASANE_RUNTIME_NETWORK_H

#include <stdbool.h>

#include "sw/drivers/run_monitor.h"
#include "sw/runtime/arena.h"
#include "sw/runtime/package.h"

struct network_step {
  uint16_t kind;    ///< KASANE_STEP_*
  uint16_t layer;   ///< index into the layer table, or KASANE_NO_LAYER
  uint32_t count;   ///< command records
  void* commands;   ///< DMA records are relocated; the others are as in the package
  uint32_t spaces;  ///< bit per KASANE_SPACE_* that DMA or CPU records touch
  uint32_t run_by;  ///< KASANE_RUN_BY_*
};

/// Where an input comes from and its outputs go to.
struct network_edges {
  uint64_t input;   ///< bus address of KASANE_SPACE_INPUT
  uint64_t output;  ///< bus address of KASANE_SPACE_OUTPUT
};

/// Two inputs may be under way at once.
enum { NETWORK_EDGES = 2 };

struct network {
  struct kasane_package_header header;
  const struct kasane_package_header* package;
  struct network_step* steps;
  uint64_t space[SPACE_COUNT];  ///< bus address of each space's first byte; of the edges the first ones
  struct network_edges edges[NETWORK_EDGES];
  struct kasane_exit exits[KASANE_MAX_EXITS];
};

/// Where the network may live. FMM and WM given as 0 are taken from the arenas: the engines' memories
/// replaced by ordinary memory, for execution in software.
struct network_places {
  struct arena fast;  ///< on-chip
  struct arena big;   ///< external
  uint64_t fmm;
  uint64_t wm;
  uint64_t sums;   ///< partial sum memory of the Kernel Comp Units, 0 if the chip has none
  uint64_t table;  ///< their correspondence table memory, likewise
  bool one_input;  ///< at a time: both edges are the same memory
};

/// The package must have passed package_check and stay in place. False if memory is short.
bool network_load(struct network* network, const struct kasane_package_header* package,
                  struct network_places* places);

/// Whether the CPU carries out the step whoever else there is.
static inline bool network_step_is_software(const struct network_step* step) {
  return step->kind == KASANE_STEP_CPU || step->run_by == KASANE_RUN_BY_CPU;
}

/// Who carries out steps. run gives KASANE_ERROR_*; rest follows the last step of an input. pause may come
/// between two steps, where the CPU has other work: what the steps needed need not run on.
struct executor {
  uint32_t (*run)(void* context, const struct network_step* step);
  void (*pause)(void* context);
  void (*rest)(void* context);
  void* context;
};

/// Where a series of steps stopped.
struct network_result {
  uint32_t error;  ///< KASANE_ERROR_*
  uint32_t step;   ///< the failing one
};

/// The steps that load the network into the memories, once.
struct network_result network_set_up(const struct network* network, const struct executor* executor,
                                     const struct run_monitor* monitor);

/// The steps of one input: from KASANE_SPACE_INPUT to KASANE_SPACE_OUTPUT.
struct network_result network_infer(const struct network* network, const struct executor* executor,
                                    const struct run_monitor* monitor);

/// Steps [begin, end) without the rest after them.
struct network_result network_run(const struct network* network, const struct executor* executor,
                                  const struct run_monitor* monitor, uint32_t begin, uint32_t end);

/// From now on the DMA copies of steps [begin, end) work on this edge, below NETWORK_EDGES; the first one
/// after loading. CPU steps work on the first one for good.
void network_use_edges(const struct network* network, uint32_t begin, uint32_t end, uint32_t edge);

static inline void* network_place(const struct network* network, uint32_t space, uint64_t offset) {
  return (void*)(uintptr_t)(network->space[space] + offset);
}

/// Name of a step's layer, or "(no layer)".
const char* network_layer_name(const struct network* network, uint32_t step);

/// Whether the network's last step leaves the class itself, four bytes, at the beginning of the output.
bool network_ends_with_argmax(const struct network* network);

/// Carries out a CPU step.
void network_run_cpu_step(const struct network* network, const struct network_step* step);

#endif
