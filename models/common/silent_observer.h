/// An observer of activity that hears everything and does nothing: whoever watches overrides what it is
/// about.
#pragma once

#include "models/common/activity_observer.h"

namespace kasane {

class SilentObserver : public ActivityObserver {
 public:
  void on_energy(BlockId, const Interval&, double) override {}
  /// Access is energy, too: who watches energy sees both.
  void on_access(PortId, const Interval& when, double joules, std::uint64_t) override {
    on_energy({}, when, joules);
  }
  void on_background(BlockId, sc_core::sc_time, double, double) override {}
  void on_slice(BlockId, Track, std::string_view, LayerId, const Interval&) override {}
  void on_driver_call(BlockId, std::uint32_t, const Interval&) override {}
  void on_job(BlockId, std::uint32_t, LayerId, const Interval&) override {}
  void on_interrupt(std::uint32_t, const Interval&) override {}
  void on_layer(LayerId, sc_core::sc_time) override {}
  void on_region(std::string_view, const Interval&) override {}
  void on_level(LevelId, sc_core::sc_time, std::uint64_t) override {}
  void on_activity(BlockId, sc_core::sc_time, Activity) override {}
  void on_power_state(PowerDomainId, sc_core::sc_time, const PowerState&) override {}
};

}  // namespace kasane
