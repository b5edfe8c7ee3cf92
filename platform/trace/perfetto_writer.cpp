#include "platform/trace/perfetto_writer.h"

#include <limits>
#include <numeric>
#include <utility>

#include "platform/trace/perfetto.pb.h"

namespace kasane {
namespace {

constexpr std::uint32_t sequence = 1;
constexpr std::uint32_t state_cleared = 1;
constexpr std::uint32_t needs_state = 2;

// Track numbers: four a block, and a few for the whole chip.
constexpr std::uint64_t layer_track = 1;
constexpr std::uint64_t total_track = 2;
constexpr std::uint64_t first_block_track = 16;
std::uint64_t group_of(std::size_t block) {
  return first_block_track + 4 * block;
}
std::uint64_t track_of(std::size_t block, Track track) {
  return group_of(block) + 1 + static_cast<std::uint64_t>(track);
}
std::uint64_t power_of(std::size_t block) {
  return group_of(block) + 3;
}

std::uint64_t nanoseconds(sc_core::sc_time time) {
  return time.value() / 1000;
}

perfetto::TracePacket event(perfetto::TrackEvent::Type type, std::uint64_t track, sc_core::sc_time at) {
  perfetto::TracePacket packet;
  packet.set_timestamp(nanoseconds(at));
  packet.set_trusted_packet_sequence_id(sequence);
  packet.set_sequence_flags(needs_state);
  packet.mutable_track_event()->set_type(type);
  packet.mutable_track_event()->set_track_uuid(track);
  return packet;
}

}  // namespace

PerfettoWriter::PerfettoWriter(const std::filesystem::path& path, const std::vector<std::string>& blocks,
                               std::vector<std::string> layers)
    : file_(path),
      layers_(std::move(layers)),
      last_watts_(blocks.size() + 1, std::numeric_limits<double>::quiet_NaN()) {
  perfetto::TracePacket first;
  first.set_trusted_packet_sequence_id(sequence);
  first.set_sequence_flags(state_cleared);
  put(first);
  describe(layer_track, "software: layer", 0, nullptr);
  describe(total_track, "total power", 0, "W");
  for (std::size_t block = 0; block < blocks.size(); ++block) {
    describe(group_of(block), blocks[block], 0, nullptr);
    describe(track_of(block, Track::commands), blocks[block] + " commands", group_of(block), nullptr);
    describe(track_of(block, Track::phases), blocks[block] + " phases", group_of(block), nullptr);
    describe(power_of(block), blocks[block] + " power", group_of(block), "W");
  }
}

void PerfettoWriter::describe(std::uint64_t uuid, const std::string& name, std::uint64_t parent,
                              const char* unit) {
  perfetto::TracePacket packet;
  packet.set_trusted_packet_sequence_id(sequence);
  perfetto::TrackDescriptor& track = *packet.mutable_track_descriptor();
  track.set_uuid(uuid);
  track.set_name(name);
  if (parent != 0) track.set_parent_uuid(parent);
  if (unit != nullptr) track.mutable_counter()->set_unit_name(unit);
  put(packet);
}

void PerfettoWriter::put(const perfetto::TracePacket& packet) {
  // A trace is nothing but its packets, each behind the tag and the length of Trace.packet.
  constexpr char packet_tag = 1 << 3 | 2;  // field 1, length-delimited
  buffer_.assign(1, packet_tag);
  for (std::size_t length = packet.ByteSizeLong();; length >>= 7) {
    buffer_ += static_cast<char>((length & 0x7f) | (length > 0x7f ? 0x80 : 0));
    if (length <= 0x7f) break;
  }
  packet.AppendToString(&buffer_);
  file_.write(buffer_);
}

std::uint64_t PerfettoWriter::intern(const std::string& name) {
  const auto [entry, fresh] = names_.emplace(name, names_.size() + 1);
  if (fresh) {
    perfetto::TracePacket packet;
    packet.set_trusted_packet_sequence_id(sequence);
    packet.set_sequence_flags(needs_state);
    perfetto::EventName& event = *packet.mutable_interned_data()->add_event_names();
    event.set_iid(entry->second);
    event.set_name(name);
    put(packet);
  }
  return entry->second;
}

std::string PerfettoWriter::label(std::string_view name, LayerId layer) const {
  std::string text(name);
  if (layer < layers_.size()) text += (text.empty() ? "" : " ") + layers_[layer];
  return text;
}

void PerfettoWriter::slice_begin(std::uint64_t track, const std::string& name, sc_core::sc_time at) {
  const std::uint64_t name_id = intern(name);
  perfetto::TracePacket packet = event(perfetto::TrackEvent::TYPE_SLICE_BEGIN, track, at);
  packet.mutable_track_event()->set_name_iid(name_id);
  put(packet);
}

void PerfettoWriter::slice_end(std::uint64_t track, sc_core::sc_time at) {
  put(event(perfetto::TrackEvent::TYPE_SLICE_END, track, at));
}

void PerfettoWriter::counter(std::uint64_t track, sc_core::sc_time at, double value) {
  perfetto::TracePacket packet = event(perfetto::TrackEvent::TYPE_COUNTER, track, at);
  packet.mutable_track_event()->set_double_counter_value(value);
  put(packet);
}

void PerfettoWriter::on_slice(BlockId block, Track track, std::string_view name, LayerId layer,
                              const Interval& when) {
  const std::uint64_t uuid = track_of(block.index, track);
  slice_begin(uuid, label(name, layer), when.begin);
  slice_end(uuid, when.end);
  file_.flush_if_due();
}

void PerfettoWriter::on_layer(LayerId layer, sc_core::sc_time at) {
  if (layer_open_) slice_end(layer_track, at);
  layer_open_ = layer != no_layer;
  if (layer_open_) slice_begin(layer_track, label("", layer), at);
}

void PerfettoWriter::on_window(const Interval& window, std::span<const double> watts) {
  for (std::size_t block = 0; block < watts.size(); ++block) {
    if (watts[block] != last_watts_[block]) counter(power_of(block), window.begin, watts[block]);
    last_watts_[block] = watts[block];
  }
  const double total = std::accumulate(watts.begin(), watts.end(), 0.0);
  if (total != last_watts_.back()) counter(total_track, window.begin, total);
  last_watts_.back() = total;
  file_.flush_if_due();
}

void PerfettoWriter::finish() {
  if (layer_open_) slice_end(layer_track, sc_core::sc_time_stamp());
  layer_open_ = false;
  file_.close();
}

}  // namespace kasane
