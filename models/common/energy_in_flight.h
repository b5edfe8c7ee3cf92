/// What a block has booked for times that are still to come.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <systemc>

#include "models/common/activity_observer.h"

namespace kasane {

/// The ledger holds an interval's energy from the moment it is booked; this knows how much of it lies beyond
/// a moment, so that energy between two moments is exact. Adding costs a few stores: it is in every run.
class EnergyInFlight {
 public:
  /// `joules` are spent evenly over `when`, which begins now or later.
  void add(const Interval& when, double joules) {
    recent_[next_ % recent_.size()] = {when.begin.value(), when.end.value(), joules};
    if (++next_ % recent_.size() == 0) keep_unfinished();
  }

  /// Joules booked for after `now`, which is no earlier than any moment asked for before.
  double beyond(sc_core::sc_time now) const;
  /// What is being spent at `now`, in watts; instants do not count.
  double watts(sc_core::sc_time now) const;

 private:
  struct Booking {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
    double joules = 0;
    double beyond(std::uint64_t now) const;
    double watts(std::uint64_t now) const;
  };
  /// Before the recent ones are overwritten.
  void keep_unfinished();

  std::array<Booking, 16> recent_{};  ///< few: every block has them, and bookings are short
  std::size_t next_ = 0;
  std::vector<Booking> older_;  ///< that were unfinished when they left recent_
};

}  // namespace kasane
