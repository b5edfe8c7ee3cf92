/// Plays recorded events to whoever takes them in: names tracks, samples power, pairs calls with their
/// interrupts.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "platform/trace/recording/name_table.h"
#include "platform/trace/recording/peak_power.h"
#include "platform/trace/recording/rate_sampler.h"
#include "platform/trace/recording/trace_event.h"
#include "platform/trace/recording/trace_layout.h"
#include "platform/trace/recording/trace_sink.h"

namespace kasane {

class TracePlayer {
 public:
  /// All outlive the player. `window` is the sampling interval of power and bandwidth.
  TracePlayer(const TraceLayout& layout, TrackTable& tracks, const NameTable& names, Picoseconds window,
              std::vector<TraceSink*> sinks);

  void take(std::span<const TraceEvent> events);
  void tick();
  /// No events come any more; the last one told the time of the end.
  void finish();

  std::vector<PowerPeak> peaks() const { return peaks_.peaks(); }

 private:
  /// A slice that has begun.
  struct Open {
    std::string name;
    LayerId layer = no_layer;
    Picoseconds begin = 0;
  };
  struct Domain {
    PowerState state;
    Picoseconds awake_at = 0;
    bool waking = false;       ///< as last told
    std::optional<Open> open;  ///< the slice of the present state
  };
  /// An engine's last job, until the interrupt that ends it was serviced.
  struct LastJob {
    std::uint64_t flow = 0;
    Picoseconds end = 0;
  };

  void play(const TraceEvent& event);
  void pass_time(Picoseconds now);
  void set_background(const TraceEvent& event);
  void play_slice(const TraceEvent& event);
  void play_driver_call(const TraceEvent& event);
  void play_job(const TraceEvent& event);
  void play_interrupt(const TraceEvent& event);
  void enter_layer(LayerId layer, Picoseconds at);
  void play_domain(const TraceEvent& event);
  void show_domain(std::uint32_t index, Picoseconds at);
  void wake_domains(Picoseconds now);
  void give(const Slice& slice);
  std::size_t domain_track(std::uint32_t index);
  const std::string& name(std::uint64_t number);

  const TraceLayout& layout_;
  TrackTable& tracks_;
  const NameTable& names_;
  std::vector<TraceSink*> sinks_;
  RateSampler sampler_;
  PeakPower peaks_;
  std::vector<double> background_watts_;
  std::vector<std::string> known_names_;
  std::optional<Open> layer_;
  std::vector<Domain> domains_;
  std::size_t waking_ = 0;                    ///< domains that are
  std::map<std::string, LastJob> last_jobs_;  ///< by engine
  Picoseconds now_ = 0;
};

}  // namespace kasane
