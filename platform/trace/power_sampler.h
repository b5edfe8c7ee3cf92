/// Turns booked energy into power per block and window of time.
#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <vector>

#include "models/common/activity_observer.h"

namespace kasane {

/// Receives every window once, in order of time.
class PowerSink {
 public:
  virtual ~PowerSink() = default;
  /// Average power of each block (index = BlockId) over `window`, in watts.
  virtual void on_window(const Interval& window, std::span<const double> watts) = 0;
  /// No more windows come.
  virtual void finish() = 0;
};

/// Exact sampling: the energy of a booking is shared among the windows it overlaps in proportion to the
/// overlap, so the sum of power times duration over all windows is the ledger's energy. A window is final,
/// and handed to the sinks, as soon as simulated time has passed it; memory holds only what reaches into the
/// future.
class PowerSampler : public ActivityObserver {
 public:
  /// `window` > 0. Sinks outlive the sampler.
  PowerSampler(std::size_t blocks, sc_core::sc_time window, std::vector<PowerSink*> sinks);

  void on_energy(BlockId block, const Interval& when, double joules) override;
  void on_background(BlockId block, sc_core::sc_time at, double clock_watts, double leakage_watts) override;
  void on_slice(BlockId, Track, std::string_view, LayerId, const Interval&) override {}
  void on_layer(LayerId, sc_core::sc_time) override {}
  void on_power_state(BlockId, sc_core::sc_time, double, double, bool, bool) override {}

  /// Hands on everything up to now, the last, partial window included, and finishes the sinks. Energy booked
  /// beyond now is given to the last window, so that nothing booked is lost.
  void finish();

 private:
  /// Energy spent at constant power over an interval that spans many windows.
  struct LongInterval {
    BlockId block;
    std::uint64_t begin;
    std::uint64_t end;
    double watts_ps;  ///< joules per picosecond
  };
  struct Background {
    double watts = 0;
    std::uint64_t since = 0;  ///< accounted for up to here
  };

  std::vector<double>& bin(std::uint64_t window);
  void share(BlockId block, std::uint64_t begin, std::uint64_t end, double joules);
  void settle_background(std::uint64_t until);
  void hand_on(std::uint64_t now);
  void emit(std::uint64_t begin, std::uint64_t end);

  std::uint64_t window_;                  ///< picoseconds
  std::uint64_t first_ = 0;               ///< index of the oldest window that is not handed on
  std::uint64_t first_end_;               ///< where it ends
  std::deque<std::vector<double>> bins_;  ///< joules per block, from window first_ on
  std::vector<LongInterval> long_;
  std::vector<Background> background_;
  std::vector<double> watts_;
  std::vector<PowerSink*> sinks_;
};

}  // namespace kasane
