#include "platform/trace/recording/peak_power.h"

#include <algorithm>

namespace kasane {
namespace {
/// Stretches that differ by less are equal: the first one counts.
constexpr double rounding = 1e-12;
}  // namespace

PeakPower::PeakPower()
    : sampler_(1, step,
               [this](const Span& when, std::span<const double> watts) {
                 const std::uint64_t count = std::max<std::uint64_t>(1, when.length() / step);
                 add_steps(count, watts[0] * when.seconds() / static_cast<double>(count));
               }),
      steps_(longest, 0.0) {}

void PeakPower::add_steps(std::uint64_t count, double joules) {
  // Once all remembered steps are equal, more of them change nothing.
  const std::uint64_t shown = std::min<std::uint64_t>(count, 2 * longest);
  for (std::uint64_t index = 0; index < shown; ++index) add_step(joules);
  count_ += (count - shown) / longest * longest;  // the ring's place stays
  for (std::uint64_t rest = (count - shown) % longest; rest > 0; --rest) add_step(joules);
}

void PeakPower::add_step(double joules) {
  const std::size_t place = count_ % longest;
  for (std::size_t index = 0; index < lengths.size(); ++index) {
    Stretch& stretch = stretches_[index];
    const std::size_t leaving = (place + longest - lengths[index]) % longest;
    stretch.joules += joules - steps_[leaving];
  }
  steps_[place] = joules;
  ++count_;
  if (place + 1 == longest) add_up_again();
  for (std::size_t index = 0; index < lengths.size(); ++index) {
    Stretch& stretch = stretches_[index];
    if (count_ < lengths[index]) continue;
    if (stretch.most_end != 0 && stretch.joules <= stretch.most * (1 + rounding)) continue;
    stretch.most = stretch.joules;
    stretch.most_end = count_;
  }
}

/// What was added and taken away again has left roundings behind.
void PeakPower::add_up_again() {
  for (std::size_t index = 0; index < lengths.size(); ++index) {
    double sum = 0;
    for (std::size_t back = lengths[index]; back > 0; --back) sum += steps_[longest - back];
    stretches_[index].joules = sum;
  }
}

std::vector<PowerPeak> PeakPower::peaks() const {
  std::vector<PowerPeak> list;
  for (std::size_t index = 0; index < lengths.size(); ++index) {
    if (count_ < lengths[index]) continue;
    const double seconds = static_cast<double>(lengths[index] * step) / 1e12;
    const std::uint64_t begin = (stretches_[index].most_end - lengths[index]) * step;
    list.push_back({.window_seconds = seconds,
                    .watts = stretches_[index].most / seconds,
                    .begin_seconds = static_cast<double>(begin) / 1e12});
  }
  return list;
}

}  // namespace kasane
