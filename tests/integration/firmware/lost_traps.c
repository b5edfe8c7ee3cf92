/// Jumps to nowhere while the trap vector, too, points nowhere: traps on trapping, forever.
#include "sw/firmware/csr.h"
#include "sw/firmware/system.h"

uint32_t firmware_main(const void* boot_info) {
  (void)boot_info;
  CSR_WRITE(mtvec, 0x50000);
  ((void (*)(void))0x60000)();
  return 0;
}
