#include "sw/runtime/images.h"

const char* images_check(const struct kasane_dataset* dataset, uint64_t available, uint32_t wanted,
                         uint32_t input_bytes) {
  if (available < sizeof *dataset) return "shorter than its header";
  if (dataset->magic != KASANE_DATASET_MAGIC) return "no data set here (wrong magic)";
  if (dataset->version != KASANE_DATASET_VERSION) return "unknown version";
  const uint64_t row_pixels = (uint64_t)dataset->channels * dataset->height;
  if (row_pixels == 0 || dataset->width == 0 || input_bytes % row_pixels != 0 ||
      input_bytes / row_pixels != dataset->width) {
    return "images are not of the network's input size";
  }
  if (wanted > dataset->images) return "fewer images than the run wants";
  if (dataset->classes == 0) return "no classes";
  if (dataset->images_offset % 64 != 0 ||
      (uint64_t)dataset->images * input_bytes + dataset->images_offset > available) {
    return "images leave the data set";
  }
  if ((uint64_t)dataset->images + dataset->labels_offset > available) return "labels leave the data set";
  if ((uint64_t)dataset->classes * KASANE_CLASS_NAME_BYTES + dataset->class_names_offset > available) {
    return "class names leave the data set";
  }
  return NULL;
}

void images_quantise(const struct kasane_dataset* dataset, uint32_t image, uint32_t bytes, void* input) {
  const uint8_t* from = (const uint8_t*)dataset + dataset->images_offset + (uint64_t)image * bytes;
  uint8_t* to = input;
  uint32_t done = 0;
  if ((uintptr_t)from % 8 == 0) {  // external memory is slow per access, not per byte
    for (; bytes - done >= 8; done += 8) {
      *(uint64_t*)(void*)(to + done) = *(const uint64_t*)(const void*)(from + done) ^ 0x8080808080808080u;
    }
  }
  for (; done < bytes; ++done) to[done] = from[done] ^ 0x80;
}
