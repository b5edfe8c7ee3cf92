/// The dispatcher's order of events: what waits for what, what overlaps, and that resets, power cuts and
/// gated clocks at any time leave it usable. random_chips_test.cpp has the arithmetic.
#include <gtest/gtest.h>

#include "tests/unit/kernel_comp_unit/bands.h"
#include "tests/unit/kernel_comp_unit/chip_bench.h"
#include "tests/unit/kernel_comp_unit/layers.h"
#include "tests/unit/kernel_comp_unit/scripted_ncu.h"
#include "tests/unit/memory_fixture.h"

namespace kasane {
namespace {

using Chip = ChipBench<ScriptedNcu>;
using List = std::vector<reference::CommandRecord>;

constexpr std::uint32_t no_error = KASANE_ERROR_NONE;
constexpr std::uint32_t side = 12;
constexpr std::uint32_t sums_of_band = 4 * side * side;  ///< 4 maps

/// Units that are 1, 2 and 3 in the middle of 3 x 3.
Chip::Sizes three_units() {
  Chip::Sizes sizes;
  for (const std::int8_t constant : std::vector<std::int8_t>{1, 2, 3}) {
    sizes.dispatcher.units.units.push_back(kcu::identity(3));
    sizes.dispatcher.units.units.back().constants[4] = constant;
  }
  sizes.dispatcher.units.ports = 2;
  return sizes;
}

/// 2 channels of 12 x 12 to 4 maps. All input elements are 1, so that every sum of map o is
///   1 · gain(unit 0, o) + 2 · gain(unit 1, o) + 3 · gain(unit 2, o).
const std::vector<kcu::Job> jobs = {{.unit = 0, .channel = 0, .targets = {{0, 10}, {1, 20}}},
                                    {.unit = 1, .channel = 0, .targets = {{1, 1}, {2, 2}, {3, 3}}},
                                    {.unit = 1, .channel = 1, .targets = {{0, -1}}},
                                    {.unit = 2, .channel = 1, .targets = {{2, 100}, {3, -100}}}};
constexpr std::int32_t expected_of_map[] = {10 - 2, 20 + 2, 4 + 300, 6 - 300};

std::vector<std::uint8_t> expected_band() {
  std::vector<std::uint8_t> bytes;
  for (const std::int32_t value : expected_of_map) {
    for (std::uint32_t n = 0; n < side * side; ++n) {
      const auto* raw = reinterpret_cast<const std::uint8_t*>(&value);
      bytes.insert(bytes.end(), raw, raw + sizeof(value));
    }
  }
  return bytes;
}

class KcuDispatcher : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    account = std::make_unique<EnergyAccount>();
    chip = std::make_unique<Chip>("chip", three_units(), *account, test_technology());
    chip->ncu.memories = &chip->domain;
    sc_core::sc_start(sc_core::SC_ZERO_TIME);
  }
  static void TearDownTestSuite() { chip.reset(); }

  void SetUp() override { load(); }

  static void load() {
    Chip::load(chip->fmm_access, std::vector<std::uint8_t>(2 * side * side, 1));
    Chip::load(chip->table_access, table());
    Chip::load(chip->sums_access, std::vector<std::uint8_t>(4096 * 4, 0x77));
    chip->ncu.looks.clear();
  }
  static std::vector<std::uint8_t> table() {
    kasane_kcu_convolution unused{};
    return kcu::tabulate(jobs, unused);
  }

  /// The layer, with its sums in a region of its own.
  static kasane_kcu_convolution units(std::uint32_t region = 0) {
    kasane_kcu_convolution command = kcu::convolution({.channels = 2,
                                                       .height = side,
                                                       .width = side,
                                                       .outputs = 4,
                                                       .output_height = side,
                                                       .output_width = side,
                                                       .pad = 1});
    kcu::tabulate(jobs, command);
    command.sums_address = region * sums_of_band * 4;
    return command;
  }
  static reference::CommandRecord run_units(std::uint32_t region = 0) { return record_of(units(region)); }
  static reference::CommandRecord look(std::uint32_t region = 0, std::uint32_t nanoseconds = 1000) {
    return record_of(ScriptedNcu::look(region * sums_of_band * 4, sums_of_band, nanoseconds));
  }

  static void expect_looks(std::size_t count) {
    ASSERT_EQ(chip->ncu.looks.size(), count);
    for (const ScriptedNcu::Look& look : chip->ncu.looks) {
      EXPECT_EQ(look.before, expected_band());
      EXPECT_EQ(look.after, expected_band());
    }
  }
  static void expect_good(const Chip::Result& result) {
    EXPECT_EQ(result.error, no_error);
    EXPECT_EQ(result.status, std::uint32_t{KASANE_STATUS_DONE});
    EXPECT_EQ(result.interrupts, 1);
    EXPECT_EQ(result.ncu_interrupts, 0);
  }
  static double run_for(const List& list) {
    load();
    const sc_core::sc_time begin = sc_core::sc_time_stamp();
    expect_good(chip->run(list));
    return (sc_core::sc_time_stamp() - begin).to_seconds() * 1e9;
  }

  static inline std::unique_ptr<EnergyAccount> account;
  static inline std::unique_ptr<Chip> chip;
};

TEST_F(KcuDispatcher, GivesTheNcuCompleteSums) {
  const Chip::Result result = chip->run({run_units(), look()});
  expect_good(result);
  expect_looks(1);
  EXPECT_EQ(result.jobs, 4u);
  EXPECT_EQ(chip->read(KASANE_ENGINE_COMMANDS_DONE), 2u);
}

TEST_F(KcuDispatcher, NeedsNoNcu) {
  expect_good(chip->run({run_units(), run_units(1)}));
  EXPECT_EQ(Chip::dump(chip->sums_access, expected_band().size()), expected_band());
  EXPECT_TRUE(chip->ncu.looks.empty());
}

/// The same sums twice with nobody to read them: the second set replaces the first.
TEST_F(KcuDispatcher, ClearsWhatAnEarlierCommandLeft) {
  expect_good(chip->run({run_units(), run_units(), run_units(), look()}));
  expect_looks(1);
}

TEST_F(KcuDispatcher, ForwardsNcuRecordsOneAfterTheOther) {
  expect_good(chip->run({look(0, 100), look(1, 300), look(2, 200)}));
  ASSERT_EQ(chip->ncu.looks.size(), 3u);
  EXPECT_EQ(chip->ncu.looks[1].end - chip->ncu.looks[1].begin, ns(300));
  EXPECT_GE(chip->ncu.looks[1].begin, chip->ncu.looks[0].end);
  EXPECT_GE(chip->ncu.looks[2].begin, chip->ncu.looks[1].end);
}

/// Band 1 of other sums is done while the NCU works on band 0; of the same sums it waits.
TEST_F(KcuDispatcher, OverlapsBandsThatShareNoSums) {
  constexpr double look_ns = 5000;  // longer than the units take
  const double units_alone = run_for({run_units()});
  const double apart = run_for({run_units(0), look(0, 5000), run_units(1), look(1, 5000)});
  expect_looks(2);
  const double shared = run_for({run_units(0), look(0, 5000), run_units(0), look(0, 5000)});
  expect_looks(2);
  EXPECT_LT(units_alone, look_ns);
  // Accesses to the bus and to tables aside: units, NCU, NCU; or units, NCU, units, NCU.
  EXPECT_NEAR(apart, units_alone + 2 * look_ns, 250);
  EXPECT_NEAR(shared, 2 * units_alone + 2 * look_ns, 250);
}

/// Sums stay until the last NCU record before the units' next command has read them, and no longer.
TEST_F(KcuDispatcher, KeepsSumsForAllTheirReaders) {
  const double once = run_for({run_units(), look(0, 2000), look(0, 2000), run_units(), look(0, 2000)});
  expect_looks(3);
  EXPECT_GT(once, 6000);
  run_for({run_units(), look(0, 0), look(0, 3000), look(0, 10), run_units(), look(0, 10), look(0, 3000)});
  expect_looks(5);
  // Two commands for one reader.
  run_for(
      {run_units(0), run_units(1), look(0, 1000), look(1, 1000), run_units(0), run_units(1), look(1, 10)});
  expect_looks(3);
}

TEST_F(KcuDispatcher, RunsManyBandsOverTwoRegions) {
  List list;
  for (std::uint32_t band = 0; band < 20; ++band) {
    list.push_back(run_units(band % 2));
    list.push_back(look(band % 2, band % 3 * 400));
  }
  const Chip::Result result = chip->run(list);
  expect_good(result);
  EXPECT_EQ(result.jobs, 20u * jobs.size());
  expect_looks(20);
}

/// To forward a record the dispatcher accesses the bus five times before the NCU begins to fetch it, which is
/// a sixth, and twice after its end: 10 ns each.
TEST_F(KcuDispatcher, CountsTheTimeInWhichTheNcuHasNothingToDo) {
  const sc_core::sc_time begin = sc_core::sc_time_stamp();
  const Chip::Result result = chip->run({run_units(), look(0, 3000)});
  expect_good(result);
  const double list = (sc_core::sc_time_stamp() - begin).to_seconds() * 1e9 - 10;  // from the first record on
  EXPECT_NEAR(static_cast<double>(result.ncu_wait_cycles), list - (50 + 10 + 3000 + 20), 0.5);
  // Busy from the first record's execution on, but for the second one's fetch.
  EXPECT_NEAR(static_cast<double>(result.cycles), list - 10, 0.5);
}

TEST_F(KcuDispatcher, CountsUnitsBusyCycles) {
  const Chip::Result result = chip->run({run_units()});
  expect_good(result);
  const kcu::KcuConfig config = three_units().dispatcher.units;
  // Unit 0 and 2 have a job of two targets each; unit 1 one of three and one of one, which overlap.
  const auto alone = [&](std::uint64_t targets) {
    return kcu::estimate(units(), targets, config, {.bytes_per_cycle = 16}, {.bytes_per_cycle = 16}).cycles;
  };
  EXPECT_GE(result.unit_cycles, 2 * alone(2) + alone(3));
  EXPECT_LT(result.unit_cycles, 2 * alone(2) + alone(3) + alone(1) + 100);  // a little contention
}

TEST_F(KcuDispatcher, CountersBeginAgainAtReset) {
  expect_good(chip->run({run_units(), look()}));
  EXPECT_GT(chip->read(KASANE_KCU_UNIT_CYCLES_LOW), 0u);
  chip->write(KASANE_ENGINE_CONTROL, KASANE_CONTROL_RESET);
  for (const std::uint64_t counter :
       {KASANE_KCU_JOBS_LOW, KASANE_KCU_JOBS_HIGH, KASANE_KCU_UNIT_CYCLES_LOW, KASANE_KCU_UNIT_CYCLES_HIGH,
        KASANE_KCU_NCU_WAIT_LOW, KASANE_KCU_NCU_WAIT_HIGH}) {
    EXPECT_EQ(chip->read(counter), 0u) << counter;
  }
}

const List& two_bands() {
  static const List list = [] {
    const auto band = [](std::uint32_t region) {
      kasane_kcu_convolution command = kcu::convolution({.channels = 2,
                                                         .height = side,
                                                         .width = side,
                                                         .outputs = 4,
                                                         .output_height = side,
                                                         .output_width = side,
                                                         .pad = 1});
      kcu::tabulate(jobs, command);
      command.sums_address = region * sums_of_band * 4;
      return record_of(command);
    };
    const auto see = [](std::uint32_t region) {
      return record_of(ScriptedNcu::look(region * sums_of_band * 4, sums_of_band, 300));
    };
    return List{band(0), see(0), band(1), see(1), band(0), see(0)};
  }();
  return list;
}

/// At any time: the list ends without interrupt as soon as what cannot be called back has ended (a step of a
/// unit, the NCU's record, a burst), and the next list is as good as the first.
TEST_F(KcuDispatcher, ResetsAtAnyTime) {
  const double whole = run_for(two_bands());
  int in_mid_list = 0;
  for (double after = 0; after < whole + 20; after += 61) {
    load();
    chip->start(two_bands());
    sc_core::sc_start(ns(after));
    const sc_core::sc_time reset = sc_core::sc_time_stamp();
    const bool was_busy = (chip->read(KASANE_ENGINE_STATUS) & KASANE_STATUS_BUSY) != 0;
    chip->write(KASANE_ENGINE_CONTROL, KASANE_CONTROL_INTERRUPT_ENABLE | KASANE_CONTROL_RESET);
    sc_core::sc_start();
    EXPECT_LE(sc_core::sc_time_stamp() - reset, ns(700)) << after;
    const Chip::Result abandoned = chip->result();
    EXPECT_EQ(abandoned.status, 0u) << after;
    EXPECT_EQ(abandoned.jobs, 0u) << after;
    EXPECT_EQ(abandoned.interrupts, was_busy ? 0 : 1) << after;
    in_mid_list += was_busy ? 1 : 0;
    load();
    const Chip::Result next = chip->run(two_bands());
    expect_good(next);
    EXPECT_EQ(next.jobs, 3 * jobs.size());
    expect_looks(3);
  }
  EXPECT_GT(in_mid_list, 20);
}

TEST_F(KcuDispatcher, LosesPowerAtAnyTime) {
  const double whole = run_for(two_bands());
  for (double after = 0; after < whole + 20; after += 61) {
    load();
    chip->start(two_bands());
    sc_core::sc_start(ns(after));
    ASSERT_TRUE(chip->domain.set_power(false));
    sc_core::sc_start(ns(2000));
    ASSERT_TRUE(chip->domain.set_power(true));
    EXPECT_EQ(chip->read(KASANE_ENGINE_STATUS), 0u) << after;
    load();
    expect_good(chip->run(two_bands()));
    expect_looks(3);
  }
}

/// A clock that stops for a while changes nothing but the time.
TEST_F(KcuDispatcher, StopsWithItsClockAtAnyTime) {
  const double whole = run_for(two_bands());
  for (double after = 0; after < whole; after += 61) {
    load();
    chip->start(two_bands());
    sc_core::sc_start(ns(after));
    ASSERT_TRUE(chip->domain.set_clock(false));
    sc_core::sc_start(ns(3000));
    const std::uint32_t status = chip->read(KASANE_ENGINE_STATUS);
    ASSERT_TRUE(chip->domain.set_clock(true));
    sc_core::sc_start();
    expect_good(chip->result());
    expect_looks(3);
    EXPECT_TRUE(after > whole - 600 || (status & KASANE_STATUS_BUSY) != 0) << after;
  }
}

/// What the NCU refuses ends the list; so does a unit's error, with everything else.
TEST_F(KcuDispatcher, ReportsTheFirstError) {
  auto unknown = look();
  unknown[0] = 0x55;
  const Chip::Result refused = chip->run({run_units(), unknown, run_units(1), look(1)});
  EXPECT_EQ(refused.error, std::uint32_t{KASANE_ERROR_OPCODE});
  EXPECT_EQ(refused.status, std::uint32_t{KASANE_STATUS_ERROR});
  EXPECT_EQ(refused.interrupts, 1);
  EXPECT_TRUE(chip->ncu.looks.empty());

  kasane_kcu_convolution outside = units();
  outside.input_address = Chip::memory_bytes - 200;
  const Chip::Result beyond = chip->run({record_of(outside), look()});
  EXPECT_EQ(beyond.error, std::uint32_t{KASANE_ERROR_ADDRESS});
  EXPECT_TRUE(chip->ncu.looks.empty());

  kasane_kcu_convolution wrong_table = units();
  wrong_table.job_count = 3;
  EXPECT_EQ(chip->run({record_of(wrong_table)}).error, std::uint32_t{KASANE_ERROR_PARAMETER});
  wrong_table.job_count = 4;
  wrong_table.table_address = 4;
  EXPECT_EQ(chip->run({record_of(wrong_table)}).error, std::uint32_t{KASANE_ERROR_PARAMETER});

  // What came before the wrong record is still done.
  auto foreign = run_units();
  foreign[1] = 0x02;
  load();
  EXPECT_EQ(chip->run({run_units(), look(), foreign}).error, std::uint32_t{KASANE_ERROR_OPCODE});
  expect_looks(1);
  load();
  expect_good(chip->run(two_bands()));
  expect_looks(3);
}

/// Units and dispatcher spend energy for the layer that the commands name, and nothing else but their
/// clocks'.
TEST_F(KcuDispatcher, BooksAllOperationsForTheCommandsLayer) {
  expect_good(chip->run({run_units(), look()}));
  for (const BlockEntry& block : account->blocks()) {
    if (block.name.rfind("kernel_comp_unit", 0) != 0 && block.name != "chip_dispatcher") continue;
    double joules = 0;
    for (const OperationId id : block.operations) {
      joules += account->operation(id).joules.value * static_cast<double>(account->operation(id).count);
    }
    EXPECT_GT(joules, 0) << block.name;
    EXPECT_NEAR(block.layers.at(3).energy.dynamic, joules, 1e-9 * joules) << block.name;
  }
}

/// The busy time of the dispatcher's block is what its register says, whatever the list.
TEST_F(KcuDispatcher, BlockIsBusyAsLongAsTheRegisterSays) {
  const sc_core::sc_time before = account->blocks()[chip->dispatcher.block().index].busy;
  const Chip::Result result = chip->run(two_bands());
  const sc_core::sc_time busy = account->blocks()[chip->dispatcher.block().index].busy - before;
  EXPECT_EQ(busy, ns(static_cast<double>(result.cycles)));
}

}  // namespace
}  // namespace kasane
