#include "models/common/power_domain.h"

#include <stdexcept>
#include <utility>

namespace kasane {
namespace {
constexpr std::uint64_t picoseconds_per_second = 1'000'000'000'000;

/// (a * b + add) / divisor. The hart asks at every synchronisation, and mostly for so little that it fits 64
/// bits.
std::uint64_t multiply_divide(std::uint64_t a, std::uint64_t b, std::uint64_t divisor, std::uint64_t add) {
  std::uint64_t sum = 0;
  if (!__builtin_mul_overflow(a, b, &sum) && !__builtin_add_overflow(sum, add, &sum)) [[likely]]
    return sum / divisor;
  return static_cast<std::uint64_t>((static_cast<unsigned __int128>(a) * b + add) / divisor);
}
}  // namespace

PowerDomain::PowerDomain(std::string name, PowerDomainConfig config, VoltageScaling scaling,
                         EnergyAccount& account)
    : name_(std::move(name)),
      config_(std::move(config)),
      scaling_(std::move(scaling)),
      account_(account),
      point_(config_.initial_point) {
  if (point_ >= config_.points.size()) {
    throw std::invalid_argument("power domain '" + name_ + "': no operating point " + std::to_string(point_));
  }
  for (const OperatingPoint& point : config_.points) {
    if (point.hertz == 0 || !(point.volts > 0)) {
      throw std::invalid_argument("power domain '" + name_ +
                                  "': operating points need volts and hertz above 0");
    }
  }
  id_ = account_.feed().add_domain(name_, state());
}

PowerState PowerDomain::state() const {
  return {.volts = point().volts,
          .hertz = static_cast<double>(point().hertz),
          .clocked = clocked_,
          .powered = powered_,
          .awake_at = awake_at_};
}

void PowerDomain::attach(BlockId block, const Figure& leakage_watts, const Figure& clock_joules) {
  members_.push_back({block, leakage_watts, clock_joules});
  apply(members_.back());
}

std::uint64_t PowerDomain::picoseconds(std::uint64_t count) const {
  return multiply_divide(count, picoseconds_per_second, point().hertz, point().hertz / 2);
}

sc_core::sc_time PowerDomain::cycles(std::uint64_t count) const {
  return sc_core::sc_time::from_value(picoseconds(count));
}

std::uint64_t PowerDomain::cycles_in(sc_core::sc_time duration) const {
  const std::uint64_t count =
      multiply_divide(duration.value(), point().hertz, picoseconds_per_second, picoseconds_per_second - 1);
  // cycles() may have rounded up to the next picosecond; that picosecond is not another cycle.
  return count > 0 && picoseconds(count - 1) >= duration.value() ? count - 1 : count;
}

bool PowerDomain::set_point(std::uint32_t index) {
  if (index >= config_.points.size()) return false;
  if (index == point_) return true;
  point_ = index;
  changed();
  return true;
}

bool PowerDomain::set_clock(bool on) {
  if (!on && !config_.clock_can_gate) return false;
  if (on == clocked_) return true;
  clocked_ = on;
  changed();
  return true;
}

bool PowerDomain::set_power(bool on) {
  if (!on && !config_.power_can_gate) return false;
  if (on == powered_) return true;
  powered_ = on;
  if (on) awake_at_ = sc_core::sc_time_stamp() + config_.wake_up;
  changed();
  return true;
}

void PowerDomain::apply(const Member& member) {
  const double dynamic = scaling_.dynamic(point().volts);
  const Figure clock_watts =
      powered_ && clocked_ ? member.clock_joules * dynamic * static_cast<double>(point().hertz) : Figure{};
  const Figure leakage_watts = powered_ ? member.leakage_watts * scaling_.leakage(point().volts) : Figure{};
  account_.set_dynamic_scale(member.block, dynamic);
  account_.set_background(member.block, clock_watts, leakage_watts);
}

void PowerDomain::changed() {
  account_.feed().set_power_state(id_, state());
  for (const Member& member : members_) apply(member);
  for (const auto& callback : callbacks_) callback();
}

}  // namespace kasane
