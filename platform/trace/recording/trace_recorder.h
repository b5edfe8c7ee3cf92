/// Records a run: everything the account's observers are told goes into the event pipe.
#pragma once

#include <cstdint>

#include "models/common/activity_observer.h"
#include "platform/trace/recording/event_pipe.h"
#include "platform/trace/recording/name_table.h"
#include "platform/trace/recording/trace_sink.h"

namespace kasane {

class TraceRecorder : public ActivityObserver {
 public:
  /// At most `step` of simulated time passes between two time events while anything happens.
  TraceRecorder(EventPipe& pipe, NameTable& names, Picoseconds step)
      : pipe_(pipe), names_(names), step_(step) {}

  void on_energy(BlockId block, const Interval& when, double joules) override;
  void on_access(PortId port, const Interval& when, double joules, std::uint64_t bytes) override;
  void on_background(BlockId block, sc_core::sc_time at, double clock_watts, double leakage_watts) override;
  void on_slice(BlockId block, Track track, std::string_view name, LayerId layer,
                const Interval& when) override;
  void on_driver_call(BlockId engine, std::uint32_t job, const Interval& when) override;
  void on_job(BlockId engine, std::uint32_t job, LayerId layer, const Interval& when) override;
  void on_interrupt(std::uint32_t source, const Interval& when) override;
  void on_layer(LayerId layer, sc_core::sc_time at) override;
  void on_region(std::string_view name, const Interval& when) override;
  void on_level(LevelId level, sc_core::sc_time at, std::uint64_t value) override;
  void on_activity(BlockId block, sc_core::sc_time at, Activity activity) override;
  void on_power_state(PowerDomainId domain, sc_core::sc_time at, const PowerState& state) override;

  /// It is sc_time_stamp(), whether or not anything happens.
  void mark_time();

  /// Software processed an image over `when`, as `name` says. Images of one slot do not overlap.
  void show_image(std::size_t slot, std::string_view name, const Interval& when);

 private:
  void push(const TraceEvent& event);

  EventPipe& pipe_;
  NameTable& names_;
  Picoseconds step_;
  Picoseconds next_mark_ = 0;
};

}  // namespace kasane
