/// Whether a command record asks only for what is possible: what the engines check in hardware, checked
/// before anything runs, so that a bad package is refused as a whole.
#ifndef KASANE_RUNTIME_COMMAND_CHECK_H
#define KASANE_RUNTIME_COMMAND_CHECK_H

#include "kasane/package.h"

enum { SPACE_COUNT = KASANE_SPACE_CPU_WEIGHTS + 1 };

/// bytes[space] is how much of a space the package may touch; 0 for KASANE_SPACE_ABSOLUTE.
struct space_limits {
  uint64_t bytes[SPACE_COUNT];
  // Of the engines that the package is made for; 0 if it uses none.
  uint32_t array_columns;      ///< of the Cartesian-product array
  uint32_t hiddenite_outputs;  ///< output lanes of the hidden-network engine
};

/// The record is one of a step of this kind. NULL if it is good, else what is wrong with it.
const char* command_check(uint16_t step_kind, const void* record, const struct space_limits* limits);

#endif
