/// Measurement regions at the run monitor's registers: names, opening and closing, and what firmware gets
/// wrong.
#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "kasane/run_monitor.h"
#include "models/common/energy_account.h"
#include "platform/peripherals/run_monitor.h"
#include "tests/unit/peripherals/bench.h"

namespace kasane {
namespace {

using sc_core::SC_NS;
using sc_core::sc_time;
using sc_core::sc_time_stamp;

/// One stay, in nanoseconds since the test of it began.
struct Stay {
  std::string name;
  std::uint64_t begin;
  std::uint64_t end;
  bool operator==(const Stay&) const = default;
};

std::ostream& operator<<(std::ostream& stream, const Stay& stay) {
  return stream << stay.name << " " << stay.begin << " ... " << stay.end;
}

struct Recorder : RunObserver {
  sc_time start;
  std::vector<std::uint32_t> begun;
  std::vector<Stay> stays;
  std::uint32_t mistakes = 0;

  void on_images_total(std::uint32_t) override {}
  void on_image_begin(std::uint32_t) override {}
  void on_image_forgotten(std::uint32_t) override {}
  void on_image(const ImageResult&) override {}
  void on_image_mistake() override {}
  void on_exit(std::uint32_t) override {}
  void on_region_begin(std::uint32_t region) override { begun.push_back(region); }
  void on_region_end(std::uint32_t, const std::string& name, const Interval& when) override {
    const auto ns = [this](sc_time at) { return (at - start).value() / 1000; };
    stays.push_back({name, ns(when.begin), ns(when.end)});
  }
  void on_region_mistake() override { ++mistakes; }
};

struct Chip {
  EnergyAccount account;
  Recorder recorder;
  RunMonitor monitor{"monitor", {}, account, recorder};
  bench::Master master{"master"};

  Chip() { master.socket.bind(monitor.registers); }

  void name(std::uint32_t region, const std::vector<std::uint32_t>& words) {
    master.write(KASANE_MONITOR_REGION, region);
    for (const std::uint32_t word : words) master.write(KASANE_MONITOR_REGION_NAME, word);
  }
  void begin(std::uint32_t region) { master.write(KASANE_MONITOR_REGION_BEGIN, region); }
  void end(std::uint32_t region) { master.write(KASANE_MONITOR_REGION_END, region); }
  /// What the region is called, from a stay of no length.
  std::string name_of(std::uint32_t region) {
    begin(region);
    end(region);
    return recorder.stays.back().name;
  }
  void forget() {
    recorder = {};
    recorder.start = sc_time_stamp();
  }
};

void names_take_words(Chip& chip) {
  EXPECT_EQ(chip.name_of(7), "region 7");  // never named
  chip.name(0, {0x20706D69, 0x00003161});  // "imp ", "a1"
  EXPECT_EQ(chip.name_of(0), "imp a1");
  EXPECT_EQ(chip.name_of(0), "imp a1");
  EXPECT_EQ(chip.master.read(KASANE_MONITOR_REGION), 0u);
  chip.name(255, {0x64636261, 0x68676665, 0});  // whole words, then zeros
  EXPECT_EQ(chip.name_of(255), "abcdefgh");
  chip.name(0, {0x00000078});  // the old name is forgotten
  EXPECT_EQ(chip.name_of(0), "x");
  chip.name(0, {});
  EXPECT_EQ(chip.name_of(0), "region 0");
  chip.name(1, {0x07E90A61});  // "a", newline, a byte beyond ASCII, a bell
  EXPECT_EQ(chip.name_of(1), "a???");
  chip.name(2, std::vector<std::uint32_t>(17, 0x7A7A7A7A));  // 68 characters of which 64 are kept
  EXPECT_EQ(chip.name_of(2), std::string(64, 'z'));
  EXPECT_EQ(chip.recorder.mistakes, 0u);
}

void a_region_may_be_named_while_open(Chip& chip) {
  chip.begin(3);
  chip.name(3, {0x6574616C});  // "late"
  chip.end(3);
  EXPECT_EQ(chip.recorder.stays.back().name, "late");
}

void regions_overlap(Chip& chip) {
  chip.begin(0);
  sc_core::wait(10, SC_NS);
  chip.begin(1);
  sc_core::wait(5, SC_NS);
  chip.end(0);
  sc_core::wait(1, SC_NS);
  chip.begin(0);
  sc_core::wait(2, SC_NS);
  chip.end(0);
  chip.end(1);
  const std::vector<Stay> expected{{"region 0", 0, 15}, {"region 0", 16, 18}, {"region 1", 10, 18}};
  EXPECT_EQ(chip.recorder.stays, expected);
  EXPECT_EQ(chip.recorder.begun, (std::vector<std::uint32_t>{0, 1, 0}));
  EXPECT_EQ(chip.recorder.mistakes, 0u);
}

void the_time_of_the_access_counts(Chip& chip) {
  std::uint32_t region = 4;
  chip.master.access(tlm::TLM_WRITE_COMMAND, KASANE_MONITOR_REGION_BEGIN, &region, 4, sc_time(40, SC_NS));
  chip.master.access(tlm::TLM_WRITE_COMMAND, KASANE_MONITOR_REGION_END, &region, 4, sc_time(3, SC_NS));
  EXPECT_EQ(chip.recorder.stays, (std::vector<Stay>{{"region 4", 40, 43}}));
}

void mistakes_change_nothing(Chip& chip) {
  chip.end(5);  // not open
  EXPECT_EQ(chip.recorder.mistakes, 1u);
  EXPECT_TRUE(chip.recorder.stays.empty());
  chip.begin(5);
  sc_core::wait(10, SC_NS);
  chip.begin(5);  // open already: it goes on from its first begin
  EXPECT_EQ(chip.recorder.mistakes, 2u);
  EXPECT_EQ(chip.recorder.begun, (std::vector<std::uint32_t>{5}));
  sc_core::wait(10, SC_NS);
  chip.end(5);
  chip.end(5);  // closed already
  EXPECT_EQ(chip.recorder.mistakes, 3u);
  EXPECT_EQ(chip.recorder.stays, (std::vector<Stay>{{"region 5", 0, 20}}));
  for (const std::uint32_t none : {std::uint32_t{KASANE_REGIONS}, 0xFFFFFFFFu}) {
    chip.begin(none);
    chip.end(none);
    chip.name(none, {0x61616161});  // to select it is the mistake; its name goes nowhere
  }
  EXPECT_EQ(chip.recorder.mistakes, 9u);
  EXPECT_EQ(chip.recorder.stays.size(), 1u);
  EXPECT_EQ(chip.recorder.begun.size(), 1u);
  EXPECT_EQ(chip.name_of(5), "region 5");
}

TEST(RunMonitor, MeasuresRegions) {
  Chip chip;
  int done = 0;
  bench::Stimulus stimulus("stimulus", [&] {
    for (const auto& part : {names_take_words, a_region_may_be_named_while_open, mistakes_change_nothing}) {
      chip.forget();
      part(chip);
      ++done;
    }
    for (const std::uint32_t region : {0, 1}) chip.name(region, {});
    for (const auto& part : {regions_overlap, the_time_of_the_access_counts}) {
      chip.forget();
      part(chip);
      ++done;
    }
  });
  sc_core::sc_start();
  EXPECT_EQ(done, 5);
}

}  // namespace
}  // namespace kasane
