/// A power domain: the blocks that share a supply and a clock.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <systemc>

#include "models/common/energy_account.h"

namespace kasane {

/// One voltage and the frequency it is run at.
struct OperatingPoint {
  double volts = 0;
  std::uint64_t hertz = 0;
};

/// How energy and leakage follow the voltage, relative to nominal; from the technology.
struct VoltageScaling {
  std::function<double(double volts)> dynamic;
  std::function<double(double volts)> leakage;
};

struct PowerDomainConfig {
  std::vector<OperatingPoint> points;  ///< at least one
  std::uint32_t initial_point = 0;
  sc_core::sc_time wake_up;    ///< from power on to usable
  bool clock_can_gate = true;  ///< false for what must always run
  bool power_can_gate = true;  ///< false for what must never lose its state
};

/// Holds the present operating point and gating; blocks ask it for time, the power manager changes it.
class PowerDomain {
 public:
  PowerDomain(std::string name, PowerDomainConfig config, VoltageScaling scaling, EnergyAccount& account);

  /// The block belongs to this domain: `leakage_watts` and `clock_joules` (of one clock cycle, all its
  /// registers and clock tree) at nominal voltage.
  void attach(BlockId block, const Figure& leakage_watts, const Figure& clock_joules);

  /// Duration of `count` cycles at the present frequency, rounded once to a picosecond.
  sc_core::sc_time cycles(std::uint64_t count) const;

  /// Fewest cycles that last at least `duration` at the present frequency: the inverse of cycles().
  std::uint64_t cycles_in(sc_core::sc_time duration) const;

  const std::string& name() const { return name_; }
  const PowerDomainConfig& config() const { return config_; }
  const OperatingPoint& point() const { return config_.points[point_]; }
  std::uint32_t point_index() const { return point_; }
  bool clocked() const { return clocked_; }
  bool powered() const { return powered_; }
  /// Powered and past its wake-up time.
  bool awake() const { return powered_ && sc_core::sc_time_stamp() >= awake_at_; }
  /// Powered, awake and clocked: the block can be used.
  bool ready() const { return clocked_ && awake(); }

  /// Each returns false, and changes nothing, where the domain does not allow it.
  bool set_point(std::uint32_t index);
  bool set_clock(bool on);
  bool set_power(bool on);

  /// Called after every change; memories forget their contents when they find themselves unpowered.
  void on_change(std::function<void()> callback) { callbacks_.push_back(std::move(callback)); }

 private:
  struct Member {
    BlockId block;
    Figure leakage_watts;
    Figure clock_joules;
  };
  std::uint64_t picoseconds(std::uint64_t count) const;
  void apply(const Member& member);
  void changed();
  PowerState state() const;

  std::string name_;
  PowerDomainConfig config_;
  VoltageScaling scaling_;
  EnergyAccount& account_;
  PowerDomainId id_;
  std::vector<Member> members_;
  std::vector<std::function<void()>> callbacks_;
  std::uint32_t point_;
  bool clocked_ = true;
  bool powered_ = true;
  sc_core::sc_time awake_at_;
};

}  // namespace kasane
