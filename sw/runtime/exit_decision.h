/// What happens at the exits of a network: the entropy of the logits, the threshold, and what is known of an
/// image that has come so far.
#ifndef KASANE_RUNTIME_EXIT_DECISION_H
#define KASANE_RUNTIME_EXIT_DECISION_H

#include "sw/drivers/engine.h"
#include "sw/runtime/network.h"

/// How exits are decided.
struct exit_rules {
  const struct network* network;
  const uint32_t* thresholds_q24;  ///< of every exit but the last: nats x 2^24
  const struct engine* unit;       ///< the exit unit; NULL: software decides
};

/// What the exits that an image has reached said.
struct exit_record {
  uint32_t exit;       ///< the one reached last: that by which the image leaves, once it has left
  uint32_t predicted;  ///< class that it names
  uint32_t entropies;  ///< how many are known: of the first exits
  uint32_t entropy_q24[KASANE_MAX_EXITS];  ///< nats x 2^24
};

/// The steps of `exit` and of those before are done, and its output lies on this edge; the exit unit, where
/// the exit uses it, still has its registers. Whether the image leaves here: its entropy is below the
/// threshold, or there is no further exit. The last exit's entropy is known only if the unit tells it.
bool exit_decide(const struct exit_rules* rules, uint32_t exit, uint32_t edge, struct exit_record* record);

/// The output of an exit on an edge.
static inline const int8_t* exit_output(const struct network* network, uint32_t exit, uint32_t edge) {
  return (const int8_t*)(uintptr_t)(network->edges[edge].output + network->exits[exit].output_offset);
}

#endif
