/// The files of a run: readable by outside programs, deterministic, never half-written.
#include <algorithm>
#include <boost/json.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>

#include "platform/trace/perfetto_writer.h"
#include "platform/trace/power_csv.h"
#include "platform/trace/run_result.h"
#include "platform/trace/run_table.h"

namespace kasane {
namespace {

using sc_core::sc_time;

std::filesystem::path folder() {
  const std::filesystem::path path = std::filesystem::path(::testing::TempDir()) / "kasane_writers";
  std::filesystem::create_directories(path);
  return path;
}

std::string content(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

Interval nanoseconds(std::uint64_t begin, std::uint64_t end) {
  return {sc_time::from_value(begin * 1000), sc_time::from_value(end * 1000)};
}

TEST(PowerCsv, JoinsEqualWindowsAndKeepsTheEnergy) {
  const std::filesystem::path path = folder() / "power.csv";
  PowerCsv csv(path, {"cpu", "ncu"});
  csv.on_window(nanoseconds(0, 1000), std::vector<double>{0.5, 0});
  csv.on_window(nanoseconds(1000, 2000), std::vector<double>{0.5, 0});
  csv.on_window(nanoseconds(2000, 2500), std::vector<double>{0.25, 0.125});
  csv.finish();
  EXPECT_EQ(content(path),
            "start_seconds,duration_seconds,cpu_watts,ncu_watts\n"
            "0,2e-06,0.5,0\n"
            "2e-06,5e-07,0.25,0.125\n");
}

TEST(PowerCsv, ReportsAFullDisk) {
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "no /dev/full on this system";
  PowerCsv csv("/dev/full", {"cpu"});
  csv.on_window(nanoseconds(0, 1), std::vector<double>{1});
  try {
    csv.finish();
    FAIL() << "a full disk went unnoticed";
  } catch (const OutputError& error) {
    EXPECT_STREQ(error.what(), "/dev/full: cannot write: No space left on device");
  }
}

TEST(Perfetto, IsDecodedByProtoc) {
  if (std::system("protoc --version >/dev/null 2>&1") != 0) GTEST_SKIP() << "protoc is not installed";
  const std::filesystem::path path = folder() / "trace.pftrace";
  PerfettoWriter writer(path, {"cpu", "ncu"}, {"conv1"});
  writer.on_slice({1}, Track::commands, "convolution", 0, nanoseconds(10, 30));
  writer.on_slice({1}, Track::commands, "convolution", no_layer, nanoseconds(30, 40));
  writer.on_window(nanoseconds(0, 100), std::vector<double>{0.5, 0.25});
  writer.finish();
  const std::filesystem::path decoded = folder() / "trace.txt";
  const std::string schema = KASANE_SOURCE_DIR "/platform/trace";
  const std::string command = "protoc --decode=kasane.perfetto.Trace -I" + schema + " perfetto.proto < " +
                              path.string() + " > " + decoded.string();
  ASSERT_EQ(std::system(command.c_str()), 0);
  const std::string text = content(decoded);
  EXPECT_NE(text.find("name: \"convolution conv1\""), std::string::npos);
  EXPECT_NE(text.find("unit_name: \"W\""), std::string::npos);
  EXPECT_NE(text.find("double_counter_value: 0.75"), std::string::npos);  // the total
  EXPECT_NE(text.find("timestamp: 30"), std::string::npos);
}

RunResult small_run() {
  RunResult run;
  run.scenario = "test";
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
  EXPECT_EQ(content(folder() / "whole"), "text");
  EXPECT_FALSE(std::filesystem::exists(folder() / "whole.partial"));
}

}  // namespace
}  // namespace kasane
