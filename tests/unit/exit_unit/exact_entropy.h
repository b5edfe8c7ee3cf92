/// What an exit's decision must be, in the host's floating point.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>

namespace kasane::exit_unit {

/// Of one step of Q24: what kasane_exit_decide counts nats in.
constexpr double nats_of_q24 = 1.0 / (1 << 24);

/// -sum p ln p of the softmax of logits times step, in nats.
inline double exact_entropy(std::span<const std::int8_t> logits, std::uint32_t step_q24) {
  const std::int8_t largest = std::ranges::max(logits);
  double total = 0;
  for (const std::int8_t logit : logits) total += std::exp((logit - largest) * (step_q24 * nats_of_q24));
  double entropy = 0;
  for (const std::int8_t logit : logits) {
    const double log_p = (logit - largest) * (step_q24 * nats_of_q24) - std::log(total);
    entropy -= std::exp(log_p) * log_p;
  }
  return entropy;
}

}  // namespace kasane::exit_unit
