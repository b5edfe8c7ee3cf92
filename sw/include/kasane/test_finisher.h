/// Register of the test finisher: software ends the run or asks for a reset. SiFive's "test" device, as
/// QEMU's virt machine has it.
#ifndef KASANE_TEST_FINISHER_H
#define KASANE_TEST_FINISHER_H

#include "kasane/base.h"

enum {
  KASANE_FINISHER_STATUS = 0,  ///< write only: bits 15:0 what happened, bits 31:16 the code of a failure
  KASANE_FINISHER_REGISTER_BYTES = 0x1000
};

enum {
  KASANE_FINISHER_FAIL = 0x3333,   ///< ends the run with the code
  KASANE_FINISHER_PASS = 0x5555,   ///< ends the run with code 0
  KASANE_FINISHER_RESET = 0x7777,  ///< asks for a reset
};

#endif
