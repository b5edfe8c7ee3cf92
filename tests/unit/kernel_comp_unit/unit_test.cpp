/// A unit as a module: its time is the schedule's estimate, its energy what it counts, its sums the
/// contract's, and errors, resets and clocks leave it usable.
#include <gtest/gtest.h>
#include <memory>

#include "models/common/silent_observer.h"
#include "tests/reference/random_layers.h"
#include "tests/unit/kernel_comp_unit/layers.h"
#include "tests/unit/kernel_comp_unit/unit_bench.h"

namespace kasane {
namespace {

using kcu::Job;
using reference::Random;

kcu::UnitKernel random_unit(Random& random, std::uint32_t size) {
  kcu::UnitKernel unit{size, {}};
  for (std::uint32_t n = 0; n < size * size; ++n) {
    unit.constants.push_back(static_cast<std::int8_t>(random.between(-100, 100)));
  }
  return unit;
}

/// A unit of each size twice: n and n + 3 are alike.
kcu::KcuConfig six_units(std::uint32_t ports) {
  Random random(3);
  kcu::KcuConfig config{.ports = ports};
  for (const std::uint32_t size : {3, 5, 7}) config.units.push_back(random_unit(random, size));
  config.units.insert(config.units.end(), {config.units[0], config.units[1], config.units[2]});
  return config;
}

/// Energy that observers hear of.
struct Watcher : SilentObserver {
  double joules = 0;
  bool late = false;
  void on_energy(BlockId, const Interval& when, double spent) override {
    late |= when.begin < sc_core::sc_time_stamp() || when.end < when.begin;
    joules += spent;
  }
};

class KcuUnit : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    separate = std::make_unique<UnitBench>("separate", six_units(6));
    shared = std::make_unique<UnitBench>("shared", six_units(1));
    watcher = std::make_unique<Watcher>();
    separate->account.observe(*watcher);
    sc_core::sc_start(sc_core::SC_ZERO_TIME);
  }
  static void TearDownTestSuite() {
    separate.reset();
    shared.reset();
  }
  static std::vector<std::uint8_t> random_bytes(std::uint64_t seed, std::size_t count) {
    Random random(seed);
    std::vector<std::uint8_t> bytes(count);
    for (std::uint8_t& byte : bytes) byte = random.byte();
    return bytes;
  }

  static inline std::unique_ptr<UnitBench> separate;
  static inline std::unique_ptr<UnitBench> shared;
  static inline std::unique_ptr<Watcher> watcher;
};

/// The schedule's test works this out: 2004 cycles for one job of 6 targets.
kasane_kcu_convolution lenet() {
  return kcu::convolution({.channels = 2,
                           .height = 28,
                           .width = 28,
                           .outputs = 6,
                           .output_height = 28,
                           .output_width = 28,
                           .kernel = 5,
                           .pad = 2});
}
Job lenet_job(std::uint16_t unit = 1, std::uint16_t channel = 0) {
  return {.unit = unit, .channel = channel, .targets = {{0, 1}, {1, -2}, {2, 3}, {3, 4}, {4, 5}, {5, -6}}};
}

/// A random layer whose rows of partial sums have more than 16 bytes.
kasane_kcu_convolution random_command(Random& random, std::uint16_t kernel) {
  const auto between = [&](std::uint32_t low, std::uint32_t high) {
    return static_cast<std::uint32_t>(random.between(low, high));
  };
  kasane_kcu_convolution command = kcu::convolution({.channels = between(1, 3),
                                                     .height = between(1, 24),
                                                     .width = between(12, 30),
                                                     .outputs = 5,
                                                     .kernel = kernel});
  command.stride_height = static_cast<std::uint16_t>(between(1, 3));
  command.stride_width = static_cast<std::uint16_t>(between(1, 2));
  command.pad_top = static_cast<std::uint16_t>(between(0, kernel - 1));
  command.pad_left = static_cast<std::uint16_t>(between(0, kernel - 1));
  command.output_height =
      between(1, (command.input_height + command.pad_top - 1) / command.stride_height + 1);
  command.output_width = between(5, (command.input_width + command.pad_left - 1) / command.stride_width + 1);
  command.input_row_pitch = command.input_width + between(0, 3);
  command.input_channel_pitch = command.input_row_pitch * command.input_height;
  command.sums_channel_pitch = (command.output_height * command.output_width + 1) / 2 * 8;
  command.gain_shift = static_cast<std::uint8_t>(between(0, 9));
  return command;
}

Job random_job(Random& random, const kasane_kcu_convolution& command, std::uint16_t unit) {
  Job job{.unit = unit,
          .channel = static_cast<std::uint16_t>(random.between(0, command.input_channels - 1)),
          .targets = {}};
  const std::int64_t targets = random.between(1, 9);
  for (std::int64_t n = 0; n < targets; ++n) {
    job.targets.push_back({static_cast<std::uint16_t>(random.between(0, 4)),
                           static_cast<std::int16_t>(random.between(-128, 127))});
  }
  return job;
}

TEST_F(KcuUnit, TakesTheTimeAndOperationsThatTheScheduleSays) {
  Random random(7);
  for (int i = 0; i < 200; ++i) {
    const auto unit = static_cast<std::uint16_t>(random.between(0, 2));
    const kasane_kcu_convolution command =
        random_command(random, static_cast<std::uint16_t>(separate->config.units[unit].size));
    const Job job = random_job(random, command, unit);
    separate->prepare(random_bytes(static_cast<std::uint64_t>(i), 4096));
    std::array<std::uint64_t, kcu::operation_count> before{};
    for (std::size_t kind = 0; kind < before.size(); ++kind) {
      before[kind] = separate->count(unit, static_cast<kcu::Operation>(kind));
    }
    const std::uint64_t read_before = separate->entry(unit).bytes().read;
    const std::uint64_t written_before = separate->entry(unit).bytes().written;
    separate->units[unit]->forget_busy_time();
    separate->start(command, job);
    sc_core::sc_start();
    const kcu::Estimate expected = kcu::estimate(command, job.targets.size(), separate->config,
                                                 {.bytes_per_cycle = 16}, {.bytes_per_cycle = 16});
    ASSERT_EQ(separate->ended.size(), 1u);
    EXPECT_EQ(separate->ended[0].error, std::uint32_t{KASANE_ERROR_NONE});
    EXPECT_EQ(separate->ended[0].after, ns(static_cast<double>(expected.cycles)));
    EXPECT_EQ(separate->units[unit]->busy_time(), ns(static_cast<double>(expected.cycles)));
    EXPECT_EQ(separate->entry(unit).bytes().read - read_before, expected.fmm_bytes_read);
    EXPECT_EQ(separate->entry(unit).bytes().written - written_before, expected.sums_bytes_accumulated);
    for (std::size_t kind = 0; kind < before.size(); ++kind) {
      const auto operation = static_cast<kcu::Operation>(kind);
      EXPECT_EQ(separate->count(unit, operation) - before[kind], expected.operations[operation]) << kind;
    }
  }
  EXPECT_FALSE(watcher->late);
}

/// Jobs A and B of the layer follow each other without a gap: B's first rows load while A's last is weighed.
///   20, 416, 504, 504, max(B load 20, A respond 32, A weigh 504), max(B respond 416, A weigh 56), 504, 504,
///   504, 56
TEST_F(KcuUnit, OverlapsTheJobsOfItsQueue) {
  separate->prepare(random_bytes(1, 1568));
  separate->start(lenet(), lenet_job(1, 0));
  separate->start(lenet(), lenet_job(1, 1));
  sc_core::sc_start();
  ASSERT_EQ(separate->ended.size(), 2u);
  EXPECT_EQ(separate->ended[0].after, ns(20 + 416 + 3 * 504 + 416));
  EXPECT_EQ(separate->ended[1].after, ns(20 + 416 + 3 * 504 + 416 + 3 * 504 + 56));
}

TEST_F(KcuUnit, BooksEachJobForItsOwnLayer) {
  kasane_kcu_convolution first = lenet();
  kasane_kcu_convolution second = kcu::convolution(
      {.height = 12, .width = 12, .outputs = 1, .output_height = 8, .output_width = 8, .kernel = 5});
  first.header.layer = 101;
  second.header.layer = 102;
  separate->prepare(random_bytes(1, 1568));
  separate->start(first, lenet_job());
  separate->start(second, {.unit = 1, .channel = 0, .targets = {{0, 1}}});
  sc_core::sc_start();
  const auto costs = kcu::operation_costs(separate->config.units[1], separate->config, test_technology());
  const auto joules = [&](const kasane_kcu_convolution& command, std::uint64_t targets) {
    const kcu::Operations operations = kcu::estimate(command, targets, separate->config, {}, {}).operations;
    double sum = 0;
    for (std::size_t kind = 0; kind < kcu::operation_count; ++kind) {
      sum += costs[kind].joules.value * static_cast<double>(operations[static_cast<kcu::Operation>(kind)]);
    }
    return sum;
  };
  const auto& layers = separate->entry(1).layers;
  EXPECT_NEAR(layers.at(101).energy.dynamic, joules(first, 6), 1e-9 * joules(first, 6));
  EXPECT_NEAR(layers.at(102).energy.dynamic, joules(second, 1), 1e-9 * joules(second, 1));
}

TEST_F(KcuUnit, EnergyIsOperationsTimesTheirCost) {
  separate->prepare(random_bytes(1, 1568));
  for (std::uint16_t unit = 0; unit < 6; ++unit) {
    kasane_kcu_convolution command = lenet();
    command.kernel = static_cast<std::uint16_t>(separate->config.units[unit].size);
    separate->start(command, lenet_job(unit));
  }
  sc_core::sc_start();
  double all = 0;
  for (const BlockEntry& block : separate->account.blocks()) {
    double joules = 0;
    for (const OperationId id : block.operations) {
      const OperationEntry& operation = separate->account.operation(id);
      joules += operation.joules.value * static_cast<double>(operation.count);
    }
    double dynamic = 0;
    for (const auto& [layer, share] : block.layers)
      dynamic += layer != no_layer ? share.energy.dynamic : 0;  // no clock
    EXPECT_GT(joules, 0) << block.name;
    EXPECT_NEAR(dynamic, joules, 1e-9 * joules) << block.name;
    all += joules;
  }
  EXPECT_NEAR(watcher->joules, all, 1e-9 * all);
}

/// Units that add to the same sums at once, over ports of their own or one for all: the same sums, later.
TEST_F(KcuUnit, SharedPortsTakeTimeButChangeNothing) {
  const std::vector<std::uint8_t> input = random_bytes(9, 1568);
  std::vector<std::vector<std::int32_t>> sums;
  std::vector<sc_core::sc_time> last;
  for (UnitBench* bench : {separate.get(), shared.get()}) {
    bench->prepare(input);
    for (std::uint16_t unit = 0; unit < 6; ++unit) {
      kasane_kcu_convolution command = lenet();
      command.kernel = static_cast<std::uint16_t>(bench->config.units[unit].size);
      bench->start(command, lenet_job(unit, unit % 2));
    }
    sc_core::sc_start();
    ASSERT_EQ(bench->ended.size(), 6u);
    sums.push_back(bench->sums_from(6 * 784));
    last.push_back(bench->ended.back().after);
  }
  EXPECT_EQ(sums[0], sums[1]);
  // 6 units · 6 targets · 784 sums of 4 bytes through one port of 16 bytes take 7056 cycles.
  EXPECT_GT(last[1], ns(7056));
  EXPECT_LT(last[0], ns(7056));
}

TEST_F(KcuUnit, ReportsAnAddressErrorOnceAndGoesOn) {
  kasane_kcu_convolution outside = lenet();
  outside.input_address =
      UnitBench::memory_bytes - 784 + 300;  // the fourth phase's rows are inside, the third's not
  kasane_kcu_convolution beyond = lenet();
  beyond.sums_address = UnitBench::memory_bytes - 784 * 4;  // map 0 fits, map 1 does not
  separate->prepare(std::vector<std::uint8_t>(1568, 1));
  separate->start(outside, lenet_job());
  separate->start(beyond, lenet_job());
  separate->start(lenet(), {.unit = 1, .channel = 0, .targets = {{0, 1}}});
  sc_core::sc_start();
  ASSERT_EQ(separate->ended.size(), 3u);
  EXPECT_EQ(separate->ended[0].error, std::uint32_t{KASANE_ERROR_ADDRESS});
  EXPECT_EQ(separate->ended[1].error, std::uint32_t{KASANE_ERROR_ADDRESS});
  EXPECT_EQ(separate->ended[2].error, std::uint32_t{KASANE_ERROR_NONE});
}

/// Abandoned at any time, a unit says nothing more, is idle soon, and does the next job as if it were its
/// first.
TEST_F(KcuUnit, ForgetsAbandonedJobs) {
  const std::vector<std::uint8_t> input = random_bytes(4, 1568);
  separate->prepare(input);
  separate->start(lenet(), lenet_job());
  sc_core::sc_start();
  const std::vector<std::int32_t> expected = separate->sums_from(6 * 784);
  for (double after = 0; after < 4000; after += 97) {
    separate->prepare(input);
    const sc_core::sc_time begin = sc_core::sc_time_stamp();
    separate->start(lenet(), lenet_job());
    separate->start(lenet(), lenet_job());
    sc_core::sc_start(ns(after));
    const std::size_t ended = separate->ended.size();
    separate->units[1]->abandon();
    sc_core::sc_start();
    EXPECT_EQ(separate->ended.size(), ended);
    EXPECT_LE(sc_core::sc_time_stamp() - begin, ns(after + 504));  // the longest step
    separate->prepare(input);
    separate->start(lenet(), lenet_job());
    sc_core::sc_start();
    ASSERT_EQ(separate->ended.size(), 1u);
    EXPECT_EQ(separate->ended[0].after, ns(2004));
    EXPECT_EQ(separate->sums_from(6 * 784), expected);
  }
}

/// A step that has begun ends, the others wait for the clock: 1000 ns later than without, less what is left
/// of that step.
TEST_F(KcuUnit, StopsBetweenStepsWhileItsClockIsGated) {
  const std::vector<double> steps = {0, 20, 436, 940, 1444, 1948, 2004};  // their begins, and the end
  for (std::size_t step = 0; step + 1 < steps.size(); ++step) {
    separate->prepare(random_bytes(4, 1568));
    separate->start(lenet(), lenet_job());
    sc_core::sc_start(ns(steps[step] + 7));
    ASSERT_TRUE(separate->domain.set_clock(false));
    sc_core::sc_start(ns(1000));
    const bool last = step + 2 == steps.size();
    EXPECT_EQ(separate->ended.size(), last ? 1u : 0u);
    ASSERT_TRUE(separate->domain.set_clock(true));
    sc_core::sc_start();
    ASSERT_EQ(separate->ended.size(), 1u);
    EXPECT_EQ(separate->ended[0].error, std::uint32_t{KASANE_ERROR_NONE});
    EXPECT_EQ(separate->ended[0].after, last ? ns(2004) : ns(steps[step] + 1007 + 2004 - steps[step + 1]))
        << step;
  }
}

}  // namespace
}  // namespace kasane
