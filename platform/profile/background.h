/// Energy that blocks draw over time without doing anything.
#pragma once

#include <utility>
#include <vector>

#include <systemc>

#include "models/common/ids.h"
#include "models/common/seconds.h"

namespace kasane::profile {

struct BackgroundEnergy {
  double clock = 0;  ///< joules
  double leakage = 0;
};

/// Adds up all blocks' powers since it was last asked.
class Background {
 public:
  void set(BlockId block, double clock_watts, double leakage_watts) {
    advance();
    if (block.index >= watts_.size()) watts_.resize(block.index + 1);
    watts_[block.index] = {clock_watts, leakage_watts};
  }

  /// Since the last call.
  BackgroundEnergy take() {
    advance();
    return std::exchange(since_, {});
  }

 private:
  void advance() {
    const sc_core::sc_time now = sc_core::sc_time_stamp();
    if (now == at_) return;
    const double seconds = seconds_of(now - at_);
    at_ = now;
    for (const BackgroundEnergy& watts : watts_) {
      since_.clock += watts.clock * seconds;
      since_.leakage += watts.leakage * seconds;
    }
  }

  std::vector<BackgroundEnergy> watts_;  ///< by block
  BackgroundEnergy since_;
  sc_core::sc_time at_;
};

}  // namespace kasane::profile
