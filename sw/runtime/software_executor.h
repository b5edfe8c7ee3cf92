/// Carries out steps on the CPU alone.
#ifndef KASANE_RUNTIME_SOFTWARE_EXECUTOR_H
#define KASANE_RUNTIME_SOFTWARE_EXECUTOR_H

#include "sw/runtime/network.h"

/// One step; FMM and WM, where it works on them, lie in ordinary memory. KASANE_ERROR_*; OPCODE for Kernel
/// Comp Units, for which there is no software.
uint32_t software_run(const struct network* network, const struct network_step* step);

/// For every step. The network was loaded with FMM and WM in ordinary memory; it must live on.
struct executor executor_of_software(struct network* network);

#endif
