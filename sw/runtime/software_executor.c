#include "sw/runtime/software_executor.h"

#include "sw/runtime/software_kernels.h"

static uint32_t run_ncu(const struct software_memory* memory, const void* record) {
  const struct kasane_command_header* header = record;
  switch (header->opcode) {
    case KASANE_NCU_CONVOLUTION:
      return software_convolution(memory, record);
    case KASANE_NCU_FULLY_CONNECTED:
      return software_fully_connected(memory, record);
    case KASANE_NCU_MAX_POOL:
      return software_max_pool(memory, record);
    case KASANE_NCU_AVERAGE_POOL:
      return software_average_pool(memory, record);
    case KASANE_NCU_ADD:
    case KASANE_NCU_REQUANTIZE:
      return software_elementwise(memory, record);
    default:
      return KASANE_ERROR_OPCODE;
  }
}

static uint32_t run_record(uint16_t kind, const struct software_memory* memory, const void* record) {
  switch (kind) {
    case KASANE_STEP_DMA:
      software_copy(record);
      return KASANE_ERROR_NONE;
    case KASANE_STEP_NCU:
      return run_ncu(memory, record);
    case KASANE_STEP_CARTESIAN:
      return software_cartesian(memory, record);
    case KASANE_STEP_HIDDENITE:
      return software_hiddenite(memory, record);
    case KASANE_STEP_EXIT_UNIT:
      return KASANE_ERROR_NONE;  // software looks at the logits when it decides
    default:
      return KASANE_ERROR_OPCODE;  // no software stands in for Kernel Comp Units
  }
}

static struct software_memory memory_of(const struct network* network, const struct network_step* step) {
  const bool by_cpu = step->run_by == KASANE_RUN_BY_CPU;
  const uint32_t maps = by_cpu ? KASANE_SPACE_CPU_MAPS : KASANE_SPACE_FMM;
  const uint32_t weights = by_cpu ? KASANE_SPACE_CPU_WEIGHTS : KASANE_SPACE_WM;
  return (struct software_memory){network_place(network, maps, 0), network_place(network, weights, 0)};
}

uint32_t software_run(const struct network* network, const struct network_step* step) {
  if (step->kind == KASANE_STEP_CPU) {
    network_run_cpu_step(network, step);
    return KASANE_ERROR_NONE;
  }
  const struct software_memory memory = memory_of(network, step);
  const uint8_t* record = step->commands;
  for (uint32_t i = 0; i < step->count; ++i, record += KASANE_COMMAND_BYTES) {
    const uint32_t error = run_record(step->kind, &memory, record);
    if (error != KASANE_ERROR_NONE) return error;
  }
  return KASANE_ERROR_NONE;
}

static uint32_t run(void* context, const struct network_step* step) {
  return software_run(context, step);
}

static void nothing(void* context) {
  (void)context;
}

struct executor executor_of_software(struct network* network) {
  return (struct executor){run, nothing, nothing, network};
}
