/// The labelled images of a run (kasane/dataset.h).
#ifndef KASANE_RUNTIME_IMAGES_H
#define KASANE_RUNTIME_IMAGES_H

#include <stdbool.h>

#include "kasane/dataset.h"

/// What is wrong with the data set, or NULL. `available` bytes may be read at `dataset`; `wanted` images are
/// to be classified, each of input_bytes.
const char* images_check(const struct kasane_dataset* dataset, uint64_t available, uint32_t wanted,
                         uint32_t input_bytes);

static inline uint32_t images_label(const struct kasane_dataset* dataset, uint32_t image) {
  return ((const uint8_t*)dataset)[dataset->labels_offset + image];
}

/// At most KASANE_CLASS_NAME_BYTES characters; zero-terminated if shorter. Class below dataset->classes.
static inline const char* images_class_name(const struct kasane_dataset* dataset, uint32_t class_index) {
  return (const char*)dataset + dataset->class_names_offset + (size_t)class_index * KASANE_CLASS_NAME_BYTES;
}

/// The image's pixels as int8 values pixel - 128, `bytes` of them, to an 8-byte aligned place.
void images_quantise(const struct kasane_dataset* dataset, uint32_t image, uint32_t bytes, void* input);

#endif
