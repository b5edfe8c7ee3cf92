/// Softmax in whole numbers: what firmware and the exit unit compute alike, bit by bit.
///
/// Logits are int8 times a step, a fixed-point number of 24 fractional bits (Q24). Only differences from the
/// largest logit count, so the zero point does not.
#ifndef KASANE_SOFTMAX_H
#define KASANE_SOFTMAX_H

#include "kasane/base.h"

/// mantissa / 2^30 / 2^halvings; the mantissa is 1/2 ... 1, but for rounding.
struct kasane_exponential {
  uint64_t mantissa_q30;
  uint32_t halvings;
};

/// exp(-x) of x < 32 in Q24.
static inline struct kasane_exponential kasane_exp_minus(uint64_t x_q24) {
  const uint64_t log2_e_q32 = 0x171547653u;
  const uint64_t power_q56 = x_q24 * log2_e_q32;  // exp(-x) = 2^-power
  const int64_t fraction_q30 = (int64_t)(power_q56 >> 26 & 0x3FFFFFFF);
  const int64_t ln_2_q30 = 0x2C5C85FE;
  const int64_t u = fraction_q30 * ln_2_q30 >> 30;
  // Taylor series of exp(-u), 0 <= u < 0.694, by Horner's rule; the first term left out is below 2^-34.
  const int64_t one = (int64_t)1 << 30;
  int64_t sum = one;
  for (int n = 10; n > 0; --n) sum = one - (u * sum >> 30) / n;
  const struct kasane_exponential result = {(uint64_t)sum, (uint32_t)(power_q56 >> 56)};
  return result;
}

/// ln(x), Q30, of x >= 1 in Q30; within 2e-6.
static inline uint64_t kasane_logarithm_q30(uint64_t x_q30) {
  uint64_t doublings = 0;
  while (x_q30 >> 31 != 0) {
    x_q30 >>= 1;
    ++doublings;
  }
  // ln m = 2 artanh t, t = (m - 1) / (m + 1), 1 <= m < 2: t + t^3 / 3 + ... + t^9 / 9.
  const uint64_t one = (uint64_t)1 << 30;
  const uint64_t t = ((x_q30 - one) << 30) / (x_q30 + one);
  const uint64_t square = t * t >> 30;
  uint64_t sum = one / 9;
  for (int n = 7; n > 0; n -= 2) sum = one / (uint64_t)n + (square * sum >> 30);
  const uint64_t ln_2_q30 = 0x2C5C85FE;
  return doublings * ln_2_q30 + (2 * t * sum >> 30);
}

enum { KASANE_MAX_LOGITS = 65536 };

/// What a vector of logits says.
struct kasane_exit_decision {
  uint32_t entropy_q24;  ///< -sum p ln p of their softmax, nats x 2^24; 0 ... ln(count) but for rounding
  uint32_t largest;      ///< index of the first largest logit: the class
};

/// 1 <= count <= KASANE_MAX_LOGITS. Within 1e-5 of the exact entropy.
///
/// With x_i = (largest logit - logit i) * step, e_i = exp(-x_i) and S = sum e_i, p_i = e_i / S, the entropy
/// is ln S + (sum e_i x_i) / S. The sums are Q40: 65536 exponentials, each cut off below 2^-40, lose 2e-6.
static inline struct kasane_exit_decision kasane_exit_decide(const int8_t* logits, uint32_t count,
                                                             uint32_t step_q24) {
  struct kasane_exit_decision decision = {0, 0};
  for (uint32_t i = 1; i < count; ++i) {
    if (logits[i] > logits[decision.largest]) decision.largest = i;
  }
  uint64_t sum_q40 = 0;
  uint64_t weighted_q40 = 0;
  for (uint32_t i = 0; i < count; ++i) {
    const uint64_t x_q24 = (uint64_t)(logits[decision.largest] - logits[i]) * step_q24;
    if (x_q24 >> 24 >= 32) continue;  // exp(-x) is below 2^-46
    const struct kasane_exponential e = kasane_exp_minus(x_q24);
    sum_q40 += e.mantissa_q30 << 10 >> e.halvings;
    weighted_q40 += e.mantissa_q30 * x_q24 >> (14 + e.halvings);
  }
  const uint64_t mean_q24 = (weighted_q40 << 8) / (sum_q40 >> 16);
  decision.entropy_q24 = (uint32_t)((kasane_logarithm_q30(sum_q40 >> 10) >> 6) + mean_q24);
  return decision;
}

#endif
