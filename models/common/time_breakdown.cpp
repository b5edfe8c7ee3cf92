#include "models/common/time_breakdown.h"

#include <numeric>

namespace kasane {
namespace {
std::size_t index_of(Activity activity) {
  return static_cast<std::size_t>(activity);
}
}  // namespace

sc_core::sc_time TimeShares::total() const {
  return std::accumulate(times.begin(), times.end(), sc_core::SC_ZERO_TIME);
}

TimeShares& TimeShares::operator+=(const TimeShares& other) {
  for (std::size_t state = 0; state < times.size(); ++state) times[state] += other.times[state];
  return *this;
}

void TimeBreakdown::change_engine(Activity from, Activity to) {
  if (from != Activity::idle) --engines_[index_of(from)];
  if (to != Activity::idle) ++engines_[index_of(to)];
}

void TimeBreakdown::change_processor(Activity from, Activity to) {
  if (from != Activity::idle) --running_;
  if (to != Activity::idle) ++running_;
}

ChipState TimeBreakdown::state() const {
  if (engines_[index_of(Activity::compute)] > 0) return ChipState::compute;
  if (engines_[index_of(Activity::memory)] > 0) return ChipState::memory;
  return running_ > 0 ? ChipState::software : ChipState::idle;
}

void TimeBreakdown::settle(LayerId layer) {
  const sc_core::sc_time now = sc_core::sc_time_stamp();
  if (now == settled_) return;
  if (cached_ == nullptr || cached_layer_ != layer) {
    cached_ = &layers_[layer];  // stable: std::map never moves its nodes
    cached_layer_ = layer;
  }
  (*cached_)[state()] += now - settled_;
  settled_ = now;
}

}  // namespace kasane
