#include "sw/compiler/histogram.h"

#include <algorithm>
#include <cmath>

namespace kasane::compiler {

void Histogram::add(std::span<const float> values) {
  for (const float value : values) {
    low_ = std::min<double>(low_, value);
    high_ = std::max<double>(high_, value);
  }
  while (limit_ <= std::max(-low_, high_)) grow();
  const double scale = bin_count / (2 * limit_);
  for (const float value : values) ++bins_[static_cast<std::size_t>((value + limit_) * scale)];
}

void Histogram::grow() {
  std::vector<std::uint64_t> wider(bin_count);
  for (std::size_t bin = 0; bin < bin_count; ++bin) wider[bin_count / 4 + bin / 2] += bins_[bin];
  bins_ = std::move(wider);
  limit_ *= 2;
}

double Histogram::bin_centre(std::size_t bin) const {
  return (static_cast<double>(bin) + 0.5) * 2 * limit_ / bin_count - limit_;
}

Range Histogram::percentile(double tail) const {
  std::uint64_t total = 0;
  for (const std::uint64_t count : bins_) total += count;
  const auto allowed = static_cast<std::uint64_t>(tail * static_cast<double>(total));
  std::size_t first = 0;
  for (std::uint64_t seen = 0; first + 1 < bin_count && (seen += bins_[first]) <= allowed;) ++first;
  std::size_t last = bin_count - 1;
  for (std::uint64_t seen = 0; last > 0 && (seen += bins_[last]) <= allowed;) --last;
  const double half = limit_ / bin_count;
  return {std::clamp(bin_centre(first) - half, low_, 0.0), std::clamp(bin_centre(last) + half, 0.0, high_)};
}

double Histogram::squared_error(const Range& range, std::int32_t steps) const {
  constexpr std::int32_t most_coarse_steps = 31;  // of 32 bins or more
  const double step = (range.high - range.low) / steps;
  double error = 0;
  for (std::size_t bin = 0; bin < bin_count; ++bin) {
    if (bins_[bin] == 0) continue;
    const double value = bin_centre(bin);
    const double clipped = value - std::clamp(value, range.low, range.high);
    double squared = step * step / 12;
    if (clipped != 0) {
      squared = clipped * clipped;
    } else if (steps <= most_coarse_steps) {
      const double rounded = value - std::round(value / step) * step;
      squared = rounded * rounded;
    }
    error += static_cast<double>(bins_[bin]) * squared;
  }
  return error;
}

Range Histogram::least_squared_error(std::int32_t steps) const {
  constexpr int parts = 100;
  Range best = min_max();
  double least = squared_error(best, steps);
  const auto consider = [&](const Range& range) {
    const double error = squared_error(range, steps);
    if (error < least) {
      least = error;
      best = range;
    }
  };
  for (int i = 1; i < parts; ++i) consider({low_ * i / parts, high_ * i / parts});
  const Range both = best;
  if (low_ < 0)
    for (int i = 0; i <= parts; ++i) consider({low_ * i / parts, both.high});
  const Range low_done = best;
  if (high_ > 0 && low_ < 0)
    for (int i = 0; i <= parts; ++i) consider({low_done.low, high_ * i / parts});
  return best;
}

}  // namespace kasane::compiler
