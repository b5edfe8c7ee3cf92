/// Carries out every step on the CPU alone.
#ifndef KASANE_RUNTIME_SOFTWARE_EXECUTOR_H
#define KASANE_RUNTIME_SOFTWARE_EXECUTOR_H

#include "sw/runtime/network.h"

/// The network was loaded with FMM and WM in ordinary memory; it must live on.
struct executor executor_of_software(struct network* network);

#endif
