/// Nonsense without limits: may overwrite its own code, end the run with any code, or never.
#include "sw/firmware/system.h"
#include "tests/integration/firmware/nonsense.h"

uint32_t firmware_main(const void* boot_info) {
  nonsense_run(boot_info, true);
  return 0;
}
