#include "platform/trace/writers/perfetto_writer.h"

#include <numeric>
#include <utility>

#include "platform/trace/perfetto.pb.h"

namespace kasane {
namespace {

using perfetto::TrackEvent;

constexpr std::uint32_t sequence = 1;
constexpr std::uint32_t state_cleared = 1;
constexpr std::uint32_t needs_state = 2;

std::uint64_t nanoseconds(Picoseconds time) {
  return time / 1000;
}

}  // namespace

PerfettoWriter::PerfettoWriter(const std::filesystem::path& path, bool compress, const TraceLayout& layout,
                               const TrackTable& tracks)
    : file_(path, compress),
      layout_(layout),
      tracks_(tracks),
      total_{.group = "", .name = "total power", .unit = "W"},
      packet_(std::make_unique<perfetto::TracePacket>()) {
  packet_->set_trusted_packet_sequence_id(sequence);
  packet_->set_sequence_flags(state_cleared);
  file_.put(*packet_);
  for (const std::string& block : layout.blocks) power_.push_back({block, block + " power", "W"});
  for (const PortEntry& port : layout.ports) {
    const std::string& block = layout.blocks[port.block.index];
    bandwidth_.push_back({block, block + " " + port.name + " bandwidth", "B/s"});
  }
  for (const LevelEntry& level : layout.levels) {
    const std::string& block = layout.blocks[level.block.index];
    levels_.push_back({block, block + " " + level.name, ""});
  }
  for (const std::string& domain : layout.domains) {
    volts_.push_back({"domain " + domain, domain + " voltage", "V"});
    hertz_.push_back({"domain " + domain, domain + " clock", "Hz"});
  }
}

PerfettoWriter::~PerfettoWriter() = default;

void PerfettoWriter::describe(std::uint64_t uuid, const std::string& name, std::uint64_t parent,
                              const char* unit) {
  perfetto::TracePacket packet;
  packet.set_trusted_packet_sequence_id(sequence);
  perfetto::TrackDescriptor& track = *packet.mutable_track_descriptor();
  track.set_uuid(uuid);
  track.set_name(name);
  if (parent != 0) track.set_parent_uuid(parent);
  if (unit != nullptr) track.mutable_counter()->set_unit_name(unit);
  file_.put(packet);
}

std::uint64_t PerfettoWriter::group(const std::string& name) {
  if (name.empty()) return 0;
  const auto [entry, fresh] = groups_.emplace(name, next_uuid_);
  if (fresh) describe(next_uuid_++, name, 0, nullptr);
  return entry->second;
}

std::uint64_t PerfettoWriter::track(std::size_t index) {
  if (track_uuids_.size() <= index) track_uuids_.resize(index + 1);
  if (track_uuids_[index] == 0) {
    const TrackInfo& info = tracks_[index];
    const std::uint64_t parent = group(info.group);
    track_uuids_[index] = next_uuid_++;
    describe(track_uuids_[index], info.name, parent, nullptr);
  }
  return track_uuids_[index];
}

std::uint64_t PerfettoWriter::intern(std::string_view name) {
  const auto known = names_.find(name);
  if (known != names_.end()) return known->second;
  const std::uint64_t number = names_.emplace(name, names_.size() + 1).first->second;
  perfetto::TracePacket packet;
  packet.set_trusted_packet_sequence_id(sequence);
  packet.set_sequence_flags(needs_state);
  perfetto::EventName& event = *packet.mutable_interned_data()->add_event_names();
  event.set_iid(number);
  event.set_name(std::string(name));
  file_.put(packet);
  return number;
}

/// In packet_, in place of what was there.
TrackEvent& PerfettoWriter::new_event(int type, std::uint64_t track, Picoseconds at) {
  packet_->Clear();
  packet_->set_timestamp(nanoseconds(at));
  packet_->set_trusted_packet_sequence_id(sequence);
  TrackEvent& event = *packet_->mutable_track_event();
  event.set_type(static_cast<TrackEvent::Type>(type));
  event.set_track_uuid(track);
  return event;
}

void PerfettoWriter::slice_event(int type, std::uint64_t track, Picoseconds at, std::uint64_t name,
                                 const Slice* flows) {
  TrackEvent& event = new_event(type, track, at);
  if (name != 0) {
    packet_->set_sequence_flags(needs_state);
    event.set_name_iid(name);
  }
  if (flows != nullptr && flows->flow != 0) {
    if (flows->flow_ends) {
      event.add_terminating_flow_ids(flows->flow);
    } else {
      event.add_flow_ids(flows->flow);
    }
  }
  file_.put(*packet_);
}

void PerfettoWriter::slice(const Slice& slice) {
  label_ = slice.name;
  const std::string& layer = layout_.layer_name(slice.layer);
  if (!layer.empty() && layer != label_) label_ += (label_.empty() ? "" : " ") + layer;
  const std::uint64_t uuid = track(slice.track);
  const std::uint64_t name = intern(label_);
  slice_event(TrackEvent::TYPE_SLICE_BEGIN, uuid, slice.when.begin, name, &slice);
  slice_event(TrackEvent::TYPE_SLICE_END, uuid, slice.when.end, 0, nullptr);
}

void PerfettoWriter::set(Counter& counter, Picoseconds at, double value) {
  if (counter.last == value && (counter.known || value == 0)) return;
  if (counter.uuid == 0) {
    const std::uint64_t parent = group(counter.group);
    counter.uuid = next_uuid_++;
    describe(counter.uuid, counter.name, parent, counter.unit);
  }
  counter.known = true;
  counter.last = value;
  TrackEvent& event = new_event(TrackEvent::TYPE_COUNTER, counter.uuid, at);
  event.set_double_counter_value(value);
  file_.put(*packet_);
}

void PerfettoWriter::window(const RateWindow& window) {
  for (std::size_t block = 0; block < power_.size(); ++block) {
    set(power_[block], window.when.begin, window.watts[block]);
  }
  for (std::size_t port = 0; port < bandwidth_.size(); ++port) {
    set(bandwidth_[port], window.when.begin, window.bytes_per_second[port]);
  }
  set(total_, window.when.begin, std::accumulate(window.watts.begin(), window.watts.end(), 0.0));
}

void PerfettoWriter::level(LevelId level, Picoseconds at, std::uint64_t value) {
  set(levels_[level.index], at, static_cast<double>(value));
}

void PerfettoWriter::domain(PowerDomainId domain, Picoseconds at, const DomainState& state) {
  set(volts_[domain.index], at, state.volts);
  set(hertz_[domain.index], at, state.hertz);
}

void PerfettoWriter::finish(Picoseconds end) {
  for (Counter& counter : power_) set(counter, end, 0);
  for (Counter& counter : bandwidth_) set(counter, end, 0);
  set(total_, end, 0);
  file_.close();
}

}  // namespace kasane
