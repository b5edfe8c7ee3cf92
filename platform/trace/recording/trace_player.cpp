#include "platform/trace/recording/trace_player.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace kasane {
namespace {

using Kind = TraceEvent::Kind;

Span span_of(const TraceEvent& event) {
  return {event.begin, event.end};
}

std::uint64_t flow_of(const TraceEvent& event) {
  return event.count == 0 ? 0 : (std::uint64_t{event.subject} + 1) << 32 | event.count;
}

}  // namespace

TracePlayer::TracePlayer(const TraceLayout& layout, TrackTable& tracks, const NameTable& names,
                         Picoseconds window, std::vector<TraceSink*> sinks)
    : layout_(layout),
      tracks_(tracks),
      names_(names),
      sinks_(std::move(sinks)),
      sampler_(layout.blocks.size() + layout.ports.size(), window,
               [this](const Span& when, std::span<const double> rates) {
                 const std::size_t blocks = layout_.blocks.size();
                 for (TraceSink* sink : sinks_) {
                   sink->window({when, rates.first(blocks), rates.subspan(blocks)});
                 }
               }),
      background_watts_(layout.blocks.size()),
      domains_(layout.domains.size()) {}

void TracePlayer::take(std::span<const TraceEvent> events) {
  for (const TraceEvent& event : events) play(event);
}

void TracePlayer::tick() {
  for (TraceSink* sink : sinks_) sink->tick();
}

void TracePlayer::play(const TraceEvent& event) {
  switch (event.kind) {
    case Kind::energy:
      sampler_.add(event.subject, span_of(event), event.value);
      return peaks_.add(span_of(event), event.value);
    case Kind::access:
      sampler_.add(layout_.ports[event.subject].block.index, event.value,
                   layout_.blocks.size() + event.subject, static_cast<double>(event.count), span_of(event));
      return peaks_.add(span_of(event), event.value);
    case Kind::time:
      return pass_time(event.begin);
    case Kind::background:
      return set_background(event);
    case Kind::slice:
      return play_slice(event);
    case Kind::driver_call:
      return play_driver_call(event);
    case Kind::job:
      return play_job(event);
    case Kind::interrupt:
      return play_interrupt(event);
    case Kind::layer:
      return enter_layer(event.layer, event.begin);
    case Kind::region:
      return give({.track = tracks_.named("software", "regions: " + name(event.count)),
                   .name = name(event.count),
                   .when = span_of(event)});
    case Kind::image:
      return give({.track = tracks_.named("software", "images " + std::to_string(event.subject + 1)),
                   .name = name(event.count),
                   .when = span_of(event)});
    case Kind::level:
      wake_domains(event.begin);
      for (TraceSink* sink : sinks_) sink->level({event.subject}, event.begin, event.count);
      return;
    case Kind::activity:
      wake_domains(event.begin);
      for (TraceSink* sink : sinks_) {
        sink->activity({event.subject}, event.begin, static_cast<Activity>(event.detail));
      }
      return;
    case Kind::domain:
      return play_domain(event);
  }
}

void TracePlayer::pass_time(Picoseconds now) {
  now_ = now;
  wake_domains(now);
  sampler_.advance(now);
  peaks_.advance(now);
}

void TracePlayer::set_background(const TraceEvent& event) {
  sampler_.set_background(event.subject, event.begin, event.value);
  background_watts_[event.subject] = event.value;
  peaks_.set_background(event.begin,
                        std::accumulate(background_watts_.begin(), background_watts_.end(), 0.0));
}

const std::string& TracePlayer::name(std::uint64_t number) {
  while (known_names_.size() <= number) known_names_.push_back(names_.name(known_names_.size()));
  return known_names_[number];
}

void TracePlayer::give(const Slice& slice) {
  for (TraceSink* sink : sinks_) sink->slice(slice);
}

void TracePlayer::play_slice(const TraceEvent& event) {
  give({.track = tracks_.of_block({event.subject}, static_cast<Track>(event.detail)),
        .name = name(event.count),
        .layer = event.layer,
        .when = span_of(event)});
}

void TracePlayer::play_driver_call(const TraceEvent& event) {
  const std::string& engine = layout_.blocks[event.subject];
  give({.track = tracks_.named(layout_.blocks[layout_.cpu.index], "driver: " + engine),
        .name = engine,
        .when = span_of(event),
        .flow = flow_of(event)});
}

void TracePlayer::play_job(const TraceEvent& event) {
  give({.track = tracks_.of_block({event.subject}, Track::jobs),
        .name = "list",
        .layer = event.layer,
        .when = span_of(event),
        .flow = flow_of(event)});
  last_jobs_[layout_.blocks[event.subject]] = {flow_of(event), event.end};
}

void TracePlayer::play_interrupt(const TraceEvent& event) {
  const std::string& source = layout_.sources.at(event.subject);
  Slice slice{.track = tracks_.named(layout_.blocks[layout_.cpu.index], "interrupt: " + source),
              .name = source,
              .when = span_of(event)};
  const auto job = last_jobs_.find(source);
  if (job != last_jobs_.end() && job->second.end <= event.begin) {
    slice.flow = std::exchange(job->second.flow, 0);
    slice.flow_ends = slice.flow != 0;
  }
  give(slice);
}

void TracePlayer::enter_layer(LayerId layer, Picoseconds at) {
  if (layer_ && at > layer_->begin) {
    give({.track = tracks_.named("software", "layers"),
          .name = layer_->name,
          .layer = layer_->layer,
          .when = {layer_->begin, at}});
  }
  layer_.reset();
  if (layer < layout_.layers.size()) layer_ = {layout_.layer_name(layer), layer, at};
}

void TracePlayer::play_domain(const TraceEvent& event) {
  wake_domains(event.begin);
  Domain& domain = domains_[event.subject];
  domain.state = {.volts = event.value,
                  .hertz = static_cast<double>(event.count),
                  .clocked = (event.detail & TraceEvent::clocked_bit) != 0,
                  .powered = (event.detail & TraceEvent::powered_bit) != 0,
                  .awake_at = {}};
  domain.awake_at = event.end;
  show_domain(event.subject, event.begin);
}

/// Tells the domain's state at this moment, and ends the slice of the former one.
void TracePlayer::show_domain(std::uint32_t index, Picoseconds at) {
  Domain& domain = domains_[index];
  if (domain.waking) --waking_;
  domain.waking = domain.state.powered && at < domain.awake_at;
  if (domain.waking) ++waking_;
  const std::string text = domain.waking ? waking_up_text : text_of(domain.state);
  if (!domain.open || domain.open->name != text) {
    if (domain.open && at > domain.open->begin) {
      give({.track = domain_track(index), .name = domain.open->name, .when = {domain.open->begin, at}});
    }
    domain.open = Open{.name = text, .begin = at};
  }
  const bool runs = domain.state.powered && domain.state.clocked && !domain.waking;
  const DomainState state{domain.state.powered ? domain.state.volts : 0, runs ? domain.state.hertz : 0, text};
  for (TraceSink* sink : sinks_) sink->domain({index}, at, state);
}

std::size_t TracePlayer::domain_track(std::uint32_t index) {
  return tracks_.named("domain " + layout_.domains[index], "state");
}

/// In order of time, whatever the order of the domains.
void TracePlayer::wake_domains(Picoseconds now) {
  while (waking_ > 0) {
    std::optional<std::uint32_t> next;
    for (std::uint32_t index = 0; index < domains_.size(); ++index) {
      if (!domains_[index].waking || domains_[index].awake_at > now) continue;
      if (!next || domains_[index].awake_at < domains_[*next].awake_at) next = index;
    }
    if (!next) return;
    show_domain(*next, domains_[*next].awake_at);
  }
}

void TracePlayer::finish() {
  enter_layer(no_layer, now_);
  for (std::uint32_t index = 0; index < domains_.size(); ++index) {
    const Domain& domain = domains_[index];
    if (!domain.open || now_ == domain.open->begin) continue;
    give({.track = domain_track(index), .name = domain.open->name, .when = {domain.open->begin, now_}});
  }
  peaks_.finish(now_);
  const Picoseconds end = sampler_.finish(now_);
  for (TraceSink* sink : sinks_) sink->finish(end);
}

}  // namespace kasane
