#include "models/common/energy_in_flight.h"

#include <algorithm>

namespace kasane {

double EnergyInFlight::Booking::beyond(std::uint64_t now) const {
  if (end <= now) return 0;
  if (begin >= now) return joules;
  return joules * (static_cast<double>(end - now) / static_cast<double>(end - begin));
}

double EnergyInFlight::beyond(sc_core::sc_time now) const {
  double sum = 0;
  for (const Booking& booking : older_) sum += booking.beyond(now.value());
  const std::size_t recent = next_ % recent_.size();  // the others are in older_, where they were unfinished
  for (std::size_t index = 0; index < recent; ++index) sum += recent_[index].beyond(now.value());
  return sum;
}

double EnergyInFlight::Booking::watts(std::uint64_t now) const {
  return begin <= now && now < end ? joules / (static_cast<double>(end - begin) * 1e-12) : 0;
}

double EnergyInFlight::watts(sc_core::sc_time now) const {
  double sum = 0;
  for (const Booking& booking : older_) sum += booking.watts(now.value());
  for (std::size_t index = 0; index < next_ % recent_.size(); ++index)
    sum += recent_[index].watts(now.value());
  return sum;
}

void EnergyInFlight::keep_unfinished() {
  const std::uint64_t now = sc_core::sc_time_stamp().value();
  const auto finished = [now](const Booking& booking) { return booking.end <= now; };
  std::erase_if(older_, finished);
  std::remove_copy_if(recent_.begin(), recent_.end(), std::back_inserter(older_), finished);
}

}  // namespace kasane
