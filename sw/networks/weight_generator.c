// The weight generator of kasane/weight_generator.h as a shared library, for training.
#include "kasane/weight_generator.h"

void fill_words(uint32_t generator, uint32_t layer_seed, uint32_t first, size_t count, uint32_t* words) {
  for (size_t n = 0; n < count; ++n)
    words[n] = kasane_random_word(generator, layer_seed, first + (uint32_t)n);
}

void fill_signs(uint32_t generator, uint32_t layer_seed, uint32_t first, size_t count, int8_t* signs) {
  for (size_t n = 0; n < count; ++n)
    signs[n] = kasane_random_sign(generator, layer_seed, first + (uint32_t)n);
}
