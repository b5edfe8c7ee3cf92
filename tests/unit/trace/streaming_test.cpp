/// A killed run leaves files that open, up to what was flushed last.
#include <csignal>
#include <sys/wait.h>
#include <unistd.h>

#include "platform/trace/output_file.h"
#include "platform/trace/writers/perfetto_writer.h"
#include "platform/trace/writers/power_csv.h"
#include "platform/trace/writers/timeline_csv.h"
#include "platform/trace/writers/vcd_writer.h"
#include "tests/unit/trace/tiny_chip.h"

namespace kasane {
namespace {

/// Writes windows and slices until it is killed from within.
void write_and_die(const std::filesystem::path& folder, const TraceLayout& layout, bool compress) {
  TrackTable tracks(layout);
  PowerCsv csv(folder / "power.csv", layout.blocks);
  TimelineCsv timeline(folder / "timeline.csv", layout, tracks);
  VcdWriter vcd(folder / "waves.vcd", layout, 1000);
  PerfettoWriter perfetto(folder / "trace.pftrace", compress, layout, tracks);
  for (std::uint64_t index = 0; index < 30'000; ++index) {
    const Span when{index * 1000, (index + 1) * 1000};
    const std::vector<double> watts{0.1 + 1e-3 * static_cast<double>(index), 1.0 / 3, 0};
    const std::vector<double> rates{static_cast<double>(index)};
    for (TraceSink* sink : {static_cast<TraceSink*>(&csv), static_cast<TraceSink*>(&timeline),
                            static_cast<TraceSink*>(&vcd), static_cast<TraceSink*>(&perfetto)}) {
      sink->level({0}, when.begin, index % 2);
      sink->window({when, watts, rates});
      sink->slice(
          {.track = tracks.of_block({1}, Track::commands), .name = "convolve", .layer = 0, .when = when});
    }
  }
  kill(getpid(), SIGKILL);
}

TEST(StreamingFiles, OpenAfterTheProgramWasKilled) {
  for (const bool compress : {false, true}) {
    TinyChip chip;
    const std::filesystem::path folder = trace_folder(compress ? "killed_compressed" : "killed");
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) write_and_die(folder, chip.layout(), compress);
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status));
    for (const char* name : {"power.csv", "timeline.csv", "waves.vcd"}) {
      const std::string text = content_of(folder / name);
      EXPECT_GT(text.size(), 100'000u) << name;
      EXPECT_EQ(text.back(), '\n') << name << " ends within a line";
    }
    EXPECT_GT(std::filesystem::file_size(folder / "trace.pftrace"), 100'000u);
    if (have("protoc")) {
      EXPECT_FALSE(protoc_text(folder / "trace.pftrace").empty()) << "the file ends within a packet";
    }
    if (have("vcd2fst")) {
      EXPECT_EQ(std::system(("vcd2fst '" + (folder / "waves.vcd").string() + "' '" +
                             (folder / "waves.fst").string() + "' >/dev/null 2>&1")
                                .c_str()),
                0);
    }
  }
}

TEST(OutputFile, RefusesWritesAfterItsEnd) {
  OutputFile file(trace_folder("closed") / "closed");
  file.close();
  EXPECT_THROW(file.write("late"), OutputError);
}

}  // namespace
}  // namespace kasane
