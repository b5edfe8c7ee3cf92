/// Softmax in whole numbers: what firmware and the exit unit compute alike, bit by bit.
///
/// Logits are int8 times a step, a fixed-point number of 24 fractional bits (Q24). Only differences from the
/// largest logit count, so the zero point does not.
#ifndef KASANE_SOFTMAX_H
#define KASANE_SOFTMAX_H

#include "kasane/base.h"

/// exp(-x), Q30, of x in Q24.
static inline uint64_t kasane_exp_minus_q30(uint64_t x_q24) {
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

/// What a vector of logits says.
struct kasane_exit_decision {
  uint32_t entropy_q24;  ///< -sum p ln p of their softmax, nats x 2^24; 0 ... ln(count) but for rounding
  uint32_t largest;      ///< index of the first largest logit: the class
};

/// 1 <= count <= 65536. Within 1e-5 of the exact entropy.
///
/// With x_i = (largest logit - logit i) * step, e_i = exp(-x_i) and S = sum e_i, p_i = e_i / S, the entropy
/// is ln S + (sum e_i x_i) / S.
static inline struct kasane_exit_decision kasane_exit_decide(const int8_t* logits, uint32_t count,
                                                             uint32_t step_q24) {
  struct kasane_exit_decision decision = {0, 0};
  for (uint32_t i = 1; i < count; ++i) {
    if (logits[i] > logits[decision.largest]) decision.largest = i;
  }
  uint64_t sum_q30 = 0;
  uint64_t weighted_q30 = 0;
  for (uint32_t i = 0; i < count; ++i) {
    const uint64_t x_q24 = (uint64_t)(logits[decision.largest] - logits[i]) * step_q24;
    const uint64_t e_q30 = kasane_exp_minus_q30(x_q24);
    sum_q30 += e_q30;
    if (e_q30 != 0) weighted_q30 += e_q30 * x_q24 >> 24;
  }
  const uint64_t mean_q24 = (weighted_q30 << 16) / (sum_q30 >> 8);
  decision.entropy_q24 = (uint32_t)((kasane_logarithm_q30(sum_q30) >> 6) + mean_q24);
  return decision;
}

#endif
