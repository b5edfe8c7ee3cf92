#include "sw/runtime/vector.h"

#include "kasane/softmax.h"

/// x in Q24.
static uint64_t exp_minus_q30(uint64_t x_q24) {
  if (x_q24 >> 24 >= 32) return 0;  // below 2^-46
  const struct kasane_exponential e = kasane_exp_minus(x_q24);
  return e.mantissa_q30 >> e.halvings;
}

void vector_softmax(const int8_t* input, int8_t* output, uint32_t count, uint32_t input_scale_q24) {
  const int largest = input[vector_argmax(input, count)];
  uint64_t total = 0;
  for (uint32_t i = 0; i < count; ++i) {
    total += exp_minus_q30((uint64_t)(largest - input[i]) * input_scale_q24);
  }
  for (uint32_t i = 0; i < count; ++i) {
    const uint64_t part = exp_minus_q30((uint64_t)(largest - input[i]) * input_scale_q24);
    const uint64_t rounded = (part * 256 + total / 2) / total;
    output[i] = (int8_t)((rounded > 255 ? 255 : (int)rounded) - 128);
  }
}

uint32_t vector_argmax(const int8_t* input, uint32_t count) {
  uint32_t best = 0;
  int8_t largest = input[0];
  for (uint32_t i = 1; i < count; ++i) {
    const int8_t value = input[i];
    if (value > largest) {
      largest = value;
      best = i;
    }
  }
  return best;
}
