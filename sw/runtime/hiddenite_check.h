/// The part of command_check.h for the hidden-network engine (Hiddenite).
#ifndef KASANE_RUNTIME_HIDDENITE_CHECK_H
#define KASANE_RUNTIME_HIDDENITE_CHECK_H

#include "sw/runtime/command_check.h"

/// NULL if the record is good, else what is wrong with it. Masks are in WM only while the network runs; that
/// they cover their tiles is the engine's to check.
const char* check_hiddenite(const struct kasane_hiddenite_convolution* c, const struct space_limits* limits);

#endif
