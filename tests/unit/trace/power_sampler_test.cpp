/// The law of the power trace: all windows together hold exactly the energy that was booked.
#include "platform/trace/power_sampler.h"

#include <cstdint>
#include <gtest/gtest.h>
#include <map>
#include <random>
#include <vector>

#include <systemc>

#include "models/common/energy_account.h"

namespace kasane {
namespace {

using sc_core::sc_time;

sc_time ps(std::uint64_t value) {
  return sc_time::from_value(value);
}

struct Collector : PowerSink {
  void on_window(const Interval& window, std::span<const double> watts) override {
    EXPECT_EQ(window.begin, end) << "windows follow each other";
    end = window.end;
    joules.resize(watts.size());
    for (std::size_t block = 0; block < watts.size(); ++block) {
      EXPECT_GE(watts[block], 0);
      joules[block] += watts[block] * window.length().to_seconds();
    }
    rows.emplace_back(watts.begin(), watts.end());
  }
  void finish() override { finished = true; }

  sc_time end;
  std::vector<double> joules;
  std::vector<std::vector<double>> rows;
  bool finished = false;
};

// Simulated time only moves forward within one process, so every case starts at the present time and uses
// windows that divide it.
void advance_to_multiple(std::uint64_t window) {
  const std::uint64_t now = sc_core::sc_time_stamp().value();
  const std::uint64_t rest = now % window;
  if (rest != 0) sc_core::sc_start(ps(window - rest));
}

TEST(PowerSampler, SharesAnIntervalAmongItsWindows) {
  sc_core::sc_start(sc_core::SC_ZERO_TIME);
  advance_to_multiple(1000);
  const std::uint64_t start = sc_core::sc_time_stamp().value();
  Collector collector;
  PowerSampler sampler(1, ps(1000), {&collector});
  sampler.on_energy({0}, {ps(start + 500), ps(start + 2500)}, 4.0);  // 2 J per 1000 ps
  sc_core::sc_start(ps(3000));
  sampler.finish();
  ASSERT_GE(collector.rows.size(), 3u);
  const auto last = collector.rows.end();
  EXPECT_DOUBLE_EQ(last[-3][0], 1.0 / 1e-9);
  EXPECT_DOUBLE_EQ(last[-2][0], 2.0 / 1e-9);
  EXPECT_DOUBLE_EQ(last[-1][0], 1.0 / 1e-9);
  EXPECT_TRUE(collector.finished);
}

TEST(PowerSampler, LosesNothingOfRandomBookings) {
  std::mt19937_64 random(7);
  EnergyAccount account;
  std::vector<OperationId> operations;
  for (int block = 0; block < 3; ++block) {
    const BlockId id = account.add_block("block" + std::to_string(block), 1);
    operations.push_back(account.add_operation(id, "work", Figure::exact(1e-12 * (block + 1))));
  }
  Collector collector;
  PowerSampler sampler(3, ps(777), {&collector});
  account.observe(sampler);
  for (int step = 0; step < 2000; ++step) {
    const std::uint64_t now = sc_core::sc_time_stamp().value();
    const std::uint64_t begin = now + random() % 3000;
    const std::uint64_t length = step % 50 == 0      ? random() % 1'000'000
                                 : random() % 5 == 0 ? 0
                                                     : random() % 4000;
    account.book(operations[random() % 3], random() % 1000, {ps(begin), ps(begin + length)});
    if (step % 7 == 0) {
      account.set_background({static_cast<std::uint32_t>(random() % 3)},
                             Figure::exact(static_cast<double>(random() % 100) * 1e-3), Figure::exact(1e-3));
    }
    sc_core::sc_start(ps(random() % 2000));
  }
  account.settle();
  sampler.finish();
  for (std::size_t block = 0; block < 3; ++block) {
    const double ledger = account.blocks()[block].total().total();
    EXPECT_NEAR(collector.joules[block], ledger, 1e-9 * ledger) << block;
  }
}

TEST(PowerSampler, KeepsALongPhaseOverShortWindowsInBoundedMemory) {
  const std::uint64_t start = sc_core::sc_time_stamp().value();
  Collector collector;
  PowerSampler sampler(1, ps(10), {&collector});
  sampler.on_energy({0}, {ps(start), ps(start + 1'000'000'000'000)}, 1.0);  // 10^11 windows ahead, at once
  sc_core::sc_start(ps(1000));
  sampler.finish();  // what lies beyond the end goes to the last window
  EXPECT_NEAR(collector.joules[0], 1.0, 1e-9);
}

}  // namespace
}  // namespace kasane
