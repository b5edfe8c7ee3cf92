#include "sw/runtime/exits_check.h"

#include <stdbool.h>
#include <string.h>

#include "sw/runtime/command_ranges.h"
#include "sw/runtime/package.h"

const char* shape_check(const struct kasane_tensor_info* tensor) {
  const uint64_t plane = (uint64_t)tensor->height * tensor->width;
  if (plane == 0 || tensor->channels == 0 || plane > tensor->bytes || tensor->bytes % plane != 0 ||
      tensor->bytes / plane != tensor->channels) {
    return "a tensor's size does not follow from its shape";
  }
  return NULL;
}

/// Logits whose entropy decides.
static const char* check_logits(const struct kasane_exit* exit) {
  if (exit->output.bytes > KASANE_MAX_LOGITS) return "an exit has too many logits";
  if (exit->scale_q24 == 0) return "an exit's logits have a scale of zero";
  return shape_check(&exit->output);
}

static const char* check_exit(const struct kasane_package_header* package, const struct kasane_exit* exit) {
  if (exit->name_offset >= package->strings_bytes) return "an exit's name leaves the strings";
  if (exit->run_by > KASANE_RUN_BY_CPU || exit->uses_unit > 1 || exit->reserved0[0] != 0 ||
      exit->reserved0[1] != 0 || exit->reserved[0] != 0 || exit->reserved[1] != 0) {
    return "an exit has an impossible flag or reserved bytes set";
  }
  if (exit->output.bytes == 0) return "an exit's output is empty";
  if (!range_fits(exit->output_offset, exit->output.bytes, package->outputs_bytes)) {
    return "an exit's output leaves the outputs";
  }
  return package->exit_count > 1 ? check_logits(exit) : NULL;
}

/// The exit's range of steps lies in the table.
static const char* check_segment(const struct kasane_package_header* package,
                                 const struct kasane_exit* exit) {
  const struct kasane_step* steps = package_table(package, package->steps_offset);
  bool asks_unit = false;
  for (uint32_t i = exit->first_step; i < exit->end_step; ++i) {
    asks_unit |= steps[i].kind == KASANE_STEP_EXIT_UNIT;
    if (steps[i].run_by == KASANE_RUN_BY_CPU && exit->run_by == KASANE_RUN_BY_ENGINE) {
      return "a segment on engines has a step for the CPU";
    }
  }
  return exit->uses_unit && !asks_unit ? "an exit waits for a unit that nobody asks" : NULL;
}

static bool outputs_overlap(const struct kasane_exit* a, const struct kasane_exit* b) {
  return (uint64_t)a->output_offset + a->output.bytes > b->output_offset &&
         (uint64_t)b->output_offset + b->output.bytes > a->output_offset;
}

const char* exits_check(const struct kasane_package_header* package) {
  if (package->exit_count == 0 || package->exit_count > KASANE_MAX_EXITS) return "no exits, or too many";
  const struct kasane_exit* exits = package_exits(package);
  uint32_t next = package->setup_step_count;
  for (uint32_t i = 0; i < package->exit_count; ++i) {
    const struct kasane_exit* exit = &exits[i];
    const char* message = check_exit(package, exit);
    if (message != NULL) return message;
    if (exit->first_step != next || exit->end_step <= next || exit->end_step > package->step_count) {
      return "the exits' steps do not follow each other";
    }
    next = exit->end_step;
    message = check_segment(package, exit);
    if (message != NULL) return message;
    for (uint32_t other = 0; other < i; ++other) {
      if (outputs_overlap(exit, &exits[other])) return "the exits' outputs overlap";
    }
  }
  if (next != package->step_count) return "steps behind the last exit";
  const struct kasane_exit* last = &exits[package->exit_count - 1];
  if (memcmp(&last->output, &package->output, sizeof package->output) != 0) {
    return "the output is not that of the last exit";
  }
  return NULL;
}
