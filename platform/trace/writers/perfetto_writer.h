/// trace.pftrace: a timeline for ui.perfetto.dev, written as the run goes.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "platform/trace/recording/trace_layout.h"
#include "platform/trace/recording/trace_sink.h"
#include "platform/trace/writers/packet_file.h"

namespace kasane::perfetto {
class TrackEvent;
}

namespace kasane {

/// Tracks are grouped by block; a track or counter without events is not in the file. Time is in nanoseconds,
/// Perfetto's unit; of slices simulated picoseconds are cut off.
class PerfettoWriter : public TraceSink {
 public:
  /// Layout and tracks outlive the writer.
  PerfettoWriter(const std::filesystem::path& path, bool compress, const TraceLayout& layout,
                 const TrackTable& tracks);
  ~PerfettoWriter() override;

  void slice(const Slice& slice) override;
  void window(const RateWindow& window) override;
  void level(LevelId level, Picoseconds at, std::uint64_t value) override;
  void domain(PowerDomainId domain, Picoseconds at, const DomainState& state) override;
  void tick() override { file_.flush_if_due(); }
  void finish(Picoseconds end) override;

 private:
  /// A counter's track; described in the file with its first value.
  struct Counter {
    std::string group;  ///< empty: of the whole chip
    std::string name;
    const char* unit = "";
    std::uint64_t uuid = 0;
    double last = 0;
    bool known = false;  ///< has had a value
  };
  std::uint64_t group(const std::string& name);
  std::uint64_t track(std::size_t index);
  std::uint64_t intern(std::string_view name);
  void describe(std::uint64_t uuid, const std::string& name, std::uint64_t parent, const char* unit);
  void set(Counter& counter, Picoseconds at, double value);
  perfetto::TrackEvent& new_event(int type, std::uint64_t track, Picoseconds at);
  void slice_event(int type, std::uint64_t track, Picoseconds at, std::uint64_t name, const Slice* flows);

  PacketFile file_;
  const TraceLayout& layout_;
  const TrackTable& tracks_;
  std::uint64_t next_uuid_ = 1;
  std::map<std::string, std::uint64_t> groups_;
  std::vector<std::uint64_t> track_uuids_;  ///< by track; 0: not described yet
  std::map<std::string, std::uint64_t, std::less<>> names_;
  std::vector<Counter> power_;
  std::vector<Counter> bandwidth_;
  std::vector<Counter> levels_;
  std::vector<Counter> volts_;
  std::vector<Counter> hertz_;
  Counter total_;
  std::unique_ptr<perfetto::TracePacket> packet_;  ///< to use again: packets are many
  std::string label_;
};

}  // namespace kasane
