/// Firmware that does everything wrong: random accesses to every device, broken command lists, power cut
/// under busy engines, jumps to where no memory is. The simulator must survive it, as a chip survives its
/// software.
#ifndef KASANE_TESTS_NONSENSE_H
#define KASANE_TESTS_NONSENSE_H

#include <stdbool.h>
#include <stdint.h>

enum { NONSENSE_ACTIONS = 20000 };

/// What happened, by trap. The tame program reports it as the output of one image, in this order.
struct nonsense_counts {
  uint32_t load_faults;
  uint32_t store_faults;
  uint32_t fetch_faults;
  uint32_t misaligned;
  uint32_t other_exceptions;
  uint32_t interrupts;
  uint32_t sleeps;
};

/// Performs NONSENSE_ACTIONS random actions; the seed is the number of images that the run asks for. Tame
/// nonsense spares what the program itself needs: its RAM and the register that ends the run.
void nonsense_run(const void* boot_info, bool wild);

/// All counts so far.
struct nonsense_counts nonsense_counts(void);

#endif
