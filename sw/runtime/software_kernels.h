/// The engines' commands executed by the CPU: bit for bit what kasane/neural_comp_unit.h, cartesian_array.h,
/// hiddenite.h and dma.h define.
/// The records must have passed command_check; constants read from WM are checked here. Each returns
/// KASANE_ERROR_*.
#ifndef KASANE_RUNTIME_SOFTWARE_KERNELS_H
#define KASANE_RUNTIME_SOFTWARE_KERNELS_H

#include "kasane/cartesian_array.h"
#include "kasane/dma.h"
#include "kasane/hiddenite.h"
#include "kasane/neural_comp_unit.h"

/// Feature maps and weights in ordinary memory; wm is 4-byte aligned.
struct software_memory {
  int8_t* fmm;
  const int8_t* wm;
};

uint32_t software_convolution(const struct software_memory* memory,
                              const struct kasane_ncu_convolution* command);
uint32_t software_fully_connected(const struct software_memory* memory,
                                  const struct kasane_ncu_convolution* command);
uint32_t software_max_pool(const struct software_memory* memory, const struct kasane_ncu_pool* command);
uint32_t software_average_pool(const struct software_memory* memory, const struct kasane_ncu_pool* command);
uint32_t software_elementwise(const struct software_memory* memory,
                              const struct kasane_ncu_elementwise* command);

/// Convolution and fully connected layer of the Cartesian-product array.
uint32_t software_cartesian(const struct software_memory* memory,
                            const struct kasane_cartesian_convolution* command);

/// Convolution and fully connected layer of the hidden-network engine.
uint32_t software_hiddenite(const struct software_memory* memory,
                            const struct kasane_hiddenite_convolution* command);

/// A relocated copy.
void software_copy(const struct kasane_dma_copy* copy);

/// Whether the constants are in the ranges that requantize.h names.
static inline int software_parameters_good(const struct kasane_channel_parameters* parameters) {
  return parameters->multiplier >= 0 && parameters->shift >= 1 && parameters->shift <= 62;
}

#endif
