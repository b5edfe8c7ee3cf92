#include "sw/runtime/exit_decision.h"

#include "sw/drivers/exit_unit.h"
#include "sw/runtime/vector.h"

/// What decides at an exit: the exit unit, or NULL for software.
static const struct engine* unit_at(const struct exit_rules* rules, uint32_t exit) {
  return rules->network->exits[exit].uses_unit ? rules->unit : NULL;
}

static struct kasane_exit_decision decision_at(const struct exit_rules* rules, uint32_t exit, uint32_t edge) {
  const struct engine* unit = unit_at(rules, exit);
  if (unit != NULL) return exit_unit_decision(unit);
  const struct kasane_exit* at = &rules->network->exits[exit];
  return kasane_exit_decide(exit_output(rules->network, exit, edge), at->output.bytes, at->scale_q24);
}

bool exit_decide(const struct exit_rules* rules, uint32_t exit, uint32_t edge, struct exit_record* record) {
  const bool last = exit + 1 == rules->network->header.exit_count;
  record->exit = exit;
  if (last && unit_at(rules, exit) == NULL) {
    const uint32_t classes = rules->network->exits[exit].output.bytes;
    record->predicted = vector_argmax(exit_output(rules->network, exit, edge), classes);
    return true;
  }
  const struct kasane_exit_decision decision = decision_at(rules, exit, edge);
  record->predicted = decision.largest;
  record->entropy_q24[record->entropies++] = decision.entropy_q24;
  return last || decision.entropy_q24 < rules->thresholds_q24[exit];
}
