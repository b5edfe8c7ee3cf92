/// Where the time of every layer went: engines compute, data move, software runs, nothing works.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>

#include <systemc>

#include "models/common/activity_observer.h"
#include "models/common/ids.h"

namespace kasane {

/// What the chip does at a moment: the first of these that is true of any block.
enum class ChipState : std::uint8_t {
  compute,   ///< an engine computes
  memory,    ///< an engine waits for data or moves them
  software,  ///< a CPU runs
  idle,
};
inline constexpr std::size_t chip_states = 4;

/// Time by ChipState; the sum is all of it.
struct TimeShares {
  std::array<sc_core::sc_time, chip_states> times;
  sc_core::sc_time& operator[](ChipState state) { return times[static_cast<std::size_t>(state)]; }
  const sc_core::sc_time& operator[](ChipState state) const { return times[static_cast<std::size_t>(state)]; }
  sc_core::sc_time total() const;
  TimeShares& operator+=(const TimeShares& other);
};

class TimeBreakdown {
 public:
  /// From now on a worker of this kind does `to` instead of `from`.
  void change_engine(Activity from, Activity to);
  void change_processor(Activity from, Activity to);

  /// Counts the time up to now for `layer`.
  void settle(LayerId layer);

  /// Of every layer, as of the last settle().
  const std::map<LayerId, TimeShares>& layers() const { return layers_; }

 private:
  static constexpr std::size_t activities = 3;
  ChipState state() const;

  std::map<LayerId, TimeShares> layers_;
  LayerId cached_layer_ = no_layer;  ///< the line last written to: layers change rarely
  TimeShares* cached_ = nullptr;
  std::array<std::uint32_t, activities> engines_{};  ///< how many do what
  std::uint32_t running_ = 0;                        ///< CPUs
  sc_core::sc_time settled_;
};

}  // namespace kasane
