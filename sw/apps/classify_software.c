/// Classifies the run's images on the CPU alone: the baseline that the engines are compared with.
#include "sw/apps/classification.h"
#include "sw/runtime/software_executor.h"

static struct chip chip;
static struct classification classification;

uint32_t firmware_main(const void* boot_info) {
  uint32_t code = classification_open(&classification, &chip, boot_info, "software");
  if (code == EXIT_GOOD) code = classification_load(&classification, &(struct engine_memories){.fmm = NULL});
  if (code != EXIT_GOOD) return code;
  const struct executor executor = executor_of_software(&classification.network);
  return classification_run(&classification, &executor);
}
