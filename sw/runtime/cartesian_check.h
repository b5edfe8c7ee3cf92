/// The part of command_check.h for the Cartesian-product array.
#ifndef KASANE_RUNTIME_CARTESIAN_CHECK_H
#define KASANE_RUNTIME_CARTESIAN_CHECK_H

#include "sw/runtime/command_check.h"

/// NULL if the record is good, else what is wrong with it. Bitmaps and weights are in WM only while the
/// network runs; that they agree with each other is the array's to check.
const char* check_cartesian(const struct kasane_cartesian_convolution* c, const struct space_limits* limits);

#endif
