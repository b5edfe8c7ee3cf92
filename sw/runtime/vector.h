/// The operators that a network leaves to the CPU (kasane_cpu_vector).
#ifndef KASANE_RUNTIME_VECTOR_H
#define KASANE_RUNTIME_VECTOR_H

#include <stdint.h>

/// output[i] = round(256 exp(s input[i]) / sum exp(s input)) - 128, at most 127; s = input_scale_q24 / 2^24.
/// Fixed point, within 1 of the exact value. output may be input.
void vector_softmax(const int8_t* input, int8_t* output, uint32_t count, uint32_t input_scale_q24);

/// Index of the first largest element; count >= 1.
uint32_t vector_argmax(const int8_t* input, uint32_t count);

#endif
