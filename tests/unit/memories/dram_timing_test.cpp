/// DRAM timing, storage calendar, against cases worked by hand.
#include "platform/peripherals/dram_timing.h"

#include <gtest/gtest.h>
#include <stdexcept>
#include <string>

#include <systemc>

namespace kasane {
namespace {

using sc_core::sc_time;

sc_time ns(double count) {
  return {count, sc_core::SC_NS};
}

/// tRCD 10, tRP 20, tCAS 30, tRAS 50, tREFI 1000, tRFC 100 ns; 4 banks of 1 KiB rows; a burst of 64 bytes
/// takes 10 ns.
DramConfig config() {
  DramConfig result;
  result.bytes = 1 << 20;
  result.banks = 4;
  result.row_bytes = 1024;
  result.burst_bytes = 64;
  result.bytes_per_second = 6'400'000'000;
  result.row_to_column = ns(10);
  result.precharge = ns(20);
  result.column = ns(30);
  result.row_active = ns(50);
  result.refresh_interval = ns(1000);
  result.refresh_cycle = ns(100);
  return result;
}

TEST(Reservations, FindsGapsAndMerges) {
  Reservations calendar;
  EXPECT_EQ(calendar.reserve({ns(10), ns(20)}), ns(10));
  EXPECT_EQ(calendar.reserve({ns(30), ns(40)}), ns(10));
  EXPECT_EQ(calendar.first_fit(ns(0), ns(10)), ns(0));
  EXPECT_EQ(calendar.first_fit(ns(0), ns(11)), ns(40));
  EXPECT_EQ(calendar.first_fit(ns(15), ns(10)), ns(20));
  EXPECT_EQ(calendar.reserve({ns(15), ns(35)}), ns(10));  // only [20, 30) was free
  EXPECT_EQ(calendar.first_fit(ns(10), ns(1)), ns(40));
  EXPECT_EQ(calendar.reserve({ns(0), ns(50)}), ns(20));
}

TEST(DramTiming, MissHitConflict) {
  DramTiming timing("dram", config());
  // Miss: activate, tRCD 10, tCAS 30, one burst 10.
  EXPECT_EQ(timing.access(0, 64, ns(0)).data.end, ns(50));
  // Hit at 100: tCAS 30, one burst 10.
  EXPECT_EQ(timing.access(64, 64, ns(100)).data.end, ns(140));
  // Same bank, next row (4 banks further on): precharge 20, activate 10, column 30, burst 10.
  EXPECT_EQ(timing.access(4096, 64, ns(200)).data.end, ns(270));
  // At once another row: the row opened at 220 must stay open until 270 = 220 + tRAS.
  EXPECT_EQ(timing.access(0, 64, ns(230)).data.end, ns(270 + 70));
  const DramStatistics& counted = timing.statistics();
  EXPECT_EQ(counted.row_misses, 1u);
  EXPECT_EQ(counted.row_hits, 1u);
  EXPECT_EQ(counted.row_conflicts, 2u);
  EXPECT_EQ(counted.activates, 3u);
  EXPECT_EQ(counted.precharges, 2u);
  EXPECT_EQ(counted.refresh_delays, 0u);
}

TEST(DramTiming, StreamsOpenRowsAtPeakBandwidth) {
  DramTiming timing("dram", config());
  // 16 bursts of bank 0's row: 40 to the first data, 160 of data.
  EXPECT_EQ(timing.access(0, 1024, ns(0)).data.end, ns(200));
  // Two accesses that arrive together share the data bus: tCAS once, then 20 ns each.
  EXPECT_EQ(timing.access(0, 128, ns(300)).data.end, ns(350));
  EXPECT_EQ(timing.access(128, 128, ns(300)).data.end, ns(370));
  // An access in the middle of a burst moves the whole burst; over a border it moves two.
  EXPECT_EQ(timing.access(60, 8, ns(500)).bursts, 2u);
}

TEST(DramTiming, RefreshClosesRowsAndHoldsAccesses) {
  DramTiming timing("dram", config());
  timing.access(0, 64, ns(0));
  // Arrives within refresh [1000, 1100): starts at 1100 with a closed row.
  EXPECT_EQ(timing.access(64, 64, ns(1050)).data.end, ns(1150));
  // A hit at 1970 would need until 2010, into the refresh at 2000: after 2100, as a miss.
  EXPECT_EQ(timing.access(128, 64, ns(1970)).data.end, ns(2150));
  // Outside of refreshes a row opened before one is closed.
  EXPECT_EQ(timing.access(128, 64, ns(3200)).data.end, ns(3250));
  EXPECT_EQ(timing.statistics().refresh_delays, 2u);
  EXPECT_EQ(timing.statistics().row_misses, 4u);
  // A hit that ends exactly when the refresh starts needs no delay.
  EXPECT_EQ(timing.access(192, 64, ns(3960)).data.end, ns(4000));
}

TEST(DramTiming, LongAccessIsCutByRefresh) {
  DramTiming timing("dram", config());
  // Miss at 900: data from 940 on, six bursts until 1000; refresh until 1100; miss again, data from 1140 on:
  // the other ten bursts until 1240.
  const DramTiming::Served served = timing.access(0, 1024, ns(900));
  EXPECT_EQ(served.data.end, ns(1240));
  EXPECT_EQ(served.bursts, 16u);
  EXPECT_EQ(served.activates, 2u);
  EXPECT_EQ(served.open, ns(1000 - 900 + 2000 - 1100));
}

TEST(DramTiming, InitiatorThatRanAheadDoesNotHoldUpOthers) {
  DramTiming timing("dram", config());
  timing.access(0, 64, ns(800));
  EXPECT_EQ(timing.access(1024, 64, ns(100)).data.end, ns(150));  // another bank, a miss
}

TEST(DramTiming, RefusesImpossibleConfigs) {
  DramConfig uneven = config();
  uneven.row_bytes = 1000;
  EXPECT_THROW(DramTiming("dram", uneven), std::invalid_argument);
  DramConfig refreshing = config();
  refreshing.refresh_cycle = ns(950);
  EXPECT_THROW(DramTiming("dram", refreshing), std::invalid_argument);
}

}  // namespace
}  // namespace kasane
