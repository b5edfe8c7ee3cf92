#include "sw/runtime/network.h"

#include <string.h>

#include "sw/drivers/dma.h"
#include "sw/runtime/vector.h"

static bool place_edges(struct network* network, struct network_places* places) {
  const struct kasane_package_header* header = &network->header;
  for (uint32_t edge = 0; edge < NETWORK_EDGES; ++edge) {
    if (edge != 0 && places->one_input) {
      network->edges[edge] = network->edges[0];
      continue;
    }
    void* input = arena_take_either(&places->fast, &places->big, header->input.bytes);
    void* output = arena_take_either(&places->fast, &places->big, header->outputs_bytes);
    if (input == NULL || output == NULL) return false;
    network->edges[edge] = (struct network_edges){(uintptr_t)input, (uintptr_t)output};
  }
  network->space[KASANE_SPACE_INPUT] = network->edges[0].input;
  network->space[KASANE_SPACE_OUTPUT] = network->edges[0].output;
  return true;
}

static bool place_spaces(struct network* network, struct network_places* places) {
  const struct kasane_package_header* header = &network->header;
  if (!place_edges(network, places)) return false;
  void* scratch = arena_take(&places->big, header->scratch_bytes);
  if (scratch == NULL && header->scratch_bytes != 0) return false;
  network->space[KASANE_SPACE_PACKAGE] = (uintptr_t)network->package;
  network->space[KASANE_SPACE_SCRATCH] = (uintptr_t)scratch;
  return true;
}

/// After the commands: where memory is short, these are the ones to go to external memory, activations last.
static bool place_maps_and_weights(struct network* network, struct network_places* places) {
  const struct kasane_package_header* header = &network->header;
  const struct {
    uint32_t space;
    uint32_t bytes;
    uint64_t memory;  // 0: ordinary memory
  } wanted[] = {{KASANE_SPACE_FMM, header->fmm_bytes, places->fmm},
                {KASANE_SPACE_WM, header->wm_bytes, places->wm},
                {KASANE_SPACE_CPU_MAPS, header->cpu_maps_bytes, 0},
                {KASANE_SPACE_CPU_WEIGHTS, header->cpu_weights_bytes, 0}};
  for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; ++i) {
    uint64_t place = wanted[i].memory;
    if (place == 0 && wanted[i].bytes != 0) {
      place = (uintptr_t)arena_take_either(&places->fast, &places->big, wanted[i].bytes);
      if (place == 0) return false;
    }
    network->space[wanted[i].space] = place;
  }
  network->space[KASANE_SPACE_SUMS] = places->sums;
  network->space[KASANE_SPACE_TABLE] = places->table;
  return true;
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
    network->steps[i] =
        (struct network_step){from[i].kind, from[i].layer, from[i].count, commands, 0, from[i].run_by};
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
  memcpy(network->exits, package_exits(package), package->exit_count * sizeof network->exits[0]);
  if (!place_spaces(network, places) || !copy_steps(network, places) ||
      !place_maps_and_weights(network, places)) {
    return false;
  }
  for (uint32_t i = 0; i < network->header.step_count; ++i) relocate(network, &network->steps[i]);
  return true;
}

/// Moves an address from one of two equal memories to the other; addresses elsewhere stay.
static uint64_t moved(uint64_t address, uint64_t from, uint64_t to, uint32_t bytes) {
  return address - from < bytes ? address - from + to : address;
}

void network_use_edges(const struct network* network, uint32_t begin, uint32_t end, uint32_t edge) {
  const struct network_edges* from = &network->edges[(edge + 1) % NETWORK_EDGES];
  const struct network_edges* to = &network->edges[edge];
  for (uint32_t i = begin; i < end; ++i) {
    const struct network_step* step = &network->steps[i];
    if (step->kind != KASANE_STEP_DMA ||
        (step->spaces & (1u << KASANE_SPACE_INPUT | 1u << KASANE_SPACE_OUTPUT)) == 0) {
      continue;
    }
    struct kasane_dma_copy* copies = step->commands;
    for (uint32_t c = 0; c < step->count; ++c) {
      copies[c].source = moved(copies[c].source, from->input, to->input, network->header.input.bytes);
      copies[c].source = moved(copies[c].source, from->output, to->output, network->header.outputs_bytes);
      copies[c].destination =
          moved(copies[c].destination, from->output, to->output, network->header.outputs_bytes);
      copies[c].destination =
          moved(copies[c].destination, from->input, to->input, network->header.input.bytes);
    }
  }
}

struct network_result network_run(const struct network* network, const struct executor* executor,
                                  const struct run_monitor* monitor, uint32_t begin, uint32_t end) {
  struct network_result result = {KASANE_ERROR_NONE, begin};
  for (; result.step < end; ++result.step) {
    const struct network_step* step = &network->steps[result.step];
    run_monitor_layer(monitor, step->layer);
    result.error = executor->run(executor->context, step);
    if (result.error != KASANE_ERROR_NONE) break;
  }
  run_monitor_layer(monitor, KASANE_NO_LAYER);
  return result;
}

static struct network_result run_and_rest(const struct network* network, const struct executor* executor,
                                          const struct run_monitor* monitor, uint32_t begin, uint32_t end) {
  const struct network_result result = network_run(network, executor, monitor, begin, end);
  executor->rest(executor->context);
  return result;
}

struct network_result network_set_up(const struct network* network, const struct executor* executor,
                                     const struct run_monitor* monitor) {
  return run_and_rest(network, executor, monitor, 0, network->header.setup_step_count);
}

struct network_result network_infer(const struct network* network, const struct executor* executor,
                                    const struct run_monitor* monitor) {
  return run_and_rest(network, executor, monitor, network->header.setup_step_count,
                      network->header.step_count);
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
