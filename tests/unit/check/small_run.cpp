#include "tests/unit/check/small_run.h"

#include <fstream>
#include <iterator>
#include <sstream>
#include <unistd.h>

#include "platform/check/check.h"

namespace kasane::checks {
namespace {

constexpr const char* summary = R"({
  "simulated_seconds": 4e-06,
  "images": 2,
  "energy_joules": 5.25e-06,
  "dynamic_joules": 4.5e-06,
  "leakage_joules": 7.5e-07,
  "energy_range_joules": {"low": 3e-06, "high": 9e-06},
  "blocks": {
    "cpu": {"energy_joules": {"dynamic": 2e-06, "leakage": 2.5e-07}, "energy_range_joules": {"low": 1e-06, "high": 4e-06},
            "bytes_read": 100, "bytes_written": 7},
    "ncu": {"energy_joules": {"dynamic": 2.5e-06, "leakage": 5e-07}, "energy_range_joules": {"low": 2e-06, "high": 5e-06},
            "bytes_read": 50, "bytes_written": 0}
  },
  "layers": [
    {"name": "conv", "seconds": 2e-06, "energy_joules": 4.5e-06, "dynamic_joules": 3.8e-06, "leakage_joules": 7e-07,
     "time": {"compute_seconds": 1.5e-06, "memory_seconds": 5e-07, "software_seconds": 0, "idle_seconds": 0},
     "blocks": {"cpu": {"dynamic_joules": 1.3e-06, "leakage_joules": 2e-07, "bytes_read": 60, "bytes_written": 4},
                "ncu": {"dynamic_joules": 2.5e-06, "leakage_joules": 5e-07, "bytes_read": 50, "bytes_written": 0}}},
    {"name": "fc", "seconds": 5e-07, "energy_joules": 1.25e-07, "dynamic_joules": 1e-07, "leakage_joules": 2.5e-08,
     "time": {"compute_seconds": 0, "memory_seconds": 0, "software_seconds": 4e-07, "idle_seconds": 1e-07},
     "blocks": {"cpu": {"dynamic_joules": 1e-07, "leakage_joules": 2.5e-08, "bytes_read": 30, "bytes_written": 2}}},
    {"name": "other", "seconds": 1.5e-06, "energy_joules": 6.25e-07, "dynamic_joules": 6e-07, "leakage_joules": 2.5e-08,
     "time": {"compute_seconds": 0, "memory_seconds": 0, "software_seconds": 1e-06, "idle_seconds": 5e-07},
     "blocks": {"cpu": {"dynamic_joules": 6e-07, "leakage_joules": 2.5e-08, "bytes_read": 10, "bytes_written": 1}}}
  ],
  "regions": [{"name": "inference", "count": 1, "seconds": 2.5e-06, "energy_joules": 4.625e-06, "average_watts": 1.85}],
  "peak_power": [{"window_seconds": 1e-06, "watts": 2.5, "begin_seconds": 1e-06},
                 {"window_seconds": 2e-06, "watts": 2.25, "begin_seconds": 1.0e-06}],
  "domains": {"main": {"changes": 1, "states": [{"state": "0.9 V 400 MHz", "seconds": 3e-06},
                                                {"state": "off", "seconds": 1e-06}]}}
}
)";

constexpr const char* power_csv =
    "start_seconds,duration_seconds,cpu_watts,ncu_watts\n"
    "0,1e-06,0.5,0\n"
    "1e-06,1e-06,0.5,2\n"
    "2e-06,1e-06,1,1.0\n"
    "3e-06,1e-06,0.25,0\n";

constexpr const char* results_csv =
    "image,label,predicted,begin_seconds,seconds,joules,output_hex\n"
    "0,9,9,1e-06,2e-06,4.5e-06,f5\n"
    "1,2,3,3e-06,1e-06,2.5e-07,d8\n";

constexpr const char* regions_csv =
    "name,begin_seconds,seconds,energy_joules,average_watts\n"
    "inference,1e-06,2.5e-06,4.625e-06,1.85\n";

constexpr const char* vcd = R"($timescale 1 ps $end
$scope module kasane $end
$var real 64 ! total_power_W $end
$scope module cpu $end
$var real 64 " power_W $end
$upscope $end
$scope module ncu $end
$var real 64 # power_W $end
$var real 64 $ fmm_bandwidth_Bps $end
$var wire 1 % busy $end
$var integer 32 & queue_depth $end
$upscope $end
$scope module main $end
$var string 1 ' state $end
$upscope $end
$upscope $end
$enddefinitions $end
#0
$dumpvars
r0.5 !
r0.5 "
r0 #
r0 $
0%
b0 &
s0.9_V_400_MHz '
$end
#1000000
r2.5 !
r2 #
r5e7 $
1%
b1 &
#2000000
r2 !
r1 "
r1 #
#3000000
r0.25 !
r0.25 "
r0 #
r0 $
0%
b0 &
soff '
#4000000
r0 !
r0 "
)";

struct Slice {
  const char* block;
  const char* track;
  const char* name;
  const char* layer;
  std::uint64_t begin_ns;
  std::uint64_t end_ns;
};

/// In order of tracks, within a track in order of ends.
constexpr Slice slices[] = {
    {"software", "layers", "conv", "conv", 1000, 3000},
    {"software", "layers", "fc", "fc", 3000, 3500},
    {"software", "regions: inference", "inference", "", 1000, 3500},
    {"cpu", "driver calls", "ncu", "conv", 500, 1000},
    {"ncu", "jobs", "list of 1", "conv", 1000, 3000},
    {"ncu", "phases", "load input", "conv", 1000, 1500},
    {"ncu", "phases", "compute", "conv", 1500, 3000},
    {"ncu", "phases", "tile", "conv", 1000, 3000},
    {"cpu", "interrupt: ncu", "ncu", "", 3000, 3200},
    {"domain main", "state", "0.9 V 400 MHz", "", 0, 3000},
    {"domain main", "state", "off", "", 3000, 4000},
};

std::string timeline_csv() {
  std::ostringstream text;
  text << "begin_seconds,duration_seconds,block,track,name,layer\n";
  for (const Slice& slice : slices) {
    text << slice.begin_ns << "e-9," << slice.end_ns - slice.begin_ns << "e-9," << slice.block << ','
         << slice.track << ',' << slice.name << ',' << slice.layer << '\n';
  }
  return text.str();
}

/// Makes packets of one sequence; tracks and names are described when first used.
class PacketBuilder {
 public:
  explicit PacketBuilder(std::vector<perfetto::TracePacket>& packets) : packets_(packets) {}

  std::uint64_t track(const std::string& group, const std::string& name, bool is_counter = false) {
    const std::string key = group + "/" + name;
    if (const auto found = tracks_.find(key); found != tracks_.end()) return found->second;
    const std::uint64_t parent = group.empty() ? 0 : track("", group);
    perfetto::TrackDescriptor& descriptor = *packets_.emplace_back().mutable_track_descriptor();
    const std::uint64_t uuid = tracks_.size() + 100;
    descriptor.set_uuid(uuid);
    descriptor.set_name(name);
    if (parent != 0) descriptor.set_parent_uuid(parent);
    if (is_counter) descriptor.mutable_counter()->set_unit_name("W");
    return tracks_[key] = uuid;
  }

  perfetto::TrackEvent& event(std::uint64_t uuid, std::uint64_t time_ns, perfetto::TrackEvent::Type type) {
    perfetto::TracePacket& packet = packets_.emplace_back();
    packet.set_timestamp(time_ns);
    packet.set_trusted_packet_sequence_id(1);
    packet.set_sequence_flags(names_.empty() && type == perfetto::TrackEvent::TYPE_SLICE_BEGIN ? 1 : 2);
    packet.mutable_track_event()->set_track_uuid(uuid);
    packet.mutable_track_event()->set_type(type);
    return *packet.mutable_track_event();
  }

  void begin(std::uint64_t uuid, std::uint64_t time_ns, const std::string& name) {
    perfetto::TrackEvent& begun = event(uuid, time_ns, perfetto::TrackEvent::TYPE_SLICE_BEGIN);
    const auto [entry, is_new] = names_.emplace(name, names_.size() + 1);
    begun.set_name_iid(entry->second);
    if (!is_new) return;
    perfetto::EventName& given = *packets_.back().mutable_interned_data()->add_event_names();
    given.set_iid(entry->second);
    given.set_name(name);
  }

  void end(std::uint64_t uuid, std::uint64_t time_ns) {
    event(uuid, time_ns, perfetto::TrackEvent::TYPE_SLICE_END);
  }

  void count(std::uint64_t uuid, std::uint64_t time_ns, double value) {
    event(uuid, time_ns, perfetto::TrackEvent::TYPE_COUNTER).set_double_counter_value(value);
  }

  const std::map<std::string, std::uint64_t>& tracks() const { return tracks_; }

 private:
  std::vector<perfetto::TracePacket>& packets_;
  std::map<std::string, std::uint64_t> tracks_;
  std::map<std::string, std::uint64_t> names_;
};

void build_slices(PacketBuilder& builder, std::vector<perfetto::TracePacket>& packets) {
  const std::set<std::string> with_arrow{"driver calls", "jobs", "interrupt: ncu"};
  for (const Slice& slice : slices) {
    const std::uint64_t uuid = builder.track(slice.block, slice.track);
    std::string name = slice.name;
    if (*slice.layer != '\0' && name != slice.layer) name += std::string(" ") + slice.layer;
    // The two slices within the tile were written before it: it begins before them.
    if (name == "load input conv") builder.begin(uuid, 1000, "tile conv");
    if (name == "tile conv") {
      builder.end(uuid, slice.end_ns);
      continue;
    }
    builder.begin(uuid, slice.begin_ns, name);
    perfetto::TrackEvent& begun = *packets.back().mutable_track_event();
    if (with_arrow.contains(slice.track)) {
      if (slice.track == std::string("interrupt: ncu")) {
        begun.add_terminating_flow_ids(7);
      } else {
        begun.add_flow_ids(7);
      }
    }
    builder.end(uuid, slice.end_ns);
  }
}

void build_powers(PacketBuilder& builder) {
  const std::uint64_t cpu = builder.track("cpu", "cpu power", true);
  const std::uint64_t ncu = builder.track("ncu", "ncu power", true);
  const std::uint64_t total = builder.track("", "total power", true);
  const std::uint64_t depth = builder.track("ncu", "ncu queue depth", true);
  const double cpu_watts[] = {0.5, 0.5, 1, 0.25, 0};
  const double ncu_watts[] = {0, 2, 1, 0, 0};
  for (std::uint64_t window = 0; window < 5; ++window) {
    builder.count(cpu, window * 1000, cpu_watts[window]);
    builder.count(ncu, window * 1000, ncu_watts[window]);
    builder.count(total, window * 1000, cpu_watts[window] + ncu_watts[window]);
    builder.count(depth, window * 1000, window == 1 ? 1 : 0);
  }
}

}  // namespace

SmallRun::SmallRun() {
  const testing::TestInfo& test = *testing::UnitTest::GetInstance()->current_test_info();
  folder = std::filesystem::temp_directory_path() /
           ("kasane-check-" + std::to_string(getpid()) + "-" + test.test_suite_name() + test.name());
  std::filesystem::create_directories(folder);
  write("summary.json", summary);
  write("power.csv", power_csv);
  write("timeline.csv", timeline_csv());
  write("results.csv", results_csv);
  write("regions.csv", regions_csv);
  write("waves.vcd", vcd);
  PacketBuilder builder(packets);
  build_slices(builder, packets);
  build_powers(builder);
  for (const auto& [key, uuid] : builder.tracks()) uuids_[key.substr(key.find('/') + 1)] = uuid;
  write_packets();
}

SmallRun::~SmallRun() {
  std::filesystem::remove_all(folder);
}

std::string SmallRun::text(const std::string& file) const {
  std::ifstream stream(folder / file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

void SmallRun::write(const std::string& file, const std::string& text) const {
  std::ofstream(folder / file, std::ios::binary) << text;
}

void SmallRun::change(const std::string& file, const std::string& from, const std::string& to) {
  std::string content = text(file);
  const std::size_t at = content.find(from);
  ASSERT_NE(at, std::string::npos) << from;
  ASSERT_EQ(content.find(from, at + 1), std::string::npos) << from << " is there twice";
  write(file, content.replace(at, from.size(), to));
}

void SmallRun::cut(const std::string& file, std::size_t bytes) {
  const std::string content = text(file);
  write(file, content.substr(0, content.size() - bytes));
}

void SmallRun::write_packets() const {
  std::string bytes;
  for (const Packet& packet : packets) {
    perfetto::Trace trace;
    *trace.add_packet() = packet;
    bytes += trace.SerializeAsString();
  }
  write("trace.pftrace", bytes);
}

SmallRun::Packet& SmallRun::event(const std::string& track, std::size_t n) {
  const std::uint64_t uuid = uuids_.at(track);
  for (Packet& packet : packets) {
    if (packet.has_track_event() && packet.track_event().track_uuid() == uuid && n-- == 0) return packet;
  }
  throw std::out_of_range(track + " has fewer events");
}

std::string SmallRun::says(int expected_result) {
  std::ostringstream out;
  EXPECT_EQ(static_cast<int>(check_run(folder, out)), expected_result) << out.str();
  return out.str();
}

void SmallRun::expect_broken(const std::set<std::string>& laws) {
  const std::string said = says(1);
  std::istringstream lines(said);
  std::set<std::string> broken;
  std::string last;
  for (std::string line; std::getline(lines, line);) {
    last = line;
    if (!line.starts_with("FAIL  ")) continue;
    // A law is its file and its name: up to the second ": ", or the third where the name has one.
    bool known = false;
    for (const std::string& law : laws) {
      if (!line.substr(6).starts_with(law + ": ")) continue;
      broken.insert(law);
      known = true;
    }
    EXPECT_TRUE(known) << "not expected: " << line;
  }
  EXPECT_EQ(broken, laws) << said;
  EXPECT_TRUE(last.starts_with(std::to_string(laws.size()) + " of ")) << last;
}

void SmallRun::expect_all_hold() {
  const std::string said = says(0);
  EXPECT_EQ(said.find("FAIL"), std::string::npos) << said;
}

}  // namespace kasane::checks
