/// Where time went, by a sequence worked by hand.
#include "models/common/time_breakdown.h"

#include <gtest/gtest.h>

#include <systemc>

#include "models/common/energy_account.h"

namespace kasane {
namespace {

using sc_core::sc_time;

sc_time ns(std::uint64_t count) {
  return sc_time::from_value(1000 * count);
}

void expect(const TimeShares& found, std::uint64_t compute, std::uint64_t memory, std::uint64_t software,
            std::uint64_t idle) {
  EXPECT_EQ(found[ChipState::compute], ns(compute));
  EXPECT_EQ(found[ChipState::memory], ns(memory));
  EXPECT_EQ(found[ChipState::software], ns(software));
  EXPECT_EQ(found[ChipState::idle], ns(idle));
  EXPECT_EQ(found.total(), ns(compute + memory + software + idle));
}

/// Two engines and two CPUs of an account whose time begins now.
struct Chip {
  EnergyAccount account;
  BlockId ncu = add("ncu", Worker::engine);
  BlockId dma = add("dma", Worker::engine);
  BlockId cpu = add("cpu", Worker::processor);
  BlockId other_cpu = add("other_cpu", Worker::processor);
  sc_time start = sc_core::sc_time_stamp();

  BlockId add(const char* name, Worker kind) {
    const BlockId block = account.add_block(name, 0);
    account.feed().add_worker(block, kind);
    return block;
  }
  /// Lets time go on to this many nanoseconds after the start.
  void at(std::uint64_t count) { sc_core::sc_start(start + ns(count) - sc_core::sc_time_stamp()); }
};

//        ns    0    10   30   40   55   75   80   90   100  130  133  140  150  155  160  163  165
// cpu          .    run . . . . . . . . . . . . . . . . . . sleep     run . . . . . . . .  sleep
// other cpu    .                                                                      run . . . .  sleep
// ncu          .                    compute . . .  idle
// dma          .              memory . . .  compute . . . . memory    idle memory idle
// layer        none      1 (at 30). . . . . . . .  2 (at 90) . . . . . . . . . . . .  1 (at 150) . . . . . .
// counted as   idle soft soft mem  comp comp comp comp memory idle  mem  soft soft soft soft  idle
TEST(TimeBreakdown, CountsEveryMomentOnceByItsFirstState) {
  Chip chip;
  EnergyAccount& account = chip.account;
  ASSERT_EQ(chip.start, sc_core::SC_ZERO_TIME);
  chip.at(10);
  account.set_activity(chip.cpu, Activity::compute);
  chip.at(30);
  account.enter_layer(1);
  chip.at(40);
  account.set_activity(chip.dma, Activity::memory);
  chip.at(55);
  account.set_activity(chip.ncu, Activity::compute);
  chip.at(75);
  account.set_activity(chip.dma, Activity::compute);
  chip.at(80);
  account.set_activity(chip.ncu, Activity::idle);
  chip.at(90);
  account.enter_layer(2);
  chip.at(100);
  account.set_activity(chip.dma, Activity::memory);
  account.set_activity(chip.cpu, Activity::idle);
  chip.at(130);
  account.set_activity(chip.dma, Activity::idle);
  chip.at(133);
  account.set_activity(chip.dma, Activity::memory);
  account.set_activity(chip.cpu, Activity::compute);
  chip.at(140);
  account.set_activity(chip.dma, Activity::idle);
  chip.at(150);
  account.enter_layer(1);
  chip.at(155);
  account.set_activity(chip.other_cpu, Activity::compute);
  account.set_activity(chip.other_cpu, Activity::compute);  // said twice, counted once
  chip.at(160);
  account.set_activity(chip.cpu, Activity::idle);
  chip.at(163);
  account.set_activity(chip.other_cpu, Activity::idle);
  chip.at(165);
  account.settle();
  account.settle();

  const auto& layers = account.layer_times();
  ASSERT_EQ(layers.size(), 3u);
  expect(layers.at(no_layer), 0, 0, 20, 10);
  expect(layers.at(1), 20 + 5 + 10, 15, 10 + 10 + 3, 2);
  expect(layers.at(2), 10, 30 + 7, 10, 3);
}

}  // namespace
}  // namespace kasane
