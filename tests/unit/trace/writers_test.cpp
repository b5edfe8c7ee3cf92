/// The files of a run: readable by outside programs, deterministic, never half-written.
#include <algorithm>
#include <boost/json.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>

#include "platform/trace/run_result.h"
#include "platform/trace/run_table.h"
#include "platform/trace/writers/perfetto_writer.h"
#include "platform/trace/writers/power_csv.h"
#include "tests/unit/trace/tiny_chip.h"

namespace kasane {
namespace {

std::filesystem::path folder() {
  static const std::filesystem::path path = trace_folder("writers");
  return path;
}

TEST(PowerCsv, JoinsEqualWindowsAndKeepsTheEnergy) {
  const std::filesystem::path path = folder() / "power.csv";
  PowerCsv csv(path, {"cpu", "ncu"});
  csv.window({{0, 1'000'000}, std::vector<double>{0.5, 0}, {}});
  csv.window({{1'000'000, 2'000'000}, std::vector<double>{0.5, 0}, {}});
  csv.window({{2'000'000, 2'500'000}, std::vector<double>{0.25, 0.125}, {}});
  csv.finish(2'500'000);
  EXPECT_EQ(content_of(path),
            "start_seconds,duration_seconds,cpu_watts,ncu_watts\n"
            "0,2e-06,0.5,0\n"
            "2e-06,5e-07,0.25,0.125\n");
}

TEST(PowerCsv, ReportsAFullDisk) {
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "no /dev/full on this system";
  PowerCsv csv("/dev/full", {"cpu"});
  csv.window({{0, 1000}, std::vector<double>{1}, {}});
  try {
    csv.finish(1000);
    FAIL() << "a full disk went unnoticed";
  } catch (const OutputError& error) {
    EXPECT_STREQ(error.what(), "/dev/full: cannot write: No space left on device");
  }
}

TEST(Perfetto, WritesPacketsOfAnyLength) {
  if (!have("protoc")) GTEST_SKIP() << "protoc is not installed";
  TinyChip chip;
  const TraceLayout layout = chip.layout();
  const TrackTable tracks(layout);
  const std::filesystem::path path = folder() / "long.pftrace";
  const std::string long_name(20'000, 'x');  // its length takes three bytes
  PerfettoWriter writer(path, false, layout, tracks);
  writer.slice({.track = 0, .name = long_name, .when = {0, 1000}});
  writer.finish(1000);
  EXPECT_NE(protoc_text(path).find('"' + long_name + '"'), std::string::npos);
}

RunResult small_run() {
  RunResult run;
  run.scenario = "test";
  run.network = "net";
  run.dataset = "images";
  run.simulated_seconds = 0.5;
  run.images = 4;
  run.correct = 3;
  run.image_seconds = 0.4;
  run.blocks = {{.name = "ncu", .area_mm2 = 1.5, .energy = {2, 1}, .operations = {{"int8_multiply", 7}}}};
  run.layers = {{.name = "conv1", .engine = "ncu", .seconds = 0.25, .energy = {2, 0.5}, .macs = 400}};
  return run;
}

TEST(Summary, HoldsTheFactsUnderTheirNames) {
  const boost::json::object summary = boost::json::parse(summary_json(small_run())).as_object();
  EXPECT_DOUBLE_EQ(summary.at("simulated_seconds").to_number<double>(), 0.5);
  EXPECT_DOUBLE_EQ(summary.at("energy_joules").to_number<double>(), 3.0);
  EXPECT_DOUBLE_EQ(summary.at("average_watts").to_number<double>(), 6.0);
  EXPECT_DOUBLE_EQ(summary.at("top1").to_number<double>(), 0.75);
  EXPECT_DOUBLE_EQ(summary.at("seconds_per_image").to_number<double>(), 0.1);
  EXPECT_EQ(summary.at("blocks").at("ncu").at("operations").at("int8_multiply").to_number<int>(), 7);
  EXPECT_EQ(summary.at("layers").at(0).at("macs").to_number<int>(), 400);
  EXPECT_EQ(summary_json(small_run()), summary_json(small_run()));
}

TEST(RunTable, FitsAHundredColumns) {
  const std::string table = run_table(small_run(), {});
  std::size_t begin = 0;
  for (std::size_t end = table.find('\n'); end != std::string::npos; end = table.find('\n', begin)) {
    EXPECT_LE(end - begin, 100u) << table.substr(begin, end - begin);
    begin = end + 1;
  }
  EXPECT_NE(table.find("75.00 %"), std::string::npos);
}

TEST(RunTable, ScalesUnits) {
  EXPECT_EQ(with_unit(0, "J"), "0 J");
  EXPECT_EQ(with_unit(1.25e-6, "J"), "1.25 uJ");
  EXPECT_EQ(with_unit(0.0123, "s"), "12.3 ms");
  EXPECT_EQ(with_unit(1000, "W"), "1.00 kW");
}

TEST(WriteFileAtomically, LeavesNothingBehindOnFailure) {
  EXPECT_THROW(write_file_atomically(folder() / "no_such_folder" / "x", "text"), OutputError);
  write_file_atomically(folder() / "whole", "text");
  EXPECT_EQ(content_of(folder() / "whole"), "text");
  EXPECT_FALSE(std::filesystem::exists(folder() / "whole.partial"));
}

}  // namespace
}  // namespace kasane
