/// When a shared resource is taken: a calendar, because initiators that run ahead of simulated time book
/// later intervals before others book earlier ones.
#pragma once

#include <deque>

#include <systemc>

#include "models/common/activity_observer.h"

namespace kasane {

class Reservations {
 public:
  /// The earliest time, no earlier than `from`, at which the resource is free for `length`.
  sc_core::sc_time first_fit(sc_core::sc_time from, sc_core::sc_time length) const;

  /// Takes the resource over `when`, which may overlap what is already taken; returns how much of `when` was
  /// free. Forgets what ended before the kernel's present time. Precondition: when.begin >= sc_time_stamp().
  sc_core::sc_time reserve(const Interval& when);

 private:
  std::deque<Interval> taken_;  ///< sorted, disjoint, not touching
};

}  // namespace kasane
