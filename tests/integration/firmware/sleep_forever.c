/// Waits for an interrupt that nobody will ever raise.
#include "sw/firmware/csr.h"
#include "sw/firmware/system.h"

uint32_t firmware_main(const void* boot_info) {
  (void)boot_info;
  CSR_WRITE(mie, MIE_EXTERNAL);
  for (;;) wait_for_interrupt();
}
