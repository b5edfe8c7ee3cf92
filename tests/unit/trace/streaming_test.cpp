/// Streaming files: the timeline's slices are in order, and a killed run leaves files that still open.
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

#include "platform/trace/layers_csv.h"
#include "platform/trace/perfetto_writer.h"
#include "platform/trace/power_csv.h"

namespace kasane {
namespace {

using sc_core::sc_time;

std::filesystem::path folder() {
  const std::filesystem::path path = std::filesystem::path(::testing::TempDir()) / "kasane_streaming";
  std::filesystem::create_directories(path);
  return path;
}

std::string content(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

Interval ps(std::uint64_t begin, std::uint64_t end) {
  return {sc_time::from_value(begin), sc_time::from_value(end)};
}

bool have_protoc() {
  return std::system("protoc --version >/dev/null 2>&1") == 0;
}

/// What protoc prints of a trace; empty where it refuses the file.
std::string decode(const std::filesystem::path& trace) {
  const std::filesystem::path text = trace.string() + ".txt";
  const std::string command = "protoc --decode=kasane.perfetto.Trace -I" KASANE_SOURCE_DIR
                              "/platform/trace perfetto.proto < '" +
                              trace.string() + "' > '" + text.string() + "' 2>/dev/null";
  return std::system(command.c_str()) == 0 ? content(text) : "";
}

/// Walks protoc's text: on every track time never goes back, and each end closes an open begin.
struct TrackCheck {
  struct State {
    std::uint64_t time = 0;
    int depth = 0;
    int slices = 0;
  };
  std::map<std::uint64_t, State> tracks;

  explicit TrackCheck(const std::string& text) {
    std::istringstream lines(text);
    std::string key;
    std::string value;
    std::string line;
    std::uint64_t timestamp = 0;
    std::string type;
    while (std::getline(lines, line)) {
      std::istringstream words(line);
      words >> key >> value;
      if (key == "timestamp:") timestamp = std::stoull(value);
      if (key == "type:") type = value;
      if (key == "track_uuid:") event(std::stoull(value), timestamp, type);
    }
  }

  void event(std::uint64_t uuid, std::uint64_t timestamp, const std::string& type) {
    State& track = tracks[uuid];
    EXPECT_GE(timestamp, track.time) << "track " << uuid;
    track.time = timestamp;
    if (type == "TYPE_SLICE_BEGIN") {
      EXPECT_EQ(track.depth, 0) << "slices overlap on track " << uuid << " at " << timestamp;
      ++track.depth;
      ++track.slices;
    } else if (type == "TYPE_SLICE_END") {
      --track.depth;
      EXPECT_GE(track.depth, 0) << "an end without begin on track " << uuid;
    }
  }
};

TEST(PerfettoStream, KeepsEveryTrackInOrderWithoutOverlap) {
  if (!have_protoc()) GTEST_SKIP() << "protoc is not installed";
  const std::filesystem::path path = folder() / "ordered.pftrace";
  PerfettoWriter writer(path, {"cpu", "ncu"}, {"conv1", "conv2"});
  std::uint64_t at = 0;
  for (int command = 0; command < 50; ++command) {
    const std::uint64_t end = at + 3 * 1234;  // not whole nanoseconds: cutting off must not reorder
    writer.on_layer(static_cast<LayerId>(command % 2), sc_time::from_value(at));
    writer.on_slice({1}, Track::commands, "convolution", static_cast<LayerId>(command % 2), ps(at, end));
    for (const char* phase : {"load", "compute", "store"}) {
      writer.on_slice({1}, Track::phases, phase, no_layer, ps(at, at + 1234));
      at += 1234;
    }
    writer.on_window(ps(at - 3702, at), std::vector<double>{0.5, 0.25 + command});
  }
  writer.on_layer(no_layer, sc_time::from_value(at));
  writer.finish();
  const std::string text = decode(path);
  ASSERT_FALSE(text.empty());
  const TrackCheck check(text);
  std::multiset<int> slices;
  for (const auto& [uuid, track] : check.tracks) {
    EXPECT_EQ(track.depth, 0) << "a slice of track " << uuid << " stays open";
    slices.insert(track.slices);
  }
  // Commands and layers: 50 slices; phases: 150; three power counters: none.
  EXPECT_EQ(slices, (std::multiset<int>{0, 0, 0, 50, 50, 150}));
}

TEST(PerfettoStream, WritesPacketsOfAnyLength) {
  if (!have_protoc()) GTEST_SKIP() << "protoc is not installed";
  const std::filesystem::path path = folder() / "long.pftrace";
  const std::string long_name(20'000, 'x');  // its length takes three bytes
  PerfettoWriter writer(path, {"cpu"}, {});
  writer.on_slice({0}, Track::commands, long_name, no_layer, ps(0, 1000));
  writer.finish();
  EXPECT_NE(decode(path).find('"' + long_name + '"'), std::string::npos);
}

TEST(StreamingFiles, OpenAfterTheProgramWasKilled) {
  const std::filesystem::path csv_path = folder() / "killed.csv";
  const std::filesystem::path trace_path = folder() / "killed.pftrace";
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    PowerCsv csv(csv_path, {"cpu", "ncu"});
    PerfettoWriter trace(trace_path, {"cpu", "ncu"}, {});
    for (std::uint64_t window = 0; window < 30'000; ++window) {
      const std::vector<double> watts{0.1 + 1e-3 * static_cast<double>(window), 1.0 / 3};
      csv.on_window(ps(window * 1000, (window + 1) * 1000), watts);
      trace.on_window(ps(window * 1000, (window + 1) * 1000), watts);
    }
    kill(getpid(), SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  const std::string csv = content(csv_path);
  EXPECT_GT(csv.size(), 100'000u);
  EXPECT_EQ(csv.back(), '\n') << "the file ends within a line";
  EXPECT_GT(std::filesystem::file_size(trace_path), 100'000u);
  if (have_protoc()) {
    EXPECT_FALSE(decode(trace_path).empty()) << "the file ends within a packet";
  }
}

TEST(LayersCsv, HasARowForEveryStayInALayer) {
  const std::filesystem::path path = folder() / "layers.csv";
  LayersCsv csv(path, {"conv1", "a,\"b\""});
  csv.on_layer(0, sc_time::from_value(1'000'000));
  csv.on_layer(1, sc_time::from_value(3'000'000));
  csv.on_layer(no_layer, sc_time::from_value(3'500'000));
  csv.finish();
  EXPECT_EQ(content(path),
            "start_seconds,duration_seconds,layer\n"
            "1e-06,2e-06,conv1\n"
            "3e-06,5e-07,\"a,\"\"b\"\"\"\n");
}

TEST(OutputFile, RefusesWritesAfterItsEnd) {
  OutputFile file(folder() / "closed");
  file.close();
  EXPECT_THROW(file.write("late"), OutputError);
}

}  // namespace
}  // namespace kasane
