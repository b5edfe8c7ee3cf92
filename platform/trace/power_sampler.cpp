#include "platform/trace/power_sampler.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace kasane {
namespace {
/// An interval over more windows than this is kept as a rate instead of being spread at once: memory stays
/// bounded when a long phase meets a short window.
constexpr std::uint64_t spread_limit = 64;
}  // namespace

PowerSampler::PowerSampler(std::size_t blocks, sc_core::sc_time window, std::vector<PowerSink*> sinks)
    : window_(window.value()),
      first_end_(window.value()),
      background_(blocks),
      watts_(blocks),
      sinks_(std::move(sinks)) {
  if (window_ == 0) throw std::invalid_argument("power sampler: expected a window above 0");
}

std::vector<double>& PowerSampler::bin(std::uint64_t window) {
  const std::size_t index = window - first_;
  while (bins_.size() <= index) bins_.emplace_back(background_.size(), 0.0);
  return bins_[index];
}

void PowerSampler::share(BlockId block, std::uint64_t begin, std::uint64_t end, double joules) {
  const std::uint64_t first = begin / window_;
  if (end <= (first + 1) * window_) {
    bin(first)[block.index] += joules;
    return;
  }
  const double rate = joules / static_cast<double>(end - begin);
  double rest = joules;
  std::uint64_t at = begin;
  std::uint64_t window = first;
  for (; (window + 1) * window_ < end; ++window) {
    const std::uint64_t next = (window + 1) * window_;
    const double part = rate * static_cast<double>(next - at);
    bin(window)[block.index] += part;
    rest -= part;
    at = next;
  }
  bin(window)[block.index] += rest;
}

void PowerSampler::on_energy(BlockId block, const Interval& when, double joules) {
  const std::uint64_t now = sc_core::sc_time_stamp().value();
  if (now >= first_end_) hand_on(now);
  const std::uint64_t begin = when.begin.value();
  const std::uint64_t end = when.end.value();
  if (end - begin > spread_limit * window_) {
    long_.push_back({block, begin, end, joules / static_cast<double>(end - begin)});
  } else {
    share(block, begin, end, joules);
  }
}

void PowerSampler::on_background(BlockId block, sc_core::sc_time at, double clock_watts,
                                 double leakage_watts) {
  hand_on(at.value());
  settle_background(at.value());
  background_[block.index].watts = clock_watts + leakage_watts;
}

void PowerSampler::settle_background(std::uint64_t until) {
  for (std::uint32_t index = 0; index < background_.size(); ++index) {
    Background& background = background_[index];
    if (background.since >= until) continue;
    const double joules = background.watts * (static_cast<double>(until - background.since) / 1e12);
    if (joules != 0) share({index}, background.since, until, joules);
    background.since = until;
  }
}

void PowerSampler::hand_on(std::uint64_t now) {
  while (first_end_ <= now) emit(first_end_ - window_, first_end_);
}

void PowerSampler::emit(std::uint64_t begin, std::uint64_t end) {
  settle_background(end);
  std::vector<double>& joules = bin(first_);
  for (LongInterval& interval : long_) {
    const std::uint64_t from = std::max(begin, interval.begin);
    const std::uint64_t to = std::min(end, interval.end);
    if (from < to) joules[interval.block.index] += interval.watts_ps * static_cast<double>(to - from);
  }
  std::erase_if(long_, [end](const LongInterval& interval) { return interval.end <= end; });
  const double seconds = static_cast<double>(end - begin) / 1e12;
  std::transform(joules.begin(), joules.end(), watts_.begin(),
                 [seconds](double energy) { return energy / seconds; });
  const Interval window{sc_core::sc_time::from_value(begin), sc_core::sc_time::from_value(end)};
  for (PowerSink* sink : sinks_) sink->on_window(window, watts_);
  bins_.pop_front();
  ++first_;
  first_end_ += window_;
}

void PowerSampler::finish() {
  const std::uint64_t now = sc_core::sc_time_stamp().value();
  hand_on(now);
  const std::uint64_t begin = first_ * window_;
  settle_background(now);
  std::vector<double>& last = bin(first_);
  for (std::size_t later = 1; later < bins_.size(); ++later) {
    for (std::size_t block = 0; block < last.size(); ++block) last[block] += bins_[later][block];
  }
  for (const LongInterval& interval : long_) {
    const double length = static_cast<double>(interval.end - std::max(begin, interval.begin));
    last[interval.block.index] += interval.watts_ps * length;
  }
  long_.clear();
  const bool empty = std::all_of(last.begin(), last.end(), [](double joules) { return joules == 0; });
  if (now > begin) {
    emit(begin, now);
  } else if (!empty) {
    emit(begin, begin + 1);  // bookings at the very end of a window: a window of one picosecond holds them
  }
  for (PowerSink* sink : sinks_) sink->finish();
}

}  // namespace kasane
