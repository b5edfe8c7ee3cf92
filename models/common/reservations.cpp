#include "models/common/reservations.h"

#include <algorithm>

namespace kasane {

using sc_core::sc_time;

sc_time Reservations::first_fit(sc_time from, sc_time length) const {
  if (length == sc_core::SC_ZERO_TIME) return from;
  if (taken_.empty() || taken_.back().end <= from) return from;
  auto next = std::partition_point(taken_.begin(), taken_.end(),
                                   [&](const Interval& interval) { return interval.end <= from; });
  for (; next != taken_.end() && next->begin < from + length; ++next) from = next->end;
  return from;
}

sc_time Reservations::reserve(const Interval& when) {
  const sc_time now = sc_core::sc_time_stamp();
  while (!taken_.empty() && taken_.front().end < now) taken_.pop_front();
  if (when.begin >= when.end) return sc_core::SC_ZERO_TIME;
  // Most intervals come after all others, or right behind the last one.
  if (taken_.empty() || taken_.back().end <= when.begin) {
    if (!taken_.empty() && taken_.back().end == when.begin) {
      taken_.back().end = when.end;
    } else {
      taken_.push_back(when);
    }
    return when.length();
  }
  // Merge with all that overlap or touch.
  const auto first = std::partition_point(
      taken_.begin(), taken_.end(), [&](const Interval& interval) { return interval.end < when.begin; });
  auto last = first;
  Interval merged = when;
  sc_time fresh = when.length();
  for (; last != taken_.end() && last->begin <= when.end; ++last) {
    const sc_time begin = std::max(when.begin, last->begin);
    const sc_time end = std::min(when.end, last->end);
    if (begin < end) fresh -= end - begin;
    merged = {std::min(merged.begin, last->begin), std::max(merged.end, last->end)};
  }
  if (first == last) {
    taken_.insert(first, merged);
  } else {
    *first = merged;
    taken_.erase(first + 1, last);
  }
  return fresh;
}

}  // namespace kasane
