/// A labelled image set as firmware finds it in memory: header, images, labels.
#ifndef KASANE_DATASET_H
#define KASANE_DATASET_H

#include "kasane/base.h"

#define KASANE_DATASET_MAGIC 0x5344534Bu  // "KSDS"
#define KASANE_DATASET_VERSION 1u

enum { KASANE_CLASS_NAME_BYTES = 16 };

/// Pixels are unsigned bytes, channels x height x width per image, images one after the other.
struct kasane_dataset {
  uint32_t magic;
  uint32_t version;
  uint32_t images;
  uint32_t classes;
  uint32_t channels;
  uint32_t height;
  uint32_t width;
  uint32_t images_offset;       ///< from the first byte of this header; multiple of 64
  uint32_t labels_offset;       ///< one byte an image
  uint32_t class_names_offset;  ///< classes x KASANE_CLASS_NAME_BYTES, zero-terminated
  uint32_t reserved[6];
};
KASANE_SIZE(struct kasane_dataset, 64);

#endif
