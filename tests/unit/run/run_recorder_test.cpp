/// A run of three images through a network with two exits, told by hand: what the files and the result say.
#include "platform/run/run_recorder.h"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "models/common/energy_account.h"
#include "platform/trace/run_result.h"

namespace kasane {
namespace {

using sc_core::SC_NS;
using sc_core::sc_time;

void pass(double nanoseconds) {
  sc_core::sc_start(sc_time(nanoseconds, SC_NS));
}

NetworkFacts two_exits() {
  const auto layer = [](const char* name, const char* engine, const char* block, std::size_t segment,
                        std::uint64_t macs) {
    return LayerFacts{
        .name = name, .engine = engine, .engine_block = block, .segment = segment, .macs_per_image = macs};
  };
  return {.name = "two",
          .layers = {layer("early", "ncu", "ncu", 0, 100), layer("soft", "ncu", "ncu", 0, 10),
                     layer("late", "cpu", "", 1, 1000)},
          .exits = {{.name = "first", .engine = "ncu", .macs_per_image = 110, .threshold = 0.5},
                    {.name = "second", .engine = "cpu", .macs_per_image = 1000, .threshold = std::nullopt}}};
}

class Recorded : public testing::Test {
 protected:
  explicit Recorded(NetworkFacts network = two_exits()) : network_(std::move(network)) {
    account_.set_background(cpu_, Figure::exact(1.5), Figure::exact(0.5));
    folder_ = std::filesystem::path(testing::TempDir()) / "kasane_recorder" /
              testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    const TraceConfig config{.formats = {TraceFormat::power, TraceFormat::results}};
    const RunPaths paths{folder_};
    traces_.emplace(config, paths, TraceLayout(account_, {}, {}, cpu_), account_);
    recorder_.attach(account_, network_, *traces_, config, paths);
    start_ = sc_core::sc_time_stamp();
  }

  void begin(std::uint32_t index) { recorder_.on_image_begin(index); }
  void end(ImageResult image, double begun_ns) {
    image.begin = start_ + sc_time(begun_ns, SC_NS);
    image.end = sc_core::sc_time_stamp();
    recorder_.on_image(image);
  }
  RunResult finish() {
    account_.settle();
    traces_->finish();
    recorder_.finish();
    RunResult result;
    recorder_.fill(result);
    return result;
  }
  std::string text(const char* file) const {
    std::ifstream stream(folder_ / file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }

  using Rows = std::vector<std::vector<std::string>>;
  /// Split at every comma, quoted or not.
  Rows rows_of(const char* file) const {
    Rows rows;
    std::istringstream lines(text(file));
    for (std::string line; std::getline(lines, line);) {
      std::vector<std::string>& row = rows.emplace_back();
      std::istringstream fields(line);
      for (std::string field; std::getline(fields, field, ',');) row.push_back(field);
    }
    return rows;
  }

  EnergyAccount account_;
  BlockId cpu_ = account_.add_block("cpu", 1);
  BlockId ncu_ = account_.add_block("ncu", 1);
  NetworkFacts network_;
  RunRecorder recorder_;
  std::optional<Traces> traces_;
  std::filesystem::path folder_;
  sc_time start_;
};

/// 0 ... 10, 4 ... 16 and 20 ... 25 ns.
class TwoExits : public Recorded {
 protected:
  void run_three() {
    begin(0);
    pass(4);
    begin(1);
    pass(6);
    end({.index = 0,
         .predicted = 7,
         .label = 7,
         .output = {1, 255},
         .exit = 0,
         .entropies_q24 = {1 << 22},
         .slot = 0},
        0);
    pass(6);
    end({.index = 1, .predicted = 2, .label = 3, .exit = 1, .entropies_q24 = {1 << 23, 1 << 24}, .slot = 1},
        4);
    pass(4);
    begin(2);
    pass(5);
    end({.index = 2, .predicted = 1, .label = 4, .exit = 0, .entropies_q24 = {0}, .slot = 0}, 20);
  }
};

TEST_F(TwoExits, CountImagesLatencyAndEnergy) {
  run_three();
  const RunResult result = finish();
  EXPECT_EQ(result.images, 3u);
  EXPECT_EQ(result.correct, 1u);
  EXPECT_NEAR(result.image_seconds, 21e-9, 1e-20);
  EXPECT_NEAR(result.image_energy().total(), 42e-9, 1e-20);
  EXPECT_NEAR(result.latency.mean, 9e-9, 1e-20);
  EXPECT_NEAR(result.latency.p50, 10e-9, 1e-20);
  EXPECT_NEAR(result.latency.p90, 12e-9, 1e-20);
  EXPECT_NEAR(result.latency.max, 12e-9, 1e-20);
  EXPECT_TRUE(result.images_overlap);
  ASSERT_EQ(result.exits.size(), 2u);
  EXPECT_EQ(result.exits[0].name, "first");
  EXPECT_EQ(result.exits[0].engine, "ncu");
  EXPECT_EQ(result.exits[0].threshold, 0.5);
  EXPECT_EQ(result.exits[0].macs, 110u);
  EXPECT_EQ(result.exits[0].images, 2u);
  EXPECT_EQ(result.exits[0].correct, 1u);
  EXPECT_EQ(result.exits[1].images, 1u);
  EXPECT_EQ(result.exits[1].correct, 0u);
  EXPECT_FALSE(result.exits[1].threshold.has_value());
  EXPECT_EQ(result.macs(), 3u * 110 + 1000) << "only one image reached the second segment";
  EXPECT_EQ(result.image_mistakes, 0u);
}

TEST_F(TwoExits, AreInResults) {
  run_three();
  finish();
  const Rows rows = rows_of("results.csv");
  ASSERT_EQ(rows.size(), 4u);
  EXPECT_EQ(rows[0].back(), "entropies");
  const std::size_t exit = rows[0].size() - 2;
  EXPECT_EQ(rows[0][exit], "exit");
  EXPECT_EQ(rows[0][exit - 1], "output_hex");
  EXPECT_EQ(rows[1][exit - 1], "01ff");
  const std::vector<std::pair<std::string, std::string>> expected{{"1", "0.25"}, {"2", "0.5 1"}, {"1", "0"}};
  const std::vector<double> joules{20e-9, 24e-9, 10e-9};
  for (std::size_t image = 0; image < 3; ++image) {
    EXPECT_EQ(rows[image + 1][exit], expected[image].first);
    EXPECT_EQ(rows[image + 1][exit + 1], expected[image].second);
    EXPECT_NEAR(std::stod(rows[image + 1][5]), joules[image], 1e-20);
  }
}

TEST_F(TwoExits, AreOnTwoTracks) {
  run_three();
  finish();
  std::vector<std::string> found;
  for (const std::vector<std::string>& row : rows_of("timeline.csv")) {
    if (row[2] == "software") found.push_back(row[3] + ": " + row[4]);
  }
  EXPECT_EQ(found, (std::vector<std::string>{"images 1: image 0 (exit 1)", "images 2: image 1 (exit 2)",
                                             "images 1: image 2 (exit 1)"}))
      << text("timeline.csv");
}

TEST_F(TwoExits, DoNotTakeExitsThatTheNetworkLacks) {
  begin(0);
  pass(1);
  end({.index = 0, .exit = 2}, 0);
  const RunResult result = finish();
  EXPECT_EQ(result.image_mistakes, 1u);
  EXPECT_EQ(result.exits[0].images + result.exits[1].images, result.images);
}

TEST_F(TwoExits, HaveLayersOnWhatRan) {
  begin(0);
  const sc_time now = sc_core::sc_time_stamp();
  account_.enter_layer(0);
  account_.book_busy(ncu_, Track::commands, "convolution", 0, {now, now + sc_time(3, SC_NS)});
  pass(3);
  account_.enter_layer(1);  // meant for the NCU, which does nothing: software did it
  pass(3);
  account_.enter_layer(no_layer);
  end({.index = 0, .exit = 0}, 0);
  const RunResult result = finish();
  ASSERT_EQ(result.layers.size(), 4u);
  EXPECT_EQ(result.layers[0].engine, "ncu");
  EXPECT_EQ(result.layers[1].engine, "cpu");
  EXPECT_EQ(result.layers[2].engine, "cpu");
  EXPECT_EQ(result.layers[2].macs, 0u) << "nobody came so far";
}

/// The same layers behind one exit.
NetworkFacts one_exit() {
  NetworkFacts network = two_exits();
  network.exits = {{.name = "all", .engine = "ncu", .macs_per_image = 1110, .threshold = std::nullopt}};
  network.layers[2].engine = "ncu";
  network.layers[2].segment = 0;
  return network;
}

class OneExit : public Recorded {
 protected:
  OneExit() : Recorded(one_exit()) {}
};

TEST_F(OneExit, LeavesFilesWithoutExits) {
  begin(0);
  pass(8);
  end({.index = 0, .predicted = 1, .label = 1}, 0);
  const RunResult result = finish();
  EXPECT_TRUE(result.exits.empty());
  EXPECT_FALSE(result.images_overlap);
  EXPECT_EQ(result.macs(), 1110u);
  EXPECT_EQ(result.layers[2].engine, "ncu") << "nothing ran it: who would have";
  EXPECT_EQ(rows_of("results.csv")[0].back(), "output_hex");
  EXPECT_EQ(text("timeline.csv").find("image"), std::string::npos);
}

}  // namespace
}  // namespace kasane
