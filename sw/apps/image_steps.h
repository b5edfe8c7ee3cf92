/// One image through the network: what every image loop is made of. Inline, so that a loop is one piece of
/// code.
#ifndef KASANE_APPS_IMAGE_STEPS_H
#define KASANE_APPS_IMAGE_STEPS_H

#include <string.h>

#include "sw/apps/classification.h"
#include "sw/firmware/csr.h"
#include "sw/runtime/engine_executor.h"
#include "sw/runtime/images.h"
#include "sw/runtime/vector.h"

static inline bool image_report(const struct classification* run, struct network_result result) {
  if (result.error == KASANE_ERROR_NONE) return true;
  console_print(&run->chip->console, "error: layer %s (step %u): %s (code %u)\n",
                network_layer_name(&run->network, result.step), result.step,
                engine_executor_error_name(result.error), result.error);
  return false;
}

/// The class that the output tensor names.
static inline uint32_t image_predicted(const struct network* network) {
  const int8_t* output = network_place(network, KASANE_SPACE_OUTPUT, 0);
  if (!network_ends_with_argmax(network)) return vector_argmax(output, network->header.output.bytes);
  int32_t best;
  memcpy(&best, output, sizeof best);
  return (uint32_t)best;
}

static inline void image_publish(const struct classification* run) {
  const uint8_t* output = network_place(&run->network, KASANE_SPACE_OUTPUT, 0);
  const uint32_t bytes = run->network.header.output.bytes;
  for (uint32_t done = 0; done < bytes; done += 4) {
    uint32_t word = 0;
    memcpy(&word, output + done, bytes - done < 4 ? bytes - done : 4);
    run_monitor_output(&run->chip->monitor, word);
  }
}

static inline void image_print(const struct classification* run, uint32_t image, uint32_t predicted,
                               uint32_t label, uint64_t cycles) {
  const struct kasane_dataset* dataset = run->dataset;
  const char* name = predicted < dataset->classes ? images_class_name(dataset, predicted) : "(unknown class)";
  console_print(&run->chip->console, "image %4u: %-16.*s label %u %s %lu cycles\n", image,
                KASANE_CLASS_NAME_BYTES, name, label, predicted == label ? "ok   " : "wrong", cycles);
}

static inline bool image_classify(const struct classification* run, const struct executor* executor,
                                  uint32_t image, uint32_t* right) {
  const struct network* network = &run->network;
  run_monitor_image_begin(&run->chip->monitor, image);
  const uint64_t begin = cycles_now();
  images_quantise(run->dataset, image, network->header.input.bytes,
                  network_place(network, KASANE_SPACE_INPUT, 0));
  if (!image_report(run, network_infer(network, executor, &run->chip->monitor))) return false;
  const uint32_t predicted = image_predicted(network);
  const uint64_t cycles = cycles_now() - begin;
  const uint32_t label = images_label(run->dataset, image);
  image_publish(run);
  run_monitor_image_end(&run->chip->monitor, predicted, label);
  image_print(run, image, predicted, label, cycles);
  *right += predicted == label;
  return true;
}

#endif
