/// What traces see of a run. The models know only the energy account and its activity feed; whoever wants to
/// watch registers there.
#pragma once

#include <cstdint>
#include <string_view>

#include <systemc>

#include "models/common/ids.h"
#include "models/common/power_state.h"

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
  jobs,      ///< lists of commands, from doorbell to interrupt
  commands,  ///< an engine's commands; a CPU's running and sleeping
  phases,    ///< the steps within a command: load, compute, store
};

/// What a block that works is doing.
enum class Activity : std::uint8_t {
  idle,     ///< nothing, or waits for another block to work
  compute,  ///< its datapath bounds it; of a CPU: it runs
  memory,   ///< it waits for data, or moves them
};

/// Receives activity as it is booked. Energy is never booked for the past, so all power that lies before
/// sc_time_stamp() is final whenever something is received. Slices are reported when their end is known,
/// which may be when they end; those within a command come before it.
class ActivityObserver {
 public:
  virtual ~ActivityObserver() = default;

  /// `joules` spent evenly over `when` (an instant, if the interval is empty).
  virtual void on_energy(BlockId block, const Interval& when, double joules) = 0;

  /// The same, for moving `bytes` over a port of a block.
  virtual void on_access(PortId port, const Interval& when, double joules, std::uint64_t bytes) = 0;

  /// From `at` on the block draws these powers without doing anything: its clock tree's and its leakage.
  virtual void on_background(BlockId block, sc_core::sc_time at, double clock_watts,
                             double leakage_watts) = 0;

  /// The block was busy with `name` for `layer`.
  virtual void on_slice(BlockId block, Track track, std::string_view name, LayerId layer,
                        const Interval& when) = 0;

  /// The process that runs now starts a list of commands on the engine: software or other hardware.
  virtual void on_job_begin(BlockId /*engine*/) {}

  /// Software prepared a list for the engine and rang its doorbell, over `when`; `job` counts from 1.
  virtual void on_driver_call(BlockId engine, std::uint32_t job, const Interval& when) = 0;

  /// The engine worked on the list `job`; 0: other hardware started it.
  virtual void on_job(BlockId engine, std::uint32_t job, LayerId layer, const Interval& when) = 0;

  /// Software serviced this source of the interrupt controller, from claim to completion.
  virtual void on_interrupt(std::uint32_t source, const Interval& when) = 0;

  /// Software says that it now executes `layer`.
  virtual void on_layer(LayerId layer, sc_core::sc_time at) = 0;

  /// Software's measurement region of this name was open over `when`.
  virtual void on_region(std::string_view name, const Interval& when) = 0;

  /// A level changed.
  virtual void on_level(LevelId level, sc_core::sc_time at, std::uint64_t value) = 0;

  /// What the block does changed.
  virtual void on_activity(BlockId block, sc_core::sc_time at, Activity activity) = 0;

  /// A power domain's operating point or gating changed.
  virtual void on_power_state(PowerDomainId domain, sc_core::sc_time at, const PowerState& state) = 0;
};

}  // namespace kasane
