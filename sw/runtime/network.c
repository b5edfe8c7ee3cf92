#include "sw/runtime/network.h"

#include <string.h>

#include "sw/drivers/dma.h"
#include "sw/runtime/vector.h"

static bool place_spaces(struct network* network, struct network_places* places) {
  const struct kasane_package_header* header = &network->header;
  void* input = arena_take_either(&places->fast, &places->big, header->input.bytes);
  void* output = arena_take_either(&places->fast, &places->big, header->output.bytes);
  void* scratch = arena_take(&places->big, header->scratch_bytes);
  if (input == NULL || output == NULL || (scratch == NULL && header->scratch_bytes != 0)) return false;
  network->space[KASANE_SPACE_PACKAGE] = (uintptr_t)network->package;
  network->space[KASANE_SPACE_INPUT] = (uintptr_t)input;
  network->space[KASANE_SPACE_OUTPUT] = (uintptr_t)output;
  network->space[KASANE_SPACE_SCRATCH] = (uintptr_t)scratch;
  return true;
}

/// After the commands: where memory is short, these are the ones to go to external memory, activations last.
static bool place_engine_memories(struct network* network, struct network_places* places) {
  uint64_t fmm = places->fmm;
  uint64_t wm = places->wm;
  if (fmm == 0) fmm = (uintptr_t)arena_take_either(&places->fast, &places->big, network->header.fmm_bytes);
  if (wm == 0) wm = (uintptr_t)arena_take_either(&places->fast, &places->big, network->header.wm_bytes);
  network->space[KASANE_SPACE_FMM] = fmm;
  network->space[KASANE_SPACE_WM] = wm;
  network->space[KASANE_SPACE_SUMS] = places->sums;
  network->space[KASANE_SPACE_TABLE] = places->table;
  return (fmm != 0 || network->header.fmm_bytes == 0) && (wm != 0 || network->header.wm_bytes == 0);
}

/// Every step gets records of its own, so that two steps may share records of the package.
static bool copy_steps(struct network* network, struct network_places* places) {
  const struct kasane_package_header* header = &network->header;
  const struct kasane_step* from = package_table(network->package, header->steps_offset);
  const uint8_t* records = package_table(network->package, header->commands_offset);
  network->steps =
      arena_take_either(&places->fast, &places->big, (uint64_t)header->step_count * sizeof *network->steps);
  if (network->steps == NULL) return false;
  for (uint32_t i = 0; i < header->step_count; ++i) {
    const uint64_t bytes = (uint64_t)from[i].count * KASANE_COMMAND_BYTES;
    void* commands = arena_take_either(&places->fast, &places->big, bytes);
    if (commands == NULL) return false;
    memcpy(commands, records + (uint64_t)from[i].first * KASANE_COMMAND_BYTES, bytes);
    network->steps[i] = (struct network_step){from[i].kind, from[i].layer, from[i].count, commands, 0};
  }
  return true;
}

static void relocate(const struct network* network, struct network_step* step) {
  if (step->kind == KASANE_STEP_DMA) {
    struct kasane_dma_copy* copies = step->commands;
    for (uint32_t i = 0; i < step->count; ++i) {
      step->spaces |= 1u << copies[i].source_space | 1u << copies[i].destination_space;
      dma_relocate(&copies[i], network->space[copies[i].source_space],
                   network->space[copies[i].destination_space]);
    }
  } else if (step->kind == KASANE_STEP_CPU) {
    const struct kasane_cpu_vector* vectors = step->commands;
    for (uint32_t i = 0; i < step->count; ++i) {
      step->spaces |= 1u << vectors[i].input_space | 1u << vectors[i].output_space;
    }
  }
}

bool network_load(struct network* network, const struct kasane_package_header* package,
                  struct network_places* places) {
  *network = (struct network){.header = *package, .package = package};
  if (!place_spaces(network, places) || !copy_steps(network, places) ||
      !place_engine_memories(network, places)) {
    return false;
  }
  for (uint32_t i = 0; i < network->header.step_count; ++i) relocate(network, &network->steps[i]);
  return true;
}

static struct network_result run(const struct network* network, const struct executor* executor,
                                 const struct run_monitor* monitor, uint32_t begin, uint32_t end) {
  struct network_result result = {KASANE_ERROR_NONE, begin};
  for (; result.step < end; ++result.step) {
    const struct network_step* step = &network->steps[result.step];
    run_monitor_layer(monitor, step->layer);
    result.error = executor->run(executor->context, step);
    if (result.error != KASANE_ERROR_NONE) break;
  }
  run_monitor_layer(monitor, KASANE_NO_LAYER);
  executor->rest(executor->context);
  return result;
}

struct network_result network_set_up(const struct network* network, const struct executor* executor,
                                     const struct run_monitor* monitor) {
  return run(network, executor, monitor, 0, network->header.setup_step_count);
}

struct network_result network_infer(const struct network* network, const struct executor* executor,
                                    const struct run_monitor* monitor) {
  return run(network, executor, monitor, network->header.setup_step_count, network->header.step_count);
}

const char* network_layer_name(const struct network* network, uint32_t step) {
  const uint16_t layer = network->steps[step].layer;
  if (layer == KASANE_NO_LAYER) return "(no layer)";
  const struct kasane_layer* layers = package_table(network->package, network->header.layers_offset);
  return package_string(network->package, layers[layer].name_offset);
}

bool network_ends_with_argmax(const struct network* network) {
  if (network->header.step_count == network->header.setup_step_count) return false;
  const struct network_step* last = &network->steps[network->header.step_count - 1];
  if (last->kind != KASANE_STEP_CPU) return false;
  const struct kasane_cpu_vector* vector =
      (const struct kasane_cpu_vector*)last->commands + (last->count - 1);
  return vector->header.opcode == KASANE_CPU_ARGMAX && vector->output_space == KASANE_SPACE_OUTPUT &&
         vector->output_offset == 0;
}

void network_run_cpu_step(const struct network* network, const struct network_step* step) {
  const struct kasane_cpu_vector* vectors = step->commands;
  for (uint32_t i = 0; i < step->count; ++i) {
    const struct kasane_cpu_vector* vector = &vectors[i];
    const int8_t* input = network_place(network, vector->input_space, vector->input_offset);
    void* output = network_place(network, vector->output_space, vector->output_offset);
    if (vector->header.opcode == KASANE_CPU_SOFTMAX) {
      vector_softmax(input, output, vector->count, vector->input_scale_q24);
    } else {
      const int32_t best = (int32_t)vector_argmax(input, vector->count);
      memcpy(output, &best, sizeof best);
    }
  }
}
