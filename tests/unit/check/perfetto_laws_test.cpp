/// Each law of trace.pftrace, broken; and what the format may look like.
#include <algorithm>
#include <functional>
#include <gmock/gmock.h>
#include <limits>
#include <zlib.h>

#include "tests/unit/check/small_run.h"

namespace kasane::checks {
namespace {

constexpr const char* named_law = "trace.pftrace: events are of tracks and names that were described";
constexpr const char* order_law = "trace.pftrace: events of a track in order of time";
constexpr const char* paired_law = "trace.pftrace: slices of a track nest: every begin has its end";
constexpr const char* flow_law = "trace.pftrace: steps of an arrow in order of time";
constexpr const char* counter_law = "trace.pftrace: counters finite and not negative";
constexpr const char* power_law = "trace.pftrace: power finite and not negative";
constexpr const char* ends_law = "trace.pftrace: power from 0 on, in order of time, 0 at the end";
constexpr const char* total_law = "trace.pftrace: total power = sum of blocks";
constexpr const char* energy_law = "trace.pftrace: energy = ledger";
constexpr const char* form_law = "trace.pftrace: can be read to its end";

/// Without what is compared with slices, so that a change breaks nothing else.
class Perfetto : public SmallRun {
 protected:
  Perfetto() { remove("timeline.csv"); }

  void change_event(const std::string& track, std::size_t n, const std::function<void(Packet&)>& changer) {
    changer(event(track, n));
    write_packets();
  }

  /// All packets as one compressed packet.
  std::string compressed() const {
    const std::string plain = text("trace.pftrace");
    uLongf size = compressBound(plain.size());
    std::string bytes(size, '\0');
    EXPECT_EQ(compress(reinterpret_cast<Bytef*>(bytes.data()), &size,
                       reinterpret_cast<const Bytef*>(plain.data()), plain.size()),
              Z_OK);
    bytes.resize(size);
    return bytes;
  }

  void write_compressed(const std::string& bytes) const {
    perfetto::Trace trace;
    trace.add_packet()->set_compressed_packets(bytes);
    write("trace.pftrace", trace.SerializeAsString());
  }
};

TEST_F(Perfetto, Holds) {
  expect_all_hold();
}

TEST_F(Perfetto, MayBeCompressed) {
  write_compressed(compressed());
  const std::string said = says(0);
  EXPECT_THAT(said, testing::HasSubstr("in 1 compressed one"));
  EXPECT_THAT(said, testing::HasSubstr("ok    trace.pftrace: 2 blocks, 15 values: energy = ledger"));
}

TEST_F(Perfetto, IsCompressedWrongly) {
  std::string bytes = compressed();
  bytes[bytes.size() / 2] = static_cast<char>(~bytes[bytes.size() / 2]);
  write_compressed(bytes);
  expect_broken({form_law});
}

TEST_F(Perfetto, IsCompressedTwice) {
  write_compressed(compressed());
  write_compressed(compressed());
  expect_broken({form_law});
}

TEST_F(Perfetto, IsNoTrace) {
  write("trace.pftrace", "start_seconds");
  expect_broken({form_law});
}

TEST_F(Perfetto, IsCutOff) {
  cut("trace.pftrace", 1);  // within the last value of the queue's depth
  expect_broken({form_law});
}

TEST_F(Perfetto, HasAnEventOfNoTrack) {
  change_event("phases", 0, [](Packet& packet) { packet.mutable_track_event()->set_track_uuid(9999); });
  expect_broken({named_law, paired_law});
}

TEST_F(Perfetto, HasASliceOfNoName) {
  change_event("phases", 1, [](Packet& packet) { packet.mutable_track_event()->set_name_iid(99); });
  expect_broken({named_law});
}

TEST_F(Perfetto, HasATrackOfNoParent) {
  for (Packet& packet : packets) {
    if (packet.track_descriptor().name() == "phases") packet.mutable_track_descriptor()->set_parent_uuid(9);
  }
  write_packets();
  expect_broken({named_law});
}

TEST_F(Perfetto, DoesNotStartItsSequence) {
  for (Packet& packet : packets) {
    if (packet.sequence_flags() == 1) packet.set_sequence_flags(2);
  }
  write_packets();
  expect_broken({named_law});
}

TEST_F(Perfetto, ForgetsNamesWhenItStartsAgain) {
  // The last slice uses the name of an earlier one, which a new start takes away.
  event("state", 2).clear_interned_data();
  event("state", 2).mutable_track_event()->set_name_iid(event("state", 0).track_event().name_iid());
  write_packets();
  expect_all_hold();
  event("state", 1).set_sequence_flags(1);
  write_packets();
  expect_broken({named_law});
}

TEST_F(Perfetto, GoesBackInTime) {
  change_event("phases", 2, [](Packet& packet) { packet.set_timestamp(999); });
  expect_broken({order_law});
}

TEST_F(Perfetto, HasABeginWithoutEnd) {
  Packet& end = event("state", 3);
  ASSERT_EQ(end.track_event().type(), perfetto::TrackEvent::TYPE_SLICE_END);
  end.clear_track_event();
  write_packets();
  expect_broken({paired_law});
}

TEST_F(Perfetto, HasAnEndWithoutBegin) {
  const Packet end = event("phases", 5);
  ASSERT_EQ(end.track_event().type(), perfetto::TrackEvent::TYPE_SLICE_END);
  packets.push_back(end);
  write_packets();
  expect_broken({paired_law});
}

TEST_F(Perfetto, HasAnArrowBackInTime) {
  // The job that the arrow leads to is moved before the driver's call.
  change_event("jobs", 0, [](Packet& packet) { packet.set_timestamp(400); });
  expect_broken({flow_law});
}

TEST_F(Perfetto, HasAnArrowThatEndsWithoutStart) {
  change_event("interrupt: ncu", 0,
               [](Packet& packet) { packet.mutable_track_event()->set_terminating_flow_ids(0, 8); });
  expect_broken({flow_law});
}

TEST_F(Perfetto, HasANegativeCounter) {
  change_event("ncu queue depth", 1,
               [](Packet& packet) { packet.mutable_track_event()->set_double_counter_value(-1); });
  expect_broken({counter_law});
}

TEST_F(Perfetto, HasNegativePower) {
  change_event("cpu power", 1,
               [](Packet& packet) { packet.mutable_track_event()->set_double_counter_value(-1); });
  expect_broken({counter_law, power_law, total_law, energy_law});
}

TEST_F(Perfetto, HasPowerThatIsNoNumber) {
  change_event("cpu power", 1, [](Packet& packet) {
    packet.mutable_track_event()->set_double_counter_value(std::numeric_limits<double>::quiet_NaN());
  });
  expect_broken({counter_law, power_law, total_law, energy_law});
}

TEST_F(Perfetto, HasAWrongTotal) {
  change_event("total power", 1,
               [](Packet& packet) { packet.mutable_track_event()->set_double_counter_value(2); });
  expect_broken({total_law});
}

TEST_F(Perfetto, HasAWrongTotalAtTheLastMoment) {
  change_event("total power", 3,
               [](Packet& packet) { packet.mutable_track_event()->set_double_counter_value(2); });
  expect_broken({total_law});
}

TEST_F(Perfetto, HasAWrongTotalWhoseIntegralIsRight) {
  change_event("total power", 1,
               [](Packet& packet) { packet.mutable_track_event()->set_double_counter_value(2); });
  change_event("total power", 2,
               [](Packet& packet) { packet.mutable_track_event()->set_double_counter_value(2.5); });
  expect_broken({total_law});
}

TEST_F(Perfetto, HasPowersOutOfStep) {
  // The total of each moment cannot be compared where a block's last values come before another's first.
  const std::uint64_t cpu = event("cpu power", 0).track_event().track_uuid();
  std::stable_partition(packets.begin(), packets.end(),
                        [=](const Packet& packet) { return packet.track_event().track_uuid() != cpu; });
  write_packets();
  expect_broken({total_law});
}

TEST_F(Perfetto, IsNotTheLedger) {
  change_event("cpu power", 1,
               [](Packet& packet) { packet.mutable_track_event()->set_double_counter_value(0.50000001); });
  change_event("total power", 1,
               [](Packet& packet) { packet.mutable_track_event()->set_double_counter_value(2.50000001); });
  expect_broken({energy_law});
}

TEST_F(Perfetto, LacksABlock) {
  for (Packet& packet : packets) {
    if (packet.track_descriptor().name() == "cpu power") packet.mutable_track_descriptor()->set_name("load");
  }
  write_packets();
  expect_broken({energy_law, total_law});
}

TEST_F(Perfetto, HoldsPowerAtTheEnd) {
  change_event("cpu power", 4,
               [](Packet& packet) { packet.mutable_track_event()->set_double_counter_value(0.1); });
  expect_broken({ends_law});
}

TEST_F(Perfetto, BeginsLate) {
  change_event("ncu power", 0, [](Packet& packet) { packet.clear_track_event(); });
  expect_broken({ends_law});
}

}  // namespace
}  // namespace kasane::checks
