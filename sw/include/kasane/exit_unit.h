/// The exit unit: a small engine beside the Neural Comp Unit that computes the entropy of softmax of a vector
/// of logits in Feature Map Memory (FMM), so that software need not.
#ifndef KASANE_EXIT_UNIT_H
#define KASANE_EXIT_UNIT_H

#include "kasane/engine.h"
#include "kasane/softmax.h"

enum { KASANE_EXIT_UNIT_DECIDE = 0x0601 };

/// Beside those of kasane/engine.h. Of the last command; 0 after a reset.
enum {
  KASANE_EXIT_UNIT_ENTROPY = 0x40,  ///< RO: nats x 2^24
  KASANE_EXIT_UNIT_CLASS = 0x44,    ///< RO: index of the first largest logit
};

/// kasane_exit_decide of `count` dense logits. Error: PARAMETER for no or more than 65536 of them, ADDRESS.
struct kasane_exit_decide_command {
  struct kasane_command_header header;
  uint32_t input_address;  ///< FMM
  uint32_t count;
  uint32_t step_q24;  ///< of the logits
  uint8_t reserved[108];
};
KASANE_SIZE(struct kasane_exit_decide_command, KASANE_COMMAND_BYTES);

#endif
