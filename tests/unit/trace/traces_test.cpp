/// Recording, player and writers together: the same activity in every format, and the law in each.
#include "platform/trace/traces.h"

#include <chrono>
#include <map>
#include <random>
#include <sstream>
#include <thread>

#include "platform/trace/output_file.h"
#include "tests/unit/trace/tiny_chip.h"

namespace kasane {
namespace {

using sc_core::sc_time;

Interval from_now(std::uint64_t begin, std::uint64_t end) {
  const sc_time now = sc_core::sc_time_stamp();
  return {now + sc_time::from_value(begin), now + sc_time::from_value(end)};
}

void pass(std::uint64_t picoseconds) {
  sc_core::sc_start(sc_time::from_value(picoseconds));
}

std::vector<std::string> lines_of(const std::filesystem::path& path) {
  std::istringstream text(content_of(path));
  std::vector<std::string> lines;
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  return lines;
}

/// Joules of a block by adding up power.csv, from `begin` on.
double csv_joules(const std::filesystem::path& path, std::size_t column) {
  double joules = 0;
  const std::vector<std::string> lines = lines_of(path);
  for (std::size_t row = 1; row < lines.size(); ++row) {
    std::istringstream cells(lines[row]);
    std::vector<double> values;
    for (std::string cell; std::getline(cells, cell, ',');) values.push_back(std::stod(cell));
    joules += values.at(1) * values.at(2 + column);
  }
  return joules;
}

/// Joules of a block by integrating its signal in waves.vcd.
double vcd_joules(const std::filesystem::path& path, const std::string& scope) {
  std::string code;
  std::string inside;
  double joules = 0;
  double watts = 0;
  std::uint64_t since = 0;
  std::uint64_t now = 0;
  for (const std::string& line : lines_of(path)) {
    std::istringstream words(line);
    std::string first;
    words >> first;
    if (first == "$scope") words >> inside >> inside;
    std::string type;
    std::string width;
    std::string id;
    std::string name;
    if (first == "$var" && words >> type >> width >> id >> name && inside == scope && name == "power_W")
      code = id;
    if (first[0] == '#') {
      EXPECT_GE(std::stoull(first.substr(1)), now) << "time goes back";
      now = std::stoull(first.substr(1));
    }
    if (first[0] != 'r' || !(words >> id) || id != code) continue;
    joules += watts * static_cast<double>(now - since) / 1e12;
    watts = std::stod(first.substr(1));
    since = now;
  }
  EXPECT_EQ(watts, 0) << "the trace ends with 0";
  return joules;
}

TEST(Traces, HoldTheLedgersEnergyInEveryFormat) {
  for (const std::uint64_t window : {1'000ull, 333'000ull, 2'000'000ull, 1'000'000'000'000ull}) {
    TinyChip chip;
    const RunPaths paths{trace_folder("law")};
    Traces traces({.formats = parse_traces("power,vcd"), .power_window = sc_time::from_value(window)}, paths,
                  chip.layout(), chip.account);
    std::mt19937_64 random(window);
    for (int step = 0; step < 500; ++step) {
      const std::uint64_t begin = random() % 3000;
      const Interval when = from_now(begin, begin + random() % 50'000);
      const OperationCount reads{chip.read, random() % 50};
      chip.account.book_access(chip.port, {&reads, 1}, {64, 0}, when, 0);
      chip.account.book(chip.work, random() % 50, when, 1);
      chip.account.feed().set_level(chip.busy, step % 2);
      if (step % 50 == 0) chip.domain.set_point(static_cast<std::uint32_t>(random() % 2));
      if (step % 70 == 0) chip.domain.set_power(step % 140 == 0);
      pass(random() % 100'000);
    }
    chip.account.settle();
    traces.finish();
    for (const BlockId block : {chip.engine, chip.memory}) {
      const double ledger = chip.ledger(block);
      const std::string name = chip.account.blocks()[block.index].name;
      EXPECT_NEAR(csv_joules(paths.power(), block.index), ledger, 1e-9 * ledger) << name << ", " << window;
      EXPECT_NEAR(vcd_joules(paths.vcd(), name), ledger, 1e-9 * ledger) << name << ", " << window;
    }
  }
}

/// Every line that contains `part`, without its times.
std::vector<std::string> slices_of(const std::filesystem::path& timeline, const std::string& part) {
  std::vector<std::string> found;
  for (const std::string& line : lines_of(timeline)) {
    if (line.find(part) == std::string::npos) continue;
    found.push_back(line.substr(line.find(',', line.find(',') + 1) + 1));
  }
  return found;
}

TEST(Traces, ShowCallsJobsInterruptsLayersRegionsAndDomains) {
  TinyChip chip;
  const RunPaths paths{trace_folder("slices")};
  Traces traces({.formats = parse_traces("power,perfetto"), .power_window = sc_time(1, sc_core::SC_US)},
                paths, chip.layout(), chip.account);
  ActivityFeed& feed = chip.account.feed();
  chip.account.enter_layer(1);
  feed.tell([&](ActivityObserver& observer) { observer.on_driver_call(chip.engine, 1, from_now(0, 1000)); });
  pass(50'000);
  chip.account.book_busy(chip.engine, Track::commands, "convolve", 1, from_now(0, 0));
  feed.tell([&](ActivityObserver& observer) { observer.on_job(chip.engine, 1, 1, from_now(0, 0)); });
  pass(1000);
  const Interval service = from_now(0, 1000);
  pass(1000);
  feed.tell([&](ActivityObserver& observer) { observer.on_interrupt(2, service); });
  feed.tell([&](ActivityObserver& observer) { observer.on_interrupt(2, from_now(0, 0)); });  // of nothing
  feed.tell([&](ActivityObserver& observer) { observer.on_region("inference", service); });
  chip.account.enter_layer(no_layer);
  chip.domain.set_power(false);
  pass(1000);
  chip.domain.set_power(true);
  pass(2'000'000);
  traces.finish();

  EXPECT_EQ(slices_of(paths.timeline(), "driver"), std::vector<std::string>{"cpu,driver: engine,engine,"});
  EXPECT_EQ(slices_of(paths.timeline(), "jobs"),
            std::vector<std::string>{"engine,jobs,list,\"conv,\"\"2\"\"\""});
  EXPECT_EQ(slices_of(paths.timeline(), "interrupt").size(), 2u);
  EXPECT_EQ(slices_of(paths.timeline(), "software,layers").size(), 1u);
  EXPECT_EQ(slices_of(paths.timeline(), "regions"),
            std::vector<std::string>{"software,regions: inference,inference,"});
  EXPECT_EQ(slices_of(paths.timeline(), "domain fast"),
            (std::vector<std::string>{"domain fast,state,0.9 V 400 MHz,", "domain fast,state,off,",
                                      "domain fast,state,waking up,", "domain fast,state,0.9 V 400 MHz,"}));
  if (!have("protoc")) GTEST_SKIP() << "protoc is not installed";
  const std::string text = protoc_text(paths.perfetto());
  const auto count = [&](const std::string& part) {
    int found = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
    return found;
  };
  EXPECT_EQ(count("terminating_flow_ids"), 1) << "one arrow ends in a handler";
  EXPECT_EQ(count(" flow_ids"), 2) << "call and job";
  EXPECT_EQ(count("name: \"convolve conv,\\\"2\\\"\""), 1);
}

TEST(Traces, ShowDomainsWakingInOrderOfTime) {
  TinyChip chip;
  const RunPaths paths{trace_folder("waking")};
  Traces traces({.formats = parse_traces("vcd"), .power_window = sc_time(2, sc_core::SC_US)}, paths,
                chip.layout(), chip.account);
  chip.domain.set_power(false);
  chip.second.set_power(false);
  pass(1000);
  chip.domain.set_power(true);  // takes longer than the other
  chip.second.set_power(true);
  pass(5'000'000);
  chip.account.settle();
  traces.finish();
  std::uint64_t now = 0;
  for (const std::string& line : lines_of(paths.vcd())) {
    if (line[0] != '#') continue;
    EXPECT_GE(std::stoull(line.substr(1)), now);
    now = std::stoull(line.substr(1));
  }
}

TEST(Traces, CompressedAreTheSamePackets) {
  std::map<bool, std::uintmax_t> sizes;
  for (const bool compress : {false, true}) {
    TinyChip chip;
    const RunPaths paths{trace_folder(compress ? "compressed" : "plain")};
    Traces traces({.formats = parse_traces("perfetto"),
                   .power_window = sc_time(1, sc_core::SC_NS),
                   .compress = compress},
                  paths, chip.layout(), chip.account);
    for (int step = 0; step < 2000; ++step) {
      chip.account.book(chip.work, static_cast<std::uint64_t>(1 + step % 5), from_now(0, 1500));
      pass(1500);
    }
    traces.finish();
    sizes[compress] = std::filesystem::file_size(paths.perfetto());
    if (have("protoc")) {
      EXPECT_FALSE(protoc_text(paths.perfetto()).empty());
    }
  }
  EXPECT_LT(sizes[true], sizes[false] / 2);
}

TEST(Traces, ReachTheFilesThoughNothingElseHappens) {
  TinyChip chip;
  const RunPaths paths{trace_folder("flushed")};
  Traces traces({.formats = parse_traces("power,perfetto,vcd"), .power_window = sc_time(1, sc_core::SC_US)},
                paths, chip.layout(), chip.account);
  pass(1'000'000 - sc_core::sc_time_stamp().value() % 1'000'000);  // to the beginning of a window
  const std::string begin = std::to_string(sc_core::sc_time_stamp().value());
  chip.account.book(chip.work, 1000, from_now(0, 500'000));
  chip.account.book_busy(chip.engine, Track::commands, "convolve", 0, from_now(0, 500'000));
  pass(3'000'000);
  traces.poll();
  const auto shown = [&] {  // far less than fills a buffer
    const auto has = [](const std::filesystem::path& path, const std::string& text) {
      return content_of(path).find(text) != std::string::npos;
    };
    return has(paths.timeline(), "convolve") && has(paths.perfetto(), "convolve") &&
           has(paths.vcd(), '#' + begin) && lines_of(paths.power()).size() > 1;
  };
  // A second is the promise; a busy machine may take its time.
  for (int tenths = 0; !shown() && tenths < 50; ++tenths)
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  EXPECT_TRUE(shown());
  traces.finish();
}

TEST(Traces, OfNoFormatRecordNothing) {
  TinyChip chip;
  const RunPaths paths{trace_folder("none")};
  Traces traces({.formats = {}}, paths, chip.layout(), chip.account);
  chip.account.book(chip.work, 1, from_now(0, 1000));
  traces.poll();
  traces.finish();
  EXPECT_TRUE(std::filesystem::is_empty(paths.folder));
  EXPECT_TRUE(traces.peaks().empty());
}

TEST(Traces, ReportAFullDisk) {
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "no /dev/full on this system";
  TinyChip chip;
  const RunPaths paths{trace_folder("full")};
  std::filesystem::create_symlink("/dev/full", paths.vcd());
  Traces traces({.formats = parse_traces("vcd"), .power_window = sc_time(1, sc_core::SC_NS)}, paths,
                chip.layout(), chip.account);
  const auto run = [&] {
    for (int step = 0; step < 1000; ++step) {
      chip.account.book(chip.work, static_cast<std::uint64_t>(1 + step % 5), from_now(0, 1500));
      pass(1500);
    }
    traces.finish();
  };
  EXPECT_THROW(run(), OutputError);
}

}  // namespace
}  // namespace kasane
