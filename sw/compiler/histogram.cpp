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

double Histogram::squared_error(const Range& range) const {
  const double step = (range.high - range.low) / 255;
  double error = 0;
  for (std::size_t bin = 0; bin < bin_count; ++bin) {
    if (bins_[bin] == 0) continue;
    const double value = bin_centre(bin);
    const double clipped = value - std::clamp(value, range.low, range.high);
    error += static_cast<double>(bins_[bin]) * (clipped != 0 ? clipped * clipped : step * step / 12);
  }
  return error;
}

Range Histogram::least_squared_error() const {
  constexpr int steps = 100;
  Range best = min_max();
  double least = squared_error(best);
  const auto consider = [&](const Range& range) {
    const double error = squared_error(range);
    if (error < least) {
      least = error;
      best = range;
    }
  };
  for (int i = 1; i < steps; ++i) consider({low_ * i / steps, high_ * i / steps});
  const Range both = best;
  if (low_ < 0)
    for (int i = 0; i <= steps; ++i) consider({low_ * i / steps, both.high});
  const Range low_done = best;
  if (high_ > 0 && low_ < 0)
    for (int i = 0; i <= steps; ++i) consider({low_done.low, high_ * i / steps});
  return best;
}

}  // namespace kasane::compiler
