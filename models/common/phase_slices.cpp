#include "models/common/phase_slices.h"

#include <algorithm>

namespace kasane {

PhaseSlices::PhaseSlices(EnergyAccount& account, BlockId block, LayerId layer,
                         std::span<const std::string_view> names, sc_core::sc_time minimum)
    : account_(account),
      block_(block),
      layer_(layer),
      names_(names),
      minimum_(minimum),
      open_{sc_core::sc_time_stamp(), sc_core::sc_time_stamp()} {}

PhaseSlices::~PhaseSlices() {
  close();
}

void PhaseSlices::add(std::size_t phase, const Interval& when) {
  const bool paused = when.begin != open_.end;
  if (paused || (phase != last_phase_ && open_.length() >= minimum_)) close();
  if (paused) open_ = {when.begin, when.begin};
  last_phase_ = phase;
  spent_[phase] += when.length();
  open_.end = when.end;
}

void PhaseSlices::close() {
  if (open_.length() == sc_core::SC_ZERO_TIME) return;
  const auto longest = std::max_element(spent_.begin(), spent_.end());
  account_.book_busy(block_, Track::phases, names_[static_cast<std::size_t>(longest - spent_.begin())],
                     layer_, open_);
  spent_ = {};
  open_.begin = open_.end;
}

}  // namespace kasane
