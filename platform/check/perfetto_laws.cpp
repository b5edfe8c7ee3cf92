#include "platform/check/perfetto_laws.h"

#include <cmath>
#include <unordered_map>
#include <vector>

#include "platform/check/csv_reader.h"
#include "platform/check/held_powers.h"
#include "platform/check/packet_reader.h"

namespace kasane::checks {
namespace {

constexpr const char* file_name = "trace.pftrace";
constexpr std::uint32_t state_cleared = 1;  ///< of sequence_flags
constexpr std::uint32_t state_needed = 2;

using perfetto::TrackEvent;

struct OpenSlice {
  std::string name;
  std::uint64_t begin_ns = 0;
};

struct Track {
  std::string name;
  std::string group;  ///< the parent's name
  bool is_counter = false;
  std::optional<std::size_t> power;  ///< curve of HeldPowers
  std::uint64_t last_ns = 0;
  std::vector<OpenSlice> open;
  SliceDigest digest;
};

/// Names that a sequence of packets has given numbers.
struct Sequence {
  bool started = false;
  std::unordered_map<std::uint64_t, std::string> names;
};

class PacketLaws {
 public:
  explicit PacketLaws(Findings& findings)
      : powers_(findings, file_name, "packet"),
        named_(findings, file_name, "events are of tracks and names that were described"),
        order_(findings, file_name, "events of a track in order of time"),
        paired_(findings, file_name, "slices of a track nest: every begin has its end"),
        flows_law_(findings, file_name, "steps of an arrow in order of time"),
        counters_(findings, file_name, "counters finite and not negative") {}

  void see(const perfetto::TracePacket& packet, std::uint64_t number) {
    number_ = number;
    time_ns_ = packet.timestamp();
    Sequence& sequence = sequences_[packet.trusted_packet_sequence_id()];
    if ((packet.sequence_flags() & state_cleared) != 0) {
      sequence.names.clear();
      sequence.started = true;
    }
    if ((packet.sequence_flags() & state_needed) != 0 && !sequence.started) {
      named_.violated(where() + "expected a packet that starts its sequence before, found none");
    }
    for (const perfetto::EventName& name : packet.interned_data().event_names()) {
      sequence.names[name.iid()] = name.name();
    }
    if (packet.has_track_descriptor()) describe(packet.track_descriptor());
    if (packet.has_track_event()) see_event(packet.track_event(), sequence);
  }

  void close(const Ledger* ledger, std::uint64_t packets) {
    if (ledger != nullptr) close_tracks();
    const std::string tracks = counted(tracks_.size(), "track");
    named_.close(counted(packets, "packet") + ", " + tracks);
    order_.close(counted(events_, "event") + " on " + tracks);
    paired_.close(counted(slices_, "slice"),
                  open_slices() == 0 ? "" : counted(open_slices(), "slice") + " open at the end");
    flows_law_.close(counted(flows_, "arrow") + ", " + counted(steps_, "step"),
                     flow_times_.empty() ? "" : counted(flow_times_.size(), "arrow") + " without end");
    counters_.close(counted(values_, "value"));
    powers_.close(ledger);
  }

  PerfettoFacts facts() const {
    PerfettoFacts facts{.power_end_ps = powers_.end_ps()};
    for (const auto& [uuid, track] : tracks_) {
      if (track.digest.slices == 0) continue;
      SliceDigest& digest = facts.slices[{track.group, track.name}];
      digest.slices += track.digest.slices;
      digest.hash += track.digest.hash;
    }
    return facts;
  }

 private:
  std::string where() const { return "packet " + std::to_string(number_) + ": "; }

  void describe(const perfetto::TrackDescriptor& descriptor) {
    Track& track = tracks_[descriptor.uuid()];
    if (descriptor.has_name()) track.name = descriptor.name();
    if (descriptor.has_parent_uuid()) {
      const auto parent = tracks_.find(descriptor.parent_uuid());
      if (parent == tracks_.end()) {
        named_.violated(where() + track.name + ": its parent was not described before");
      } else {
        track.group = parent->second.name;
      }
    }
    track.is_counter = track.is_counter || descriptor.has_counter();
    if (track.is_counter && !track.power) find_power(track);
  }

  void find_power(Track& track) {
    constexpr std::string_view suffix = " power";
    if (!track.name.ends_with(suffix)) return;
    const std::string block = track.name.substr(0, track.name.size() - suffix.size());
    track.power = block == "total" ? powers_.add_total() : powers_.add_block(block);
  }

  void see_event(const TrackEvent& event, const Sequence& sequence) {
    ++events_;
    const auto found = tracks_.find(event.track_uuid());
    if (found == tracks_.end()) {
      named_.violated(where() + "an event of track " + std::to_string(event.track_uuid()) +
                      ", which was not described");
      return;
    }
    Track& track = found->second;
    if (time_ns_ < track.last_ns) {
      order_.violated(where() + track.group + ", " + track.name + ": expected " + nanoseconds(track.last_ns) +
                      " or later, found " + nanoseconds(time_ns_));
    } else {
      track.last_ns = time_ns_;
    }
    if (event.type() == TrackEvent::TYPE_SLICE_BEGIN) begin_slice(track, name_of(event, sequence));
    if (event.type() == TrackEvent::TYPE_SLICE_END) end_slice(track);
    if (event.type() == TrackEvent::TYPE_COUNTER) count(track, event);
    for (const std::uint64_t flow : event.flow_ids()) step(flow, false);
    for (const std::uint64_t flow : event.terminating_flow_ids()) step(flow, true);
  }

  std::string name_of(const TrackEvent& event, const Sequence& sequence) {
    const auto found = sequence.names.find(event.name_iid());
    if (found != sequence.names.end()) return found->second;
    named_.violated(where() + "name " + std::to_string(event.name_iid()) + " was not given before");
    return {};
  }

  void begin_slice(Track& track, const std::string& name) {
    ++slices_;
    track.open.push_back({name, time_ns_});
  }

  void end_slice(Track& track) {
    if (track.open.empty()) {
      paired_.violated(where() + track.group + ", " + track.name + ": an end at " + nanoseconds(time_ns_) +
                       " without a begin");
      return;
    }
    const OpenSlice& slice = track.open.back();
    track.digest.add(slice.name, static_cast<std::int64_t>(slice.begin_ns),
                     static_cast<std::int64_t>(time_ns_));
    track.open.pop_back();
  }

  void count(const Track& track, const TrackEvent& event) {
    ++values_;
    const double value = event.double_counter_value();
    if (!(std::isfinite(value) && value >= 0)) {
      counters_.violated(where() + track.name + ": expected 0 or more, found " + text(value));
    }
    if (track.power) powers_.set(*track.power, static_cast<std::int64_t>(time_ns_) * 1000, value, number_);
  }

  void step(std::uint64_t flow, bool last) {
    ++steps_;
    const auto found = flow_times_.find(flow);
    if (found == flow_times_.end()) {
      ++flows_;
      if (last) {
        flows_law_.violated(where() + "arrow " + std::to_string(flow) + " ends without a start");
      } else {
        flow_times_[flow] = time_ns_;
      }
      return;
    }
    if (time_ns_ < found->second) {
      flows_law_.violated(where() + "arrow " + std::to_string(flow) + ": expected " +
                          nanoseconds(found->second) + " or later, found " + nanoseconds(time_ns_));
    }
    found->second = time_ns_;
    if (last) flow_times_.erase(found);
  }

  void close_tracks() {
    for (const auto& [uuid, track] : tracks_) {
      for (const OpenSlice& slice : track.open) {
        paired_.violated(track.group + ", " + track.name + ": " + slice.name + ", begun at " +
                         nanoseconds(slice.begin_ns) + ", has no end");
      }
    }
  }

  std::uint64_t open_slices() const {
    std::uint64_t count = 0;
    for (const auto& [uuid, track] : tracks_) count += track.open.size();
    return count;
  }

  static std::string nanoseconds(std::uint64_t time) { return std::to_string(time) + " ns"; }

  HeldPowers powers_;
  Law named_, order_, paired_, flows_law_, counters_;
  std::map<std::uint64_t, Track> tracks_;
  std::unordered_map<std::uint32_t, Sequence> sequences_;
  std::unordered_map<std::uint64_t, std::uint64_t> flow_times_;  ///< of arrows without end: the last step
  std::uint64_t number_ = 0;
  std::uint64_t time_ns_ = 0;
  std::uint64_t events_ = 0, slices_ = 0, values_ = 0, flows_ = 0, steps_ = 0;
};

}  // namespace

std::optional<PerfettoFacts> check_perfetto(const std::filesystem::path& path, const Ledger* ledger,
                                            Findings& findings) {
  Law form(findings, file_name, "can be read to its end");
  try {
    PacketReader reader(path);
    PacketLaws laws(findings);
    perfetto::TracePacket packet;
    while (reader.next(packet)) laws.see(packet, reader.packets());
    if (reader.ends_within_packet() && ledger != nullptr) form.violated("the last packet is cut off");
    form.close(counted(reader.packets(), "packet") +
               (reader.compressed() == 0 ? "" : " in " + counted(reader.compressed(), "compressed one")));
    laws.close(ledger, reader.packets());
    return laws.facts();
  } catch (const Malformed& error) {
    form.violated(error.what());
    form.close("");
    return std::nullopt;
  }
}

}  // namespace kasane::checks
