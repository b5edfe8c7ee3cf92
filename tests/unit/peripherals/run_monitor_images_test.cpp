/// Two images in flight at the run monitor's registers, and what firmware gets wrong.
#include <gtest/gtest.h>
#include <vector>

#include "kasane/package.h"
#include "kasane/run_monitor.h"
#include "models/common/energy_account.h"
#include "platform/peripherals/run_monitor.h"
#include "tests/unit/peripherals/bench.h"

namespace kasane {
namespace {

using sc_core::SC_NS;
using sc_core::sc_time;

struct Recorder : RunObserver {
  std::vector<std::uint32_t> begun;
  std::vector<std::uint32_t> forgotten;
  std::vector<ImageResult> images;
  std::uint32_t mistakes = 0;

  void on_images_total(std::uint32_t) override {}
  void on_image_begin(std::uint32_t index) override { begun.push_back(index); }
  void on_image_forgotten(std::uint32_t index) override { forgotten.push_back(index); }
  void on_image(const ImageResult& image) override { images.push_back(image); }
  void on_image_mistake() override { ++mistakes; }
  void on_exit(std::uint32_t) override {}
  void on_region_begin(std::uint32_t) override {}
  void on_region_end(std::uint32_t, const std::string&, const Interval&) override {}
  void on_region_mistake() override {}
};

struct Chip {
  EnergyAccount account;
  Recorder recorder;
  RunMonitor monitor{"monitor", {}, account, recorder};
  bench::Master master{"master"};

  Chip() { master.socket.bind(monitor.registers); }

  void begin(std::uint32_t index) { master.write(KASANE_MONITOR_IMAGE_BEGIN, index); }
  void select(std::uint32_t index) { master.write(KASANE_MONITOR_IMAGE, index); }
  void output(std::uint32_t word) { master.write(KASANE_MONITOR_OUTPUT, word); }
  void entropy(std::uint32_t nats_q24) { master.write(KASANE_MONITOR_ENTROPY, nats_q24); }
  void leave_by(std::uint32_t exit) { master.write(KASANE_MONITOR_IMAGE_EXIT, exit); }
  void end(std::uint32_t predicted) { master.write(KASANE_MONITOR_IMAGE_END, predicted); }
  std::uint32_t present() { return master.read(KASANE_MONITOR_IMAGE); }
};

void reports_go_to_the_selected_image(Chip& chip) {
  EXPECT_EQ(chip.present(), KASANE_NO_IMAGE);
  chip.begin(10);
  sc_core::wait(30, SC_NS);
  chip.begin(11);
  EXPECT_EQ(chip.present(), 11u);
  chip.entropy(500);
  chip.output(0x0B0B0B0B);
  chip.select(10);
  EXPECT_EQ(chip.present(), 10u);
  chip.output(0x0A0A0A0A);
  chip.entropy(700);
  chip.entropy(600);
  chip.leave_by(1);
  sc_core::wait(70, SC_NS);
  chip.end(3);
  EXPECT_EQ(chip.present(), 11u) << "the only one left";
  chip.output(0x0C0C0C0C);
  sc_core::wait(50, SC_NS);
  chip.end(4);
  EXPECT_EQ(chip.present(), KASANE_NO_IMAGE);

  EXPECT_EQ(chip.recorder.begun, (std::vector<std::uint32_t>{10, 11}));
  ASSERT_EQ(chip.recorder.images.size(), 2u);
  const ImageResult& first = chip.recorder.images[0];
  EXPECT_EQ(first.index, 10u);
  EXPECT_EQ(first.predicted, 3);
  EXPECT_EQ(first.exit, 1u);
  EXPECT_EQ(first.output, std::vector<std::uint8_t>(4, 0x0A));
  EXPECT_EQ(first.entropies_q24, (std::vector<std::uint32_t>{700, 600}));
  EXPECT_EQ(first.end - first.begin, sc_time(100, SC_NS));
  const ImageResult& second = chip.recorder.images[1];
  EXPECT_EQ(second.index, 11u);
  EXPECT_EQ(second.exit, 0u) << "not told";
  EXPECT_EQ(second.output, (std::vector<std::uint8_t>{11, 11, 11, 11, 12, 12, 12, 12}));
  EXPECT_EQ(second.entropies_q24, std::vector<std::uint32_t>{500});
  EXPECT_EQ(second.end - second.begin, sc_time(120, SC_NS));
  EXPECT_NE(first.slot, second.slot);
  EXPECT_EQ(chip.recorder.mistakes, 0u);
}

void slots_are_used_again(Chip& chip) {
  for (const std::uint32_t index : {0, 1}) chip.begin(index);
  for (const std::uint32_t index : {0, 1, 2, 3}) {  // each ends while the next one is in flight
    chip.select(index);
    chip.end(0);
    if (index < 2) chip.begin(index + 2);
  }
  std::vector<std::size_t> slots;
  for (const ImageResult& image : chip.recorder.images) slots.push_back(image.slot);
  EXPECT_EQ(slots, (std::vector<std::size_t>{0, 1, 0, 1}));
  EXPECT_EQ(chip.recorder.mistakes, 0u);
}

void what_belongs_to_no_image_is_ignored(Chip& chip) {
  chip.output(1);
  chip.entropy(1);
  chip.leave_by(0);
  chip.end(1);
  chip.select(0);
  EXPECT_EQ(chip.recorder.mistakes, 5u);
  EXPECT_TRUE(chip.recorder.images.empty());
  chip.begin(8);
  chip.select(9);  // unknown: nothing may go to image 8 by mistake
  EXPECT_EQ(chip.present(), KASANE_NO_IMAGE);
  chip.end(1);
  EXPECT_EQ(chip.recorder.mistakes, 7u);
  EXPECT_TRUE(chip.recorder.images.empty());
  chip.select(8);
  chip.end(2);
  ASSERT_EQ(chip.recorder.images.size(), 1u);
  EXPECT_EQ(chip.recorder.images[0].predicted, 2);
  EXPECT_TRUE(chip.recorder.images[0].output.empty());
}

void a_third_image_takes_the_first_ones_place(Chip& chip) {
  chip.begin(0);
  sc_core::wait(10, SC_NS);
  chip.begin(1);
  sc_core::wait(10, SC_NS);
  chip.begin(2);
  EXPECT_EQ(chip.recorder.mistakes, 1u);
  EXPECT_EQ(chip.present(), 2u);
  EXPECT_EQ(chip.recorder.begun, (std::vector<std::uint32_t>{0, 1, 2}));
  EXPECT_EQ(chip.recorder.forgotten, std::vector<std::uint32_t>{0});
  chip.output(0x02020202);
  chip.select(0);  // forgotten
  EXPECT_EQ(chip.present(), KASANE_NO_IMAGE);
  EXPECT_EQ(chip.recorder.mistakes, 2u);
  for (const std::uint32_t index : {1, 2}) {
    chip.select(index);
    chip.end(index);
  }
  ASSERT_EQ(chip.recorder.images.size(), 2u);
  EXPECT_TRUE(chip.recorder.images[0].output.empty());
  EXPECT_EQ(chip.recorder.images[1].output, std::vector<std::uint8_t>(4, 2));
}

void an_image_begins_once(Chip& chip) {
  chip.begin(5);
  chip.begin(6);
  sc_core::wait(10, SC_NS);
  chip.begin(5);  // goes on from its first begin, and is the present one
  EXPECT_EQ(chip.recorder.mistakes, 1u);
  EXPECT_EQ(chip.present(), 5u);
  chip.end(0);
  chip.end(0);
  EXPECT_EQ(chip.recorder.begun, (std::vector<std::uint32_t>{5, 6}));
  EXPECT_EQ(chip.recorder.images.at(0).end - chip.recorder.images.at(0).begin, sc_time(10, SC_NS));
}

void exits_are_few(Chip& chip) {
  chip.begin(0);
  for (std::uint32_t exit = 0; exit <= KASANE_MAX_EXITS; ++exit) chip.entropy(exit);
  EXPECT_EQ(chip.recorder.mistakes, 1u);
  for (const std::uint32_t none : {std::uint32_t{KASANE_MAX_EXITS}, 0xFFFFFFFFu}) chip.leave_by(none);
  EXPECT_EQ(chip.recorder.mistakes, 3u);
  chip.leave_by(KASANE_MAX_EXITS - 1);
  chip.end(0);
  EXPECT_EQ(chip.recorder.images.at(0).entropies_q24.size(), std::size_t{KASANE_MAX_EXITS});
  EXPECT_EQ(chip.recorder.images.at(0).exit, std::uint32_t{KASANE_MAX_EXITS - 1});
}

TEST(RunMonitor, FollowsTwoImages) {
  Chip chip;
  int done = 0;
  bench::Stimulus stimulus("stimulus", [&] {
    for (const auto& part :
         {reports_go_to_the_selected_image, slots_are_used_again, what_belongs_to_no_image_is_ignored,
          a_third_image_takes_the_first_ones_place, an_image_begins_once, exits_are_few}) {
      chip.recorder = {};
      part(chip);
      ++done;
    }
  });
  sc_core::sc_start();
  EXPECT_EQ(done, 6);
}

}  // namespace
}  // namespace kasane
