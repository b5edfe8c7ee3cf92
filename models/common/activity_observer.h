/// What traces see of a run. The models know only the energy account; whoever wants to watch registers here.
#pragma once

#include <cstdint>
#include <string_view>

#include <systemc>

#include "models/common/ids.h"

namespace kasane {

/// A half-open interval of simulated time, [begin, end).
struct Interval {
  sc_core::sc_time begin;
  sc_core::sc_time end;
  sc_core::sc_time length() const { return end - begin; }
};

/// Which of a block's tracks a slice belongs to; slices of one track nest or follow each other, never
/// overlap.
enum class Track : std::uint8_t {
  commands,  ///< an engine's commands; a CPU's running and sleeping
  phases,    ///< the steps within a command: load, compute, store
};

/// Receives activity as it is booked. Energy is never booked for the past, so all power that lies before
/// sc_time_stamp() is final whenever something is received. Slices are reported when their end is known,
/// which may be when they end; those within a command come before it.
class ActivityObserver {
 public:
  virtual ~ActivityObserver() = default;

  /// `joules` spent evenly over `when` (an instant, if the interval is empty).
  virtual void on_energy(BlockId block, const Interval& when, double joules) = 0;

  /// From `at` on the block draws these powers without doing anything: its clock tree's and its leakage.
  virtual void on_background(BlockId block, sc_core::sc_time at, double clock_watts,
                             double leakage_watts) = 0;

  /// The block is busy with `name` for `layer`.
  virtual void on_slice(BlockId block, Track track, std::string_view name, LayerId layer,
                        const Interval& when) = 0;

  /// Software says that it now executes `layer`.
  virtual void on_layer(LayerId layer, sc_core::sc_time at) = 0;

  /// The block's operating point or gating changed.
  virtual void on_power_state(BlockId block, sc_core::sc_time at, double volts, double hertz, bool clocked,
                              bool powered) = 0;
};

}  // namespace kasane
