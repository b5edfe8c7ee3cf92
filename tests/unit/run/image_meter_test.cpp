/// What images take, one by one and together, worked by hand.
#include "platform/run/image_meter.h"

#include <gtest/gtest.h>

#include "models/common/energy_account.h"

namespace kasane {
namespace {

using sc_core::SC_NS;
using sc_core::sc_time;

void pass(double nanoseconds) {
  sc_core::sc_start(sc_time(nanoseconds, SC_NS));
}

/// "cpu" draws 2 W, "engine" nothing but for what is booked: 1 pJ each time.
struct Chip {
  EnergyAccount account;
  BlockId cpu = account.add_block("cpu", 1);
  BlockId engine = account.add_block("engine", 1);
  OperationId work = account.add_operation(engine, "work", Figure::exact(1e-12));
  ImageMeter meter;

  Chip() {
    account.set_background(cpu, Figure::exact(1.5), Figure::exact(0.5));
    meter.attach(account);
  }
  /// `count` operations over the next so many nanoseconds.
  void book(std::uint64_t count, double nanoseconds) {
    const sc_time now = sc_core::sc_time_stamp();
    account.book(work, count, {now, now + sc_time(nanoseconds, SC_NS)});
  }
};

void expect_energy(const Chip& chip, double cpu_dynamic, double cpu_leakage, double engine) {
  const std::vector<Energy>& energy = chip.meter.energy();
  ASSERT_EQ(energy.size(), 2u);
  EXPECT_NEAR(energy[0].dynamic, cpu_dynamic, 1e-20);
  EXPECT_NEAR(energy[0].leakage, cpu_leakage, 1e-20);
  EXPECT_NEAR(energy[1].dynamic, engine, 1e-20);
}

TEST(ImageMeter, CountsOnlyTheTimeOfImages) {
  Chip chip;
  pass(5);
  chip.meter.begin(0);
  pass(10);
  EXPECT_NEAR(chip.meter.end(0), 20e-9, 1e-20);
  chip.book(1000, 7);
  pass(7);
  chip.meter.begin(1);
  pass(3);
  EXPECT_NEAR(chip.meter.end(1), 6e-9, 1e-20);
  EXPECT_NEAR(chip.meter.seconds(), 13e-9, 1e-20);
  expect_energy(chip, 1.5 * 13e-9, 0.5 * 13e-9, 0);
  EXPECT_FALSE(chip.meter.overlapped());
}

// 0 ... 10, 4 ... 16, 20 ... 25 ns: 21 ns together, 27 ns one by one. 100 operations over 2 ... 12 ns.
TEST(ImageMeter, CountsOnceWhatImagesShare) {
  Chip chip;
  chip.meter.begin(0);
  pass(2);
  chip.book(100, 10);
  pass(2);
  chip.meter.begin(1);
  pass(6);
  EXPECT_NEAR(chip.meter.end(0), 20e-9 + 80e-12, 1e-20);
  pass(6);
  EXPECT_NEAR(chip.meter.end(1), 24e-9 + 80e-12, 1e-20);
  pass(4);
  chip.meter.begin(2);
  pass(5);
  EXPECT_NEAR(chip.meter.end(2), 10e-9, 1e-20);
  EXPECT_NEAR(chip.meter.seconds(), 21e-9, 1e-20);
  expect_energy(chip, 1.5 * 21e-9, 0.5 * 21e-9, 100e-12);
  EXPECT_TRUE(chip.meter.overlapped());
}

// 0 ... 20 around 5 ... 8 ns.
TEST(ImageMeter, TakesImagesThatEndInAnyOrder) {
  Chip chip;
  chip.meter.begin(3);
  pass(5);
  chip.meter.begin(4);
  pass(3);
  EXPECT_NEAR(chip.meter.end(4), 6e-9, 1e-20);
  pass(12);
  EXPECT_NEAR(chip.meter.end(3), 40e-9, 1e-20);
  EXPECT_NEAR(chip.meter.seconds(), 20e-9, 1e-20);
}

// Of a run that is interrupted while an image is under way: up to the last one that is done.
TEST(ImageMeter, LeavesOutWhatIsNotDone) {
  Chip chip;
  chip.meter.begin(0);
  pass(4);
  chip.meter.begin(1);
  pass(6);
  chip.meter.end(0);
  pass(9);
  EXPECT_NEAR(chip.meter.seconds(), 10e-9, 1e-20);
  expect_energy(chip, 15e-9, 5e-9, 0);
}

// Both began at once; it is the run monitor's word which of them goes: 4 ends at 10 ns.
TEST(ImageMeter, ForgetsWhatItIsTold) {
  Chip chip;
  chip.meter.begin(5);
  chip.meter.begin(4);
  pass(6);
  chip.meter.forget(5);
  chip.meter.begin(7);
  pass(4);
  EXPECT_NEAR(chip.meter.end(4), 20e-9, 1e-20);
  EXPECT_NEAR(chip.meter.end(7), 8e-9, 1e-20);
  EXPECT_NEAR(chip.meter.seconds(), 10e-9, 1e-20);
}

}  // namespace
}  // namespace kasane
