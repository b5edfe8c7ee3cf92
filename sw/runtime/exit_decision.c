#include "sw/runtime/exit_decision.h"

#include "sw/drivers/exit_unit.h"
#include "sw/runtime/vector.h"

static struct kasane_exit_decision decision_of(const struct exit_rules* rules, uint32_t exit, uint32_t edge) {
  const struct kasane_exit* at = &rules->network->exits[exit];
  if (at->uses_unit && rules->unit != NULL) return exit_unit_decision(rules->unit);
  return kasane_exit_decide(exit_output(rules->network, exit, edge), at->output.bytes, at->scale_q24);
}

bool exit_decide(const struct exit_rules* rules, uint32_t exit, uint32_t edge, struct exit_record* record) {
  const struct kasane_exit* at = &rules->network->exits[exit];
  const bool last = exit + 1 == rules->network->header.exit_count;
  record->exit = exit;
  if (last && (!at->uses_unit || rules->unit == NULL)) {
    record->predicted = vector_argmax(exit_output(rules->network, exit, edge), at->output.bytes);
    return true;
  }
  const struct kasane_exit_decision decision = decision_of(rules, exit, edge);
  record->predicted = decision.largest;
  record->entropy_q24[record->entropies++] = decision.entropy_q24;
  return last || decision.entropy_q24 < rules->thresholds_q24[exit];
}
