#include "platform/trace/recording/trace_recorder.h"

namespace kasane {
namespace {

using Kind = TraceEvent::Kind;

TraceEvent over(Kind kind, std::uint32_t subject, const Interval& when) {
  return {.kind = kind, .subject = subject, .begin = when.begin.value(), .end = when.end.value()};
}

TraceEvent at_moment(Kind kind, std::uint32_t subject, sc_core::sc_time at) {
  return {.kind = kind, .subject = subject, .begin = at.value(), .end = at.value()};
}

}  // namespace

void TraceRecorder::push(const TraceEvent& event) {
  // Nothing begins before now: what begins before the next mark does not come after it.
  if (event.begin >= next_mark_ && sc_core::sc_time_stamp().value() >= next_mark_) mark_time();
  pipe_.push(event);
}

void TraceRecorder::mark_time() {
  const sc_core::sc_time now = sc_core::sc_time_stamp();
  next_mark_ = (now.value() / step_ + 1) * step_;
  pipe_.push(at_moment(Kind::time, 0, now));
}

void TraceRecorder::on_energy(BlockId block, const Interval& when, double joules) {
  TraceEvent event = over(Kind::energy, block.index, when);
  event.value = joules;
  push(event);
}

void TraceRecorder::on_access(PortId port, const Interval& when, double joules, std::uint64_t bytes) {
  TraceEvent event = over(Kind::access, port.index, when);
  event.value = joules;
  event.count = bytes;
  push(event);
}

void TraceRecorder::on_background(BlockId block, sc_core::sc_time at, double clock_watts,
                                  double leakage_watts) {
  TraceEvent event = at_moment(Kind::background, block.index, at);
  event.value = clock_watts + leakage_watts;
  push(event);
}

void TraceRecorder::on_slice(BlockId block, Track track, std::string_view name, LayerId layer,
                             const Interval& when) {
  TraceEvent event = over(Kind::slice, block.index, when);
  event.detail = static_cast<std::uint8_t>(track);
  event.layer = layer;
  event.count = names_.number(name);
  push(event);
}

void TraceRecorder::on_driver_call(BlockId engine, std::uint32_t job, const Interval& when) {
  TraceEvent event = over(Kind::driver_call, engine.index, when);
  event.count = job;
  push(event);
}

void TraceRecorder::on_job(BlockId engine, std::uint32_t job, LayerId layer, const Interval& when) {
  TraceEvent event = over(Kind::job, engine.index, when);
  event.layer = layer;
  event.count = job;
  push(event);
}

void TraceRecorder::on_interrupt(std::uint32_t source, const Interval& when) {
  push(over(Kind::interrupt, source, when));
}

void TraceRecorder::on_layer(LayerId layer, sc_core::sc_time at) {
  TraceEvent event = at_moment(Kind::layer, 0, at);
  event.layer = layer;
  push(event);
}

void TraceRecorder::on_region(std::string_view name, const Interval& when) {
  TraceEvent event = over(Kind::region, 0, when);
  event.count = names_.number(name);
  push(event);
}

void TraceRecorder::show_image(std::size_t slot, std::string_view name, const Interval& when) {
  TraceEvent event = over(Kind::image, static_cast<std::uint32_t>(slot), when);
  event.count = names_.number(name);
  push(event);
}

void TraceRecorder::on_level(LevelId level, sc_core::sc_time at, std::uint64_t value) {
  TraceEvent event = at_moment(Kind::level, level.index, at);
  event.count = value;
  push(event);
}

void TraceRecorder::on_activity(BlockId block, sc_core::sc_time at, Activity activity) {
  TraceEvent event = at_moment(Kind::activity, block.index, at);
  event.detail = static_cast<std::uint8_t>(activity);
  push(event);
}

void TraceRecorder::on_power_state(PowerDomainId domain, sc_core::sc_time at, const PowerState& state) {
  TraceEvent event = at_moment(Kind::domain, domain.index, at);
  event.detail = static_cast<std::uint8_t>((state.clocked ? TraceEvent::clocked_bit : 0) |
                                           (state.powered ? TraceEvent::powered_bit : 0));
  event.end = state.awake_at.value();
  event.value = state.volts;
  event.count = static_cast<std::uint64_t>(state.hertz);
  push(event);
}

}  // namespace kasane
