#include "platform/trace/recording/rate_sampler.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace kasane {
namespace {
/// An interval over more windows than this is kept as a rate, not spread at once.
constexpr std::uint64_t most_spread = 64;
/// So is one that ends more windows ahead than this.
constexpr std::uint64_t most_ahead = 4096;
constexpr Picoseconds nanosecond = 1000;
}  // namespace

RateSampler::RateSampler(std::size_t channels, Picoseconds window, Receiver receiver)
    : window_(window), end_(window), background_(channels), rates_(channels), receiver_(std::move(receiver)) {
  bins_.resize(capacity_ * channels);
  if (window_ == 0) throw std::invalid_argument("rate sampler: expected a window above 0");
}

void RateSampler::use(std::uint64_t window) {
  const std::size_t channels = rates_.size();
  std::uint64_t capacity = capacity_;
  while (window - present_ >= capacity) capacity *= 2;
  if (capacity != capacity_) {
    std::vector<double> larger(capacity * channels);
    for (std::uint64_t one = present_; one < used_end_; ++one) {
      const auto from = bins_.begin() + static_cast<std::ptrdiff_t>((one & (capacity_ - 1)) * channels);
      std::copy_n(from, channels,
                  larger.begin() + static_cast<std::ptrdiff_t>((one & (capacity - 1)) * channels));
    }
    bins_ = std::move(larger);
    capacity_ = capacity;
  }
  used_end_ = window + 1;
}

bool RateSampler::is_distant(const Span& when) const {
  return when.length() > most_spread * window_ || when.end > end_ + most_ahead * window_;
}

void RateSampler::keep_distant(std::size_t channel, const Span& when, double amount) {
  const Span some{when.begin, std::max(when.end, when.begin + 1)};
  distant_.push_back({channel, some, amount / static_cast<double>(some.length())});
}

void RateSampler::add(std::size_t channel, const Span& when, double amount) {
  latest_ = std::max(latest_, when.end);
  if (is_present(when)) {
    bin(present_)[channel] += amount;
  } else if (is_distant(when)) {
    keep_distant(channel, when, amount);
  } else {
    share(channel, when, amount);
  }
}

void RateSampler::add(std::size_t channel, double amount, std::size_t other, double other_amount,
                      const Span& when) {
  if (is_present(when)) {
    latest_ = std::max(latest_, when.end);
    double* const amounts = bin(present_);
    amounts[channel] += amount;
    amounts[other] += other_amount;
    return;
  }
  add(channel, when, amount);
  add(other, when, other_amount);
}

void RateSampler::share(std::size_t channel, const Span& when, double amount) {
  const bool soon = when.begin < end_;  // as most are: no division
  std::uint64_t window = soon ? present_ : when.begin / window_;
  Picoseconds next = soon ? end_ : (window + 1) * window_;
  if (when.end <= next) {
    bin(window)[channel] += amount;
    return;
  }
  const double rate = amount / static_cast<double>(when.length());
  double rest = amount;
  Picoseconds at = when.begin;
  for (; next < when.end; next += window_) {
    const double part = rate * static_cast<double>(next - at);
    bin(window++)[channel] += part;
    rest -= part;
    at = next;
  }
  bin(window)[channel] += rest;
}

void RateSampler::set_background(std::size_t channel, Picoseconds at, double rate) {
  advance(at);
  settle_background(at);
  background_[channel].rate = rate;
}

/// `until` lies within the present window, or ends it.
void RateSampler::settle_background(Picoseconds until) {
  for (std::size_t channel = 0; channel < background_.size(); ++channel) {
    Background& background = background_[channel];
    if (background.since >= until) continue;
    const double amount = background.rate * (static_cast<double>(until - background.since) / 1e12);
    if (amount != 0) bin(present_)[channel] += amount;
    background.since = until;
  }
}

void RateSampler::add_distant(const Span& window, double* amounts) {
  for (const Distant& interval : distant_) {
    const Picoseconds from = std::max(window.begin, interval.when.begin);
    const Picoseconds to = std::min(window.end, interval.when.end);
    if (from < to) amounts[interval.channel] += interval.rate * static_cast<double>(to - from);
  }
  std::erase_if(distant_, [&](const Distant& interval) { return interval.when.end <= window.end; });
}

void RateSampler::emit(Picoseconds end) {
  settle_background(end);
  const Span when{begin_, end};
  double* const amounts = bin(present_);
  if (!distant_.empty()) add_distant(when, amounts);
  const double seconds = when.seconds();
  for (std::size_t channel = 0; channel < rates_.size(); ++channel) {
    rates_[channel] = amounts[channel] / seconds;
    amounts[channel] = 0;
  }
  receiver_(when, rates_);
  handed_on_ = end;
  ++present_;
  begin_ = end_;
  end_ += window_;
}

/// Nothing but background up to `end`, which is a window's.
void RateSampler::emit_quiet(Picoseconds end) {
  for (std::size_t channel = 0; channel < background_.size(); ++channel) {
    rates_[channel] = background_[channel].rate;
    background_[channel].since = end;
  }
  receiver_({begin_, end}, rates_);
  handed_on_ = begin_ = end;
  end_ = end + window_;
  present_ = end / window_;
}

void RateSampler::advance(Picoseconds now) {
  while (end_ <= now) {
    const auto settled = [this](const Background& one) { return one.since == begin_; };
    if (nothing_added() && std::all_of(background_.begin(), background_.end(), settled)) {
      emit_quiet(now / window_ * window_);
    } else {
      emit(end_);
    }
  }
}

Picoseconds RateSampler::finish(Picoseconds now) {
  advance(now);
  settle_background(now);
  for (Background& background : background_) background.rate = 0;
  const Picoseconds latest = std::max(now, latest_);
  const Picoseconds last = (latest + nanosecond - 1) / nanosecond * nanosecond;
  while (end_ <= last) emit(end_);
  if (last > begin_) {
    emit(last);
  } else if (!nothing_added()) {
    emit(end_);  // amounts at the very end of a window: the next one holds them, whole
  }
  return handed_on_;
}

}  // namespace kasane
