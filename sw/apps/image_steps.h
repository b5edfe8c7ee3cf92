/// One image through the network: what every image loop is made of. Inline, so that a loop is one piece of
/// code.
#ifndef KASANE_APPS_IMAGE_STEPS_H
#define KASANE_APPS_IMAGE_STEPS_H

#include <string.h>

#include "sw/apps/classification.h"
#include "sw/firmware/csr.h"
#include "sw/runtime/images.h"
#include "sw/runtime/vector.h"

/// Of the images done so far.
struct image_tally {
  uint32_t right;
  uint32_t left_by[KASANE_MAX_EXITS];
};

static inline bool image_report(const struct classification* run, struct network_result result) {
  if (result.error == KASANE_ERROR_NONE) return true;
  console_print(&run->chip->console, "error: layer %s (step %u): %s (code %u)\n",
                network_layer_name(&run->network, result.step), result.step,
                engine_executor_error_name(result.error), result.error);
  return false;
}

/// The class that the output tensor of a network with one exit names.
static inline uint32_t image_predicted(const struct network* network) {
  const int8_t* output = exit_output(network, 0, 0);
  if (!network_ends_with_argmax(network)) return vector_argmax(output, network->header.output.bytes);
  int32_t best;
  memcpy(&best, output, sizeof best);
  return (uint32_t)best;
}

/// Begins an image: from now on it is the present one.
static inline void image_begin(const struct classification* run, uint32_t image, uint32_t edge) {
  run_monitor_image_begin(&run->chip->monitor, image);
  images_quantise(run->dataset, image, run->network.header.input.bytes,
                  (void*)(uintptr_t)run->network.edges[edge].input);
}

static inline void image_publish(const struct classification* run, const int8_t* output, uint32_t bytes) {
  for (uint32_t done = 0; done < bytes; done += 4) {
    uint32_t word = 0;
    memcpy(&word, output + done, bytes - done < 4 ? bytes - done : 4);
    run_monitor_output(&run->chip->monitor, word);
  }
}

static inline void image_publish_exit(const struct classification* run, const struct exit_record* record) {
  for (uint32_t i = 0; i < record->entropies; ++i) {
    run_monitor_entropy(&run->chip->monitor, record->entropy_q24[i]);
  }
  run_monitor_image_exit(&run->chip->monitor, record->exit);
}

static inline void image_print(const struct classification* run, uint32_t image,
                               const struct exit_record* record, uint32_t label, uint64_t cycles) {
  const struct console* console = &run->chip->console;
  const struct kasane_dataset* dataset = run->dataset;
  const uint32_t predicted = record->predicted;
  const char* name = predicted < dataset->classes ? images_class_name(dataset, predicted) : "(unknown class)";
  console_print(console, "image %4u: %-16.*s label %u %s ", image, KASANE_CLASS_NAME_BYTES, name, label,
                predicted == label ? "ok   " : "wrong");
  if (run->network.header.exit_count > 1) console_print(console, "exit %u ", record->exit + 1);
  console_print(console, "%lu cycles\n", cycles);
}

/// The present image has left the network, after so many cycles: tells the run monitor and the console.
static inline void image_end(const struct classification* run, uint32_t image, uint32_t edge,
                             const struct exit_record* record, uint64_t cycles, struct image_tally* tally) {
  const struct network* network = &run->network;
  const uint32_t label = images_label(run->dataset, image);
  if (network->header.exit_count > 1) image_publish_exit(run, record);
  image_publish(run, exit_output(network, record->exit, edge), network->exits[record->exit].output.bytes);
  run_monitor_image_end(&run->chip->monitor, record->predicted, label);
  image_print(run, image, record, label, cycles);
  tally->right += record->predicted == label;
  ++tally->left_by[record->exit];
}

/// Segment after segment, until the image may leave.
static inline struct network_result image_leave(const struct classification* run,
                                                const struct executor* executor, struct exit_record* record) {
  const struct network* network = &run->network;
  const struct exit_rules rules = classification_exit_rules(run);
  struct network_result result;
  for (uint32_t exit = 0;; ++exit) {
    const struct kasane_exit* segment = &network->exits[exit];
    result = network_run(network, executor, &run->chip->monitor, segment->first_step, segment->end_step);
    executor->pause(executor->context);
    if (result.error != KASANE_ERROR_NONE || exit_decide(&rules, exit, 0, record)) break;
  }
  executor->rest(executor->context);
  return result;
}

static inline bool image_classify(const struct classification* run, const struct executor* executor,
                                  uint32_t image, struct image_tally* tally) {
  const struct network* network = &run->network;
  struct exit_record record = {0};
  const uint64_t begin = cycles_now();
  image_begin(run, image, 0);
  if (network->header.exit_count > 1) {
    if (!image_report(run, image_leave(run, executor, &record))) return false;
  } else {
    if (!image_report(run, network_infer(network, executor, &run->chip->monitor))) return false;
    record.predicted = image_predicted(network);
  }
  image_end(run, image, 0, &record, cycles_now() - begin, tally);
  return true;
}

/// What the loop has to say at its end.
static inline void images_summarise(const struct classification* run, const struct image_tally* tally) {
  const struct console* console = &run->chip->console;
  const uint32_t exits = run->network.header.exit_count;
  console_print(console, "%u of %u images right\n", tally->right, run->chip->info->images);
  for (uint32_t i = 0; exits > 1 && i < exits; ++i) {
    console_print(console, "exit %u: %u images\n", i + 1, tally->left_by[i]);
  }
}

/// All images, one after the other. Result: exit code.
static inline uint32_t images_in_turn(const struct classification* run, const struct executor* executor) {
  const uint32_t images = run->chip->info->images;
  struct image_tally tally = {0};
  for (uint32_t image = 0; image < images; ++image) {
    if (!image_classify(run, executor, image, &tally)) return EXIT_ENGINE;
  }
  images_summarise(run, &tally);
  return EXIT_GOOD;
}

#endif
