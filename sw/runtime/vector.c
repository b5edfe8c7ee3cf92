#include "sw/runtime/vector.h"

/// exp(-x) as a Q30 number, x in Q24.
static uint64_t exp_minus(uint64_t x_q24) {
  if (x_q24 >> 24 >= 32) return 0;  // below 2^-46
  const uint64_t log2_e_q32 = 0x171547653u;
  const uint64_t power_q56 = x_q24 * log2_e_q32;  // exp(-x) = 2^-power
  const uint64_t whole = power_q56 >> 56;
  const int64_t fraction_q30 = (int64_t)(power_q56 >> 26 & 0x3FFFFFFF);
  const int64_t ln_2_q30 = 0x2C5C85FE;
  const int64_t u = fraction_q30 * ln_2_q30 >> 30;
  // Taylor series of exp(-u), 0 <= u < 0.694, by Horner's rule; the first term left out is below 2^-34.
  const int64_t one = (int64_t)1 << 30;
  int64_t sum = one;
  for (int n = 10; n > 0; --n) sum = one - (u * sum >> 30) / n;
  return whole > 31 ? 0 : (uint64_t)sum >> whole;
}

void vector_softmax(const int8_t* input, int8_t* output, uint32_t count, uint32_t input_scale_q24) {
  const int largest = input[vector_argmax(input, count)];
  uint64_t total = 0;
  for (uint32_t i = 0; i < count; ++i) {
    total += exp_minus((uint64_t)(largest - input[i]) * input_scale_q24);
  }
  for (uint32_t i = 0; i < count; ++i) {
    const uint64_t part = exp_minus((uint64_t)(largest - input[i]) * input_scale_q24);
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
