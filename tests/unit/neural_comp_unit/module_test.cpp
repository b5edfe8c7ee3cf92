/// The unit as a module: time equals the schedule's estimate, memory equals the reference, energy equals the
/// counts, and whatever stands in a command the simulator lives.
#include <gtest/gtest.h>
#include <map>
#include <memory>

#include "models/common/silent_observer.h"
#include "models/neural_comp_unit/costs.h"
#include "tests/reference/random_layers.h"
#include "tests/unit/neural_comp_unit/bench.h"
#include "tests/unit/neural_comp_unit/layers.h"

namespace kasane {
namespace {

const NcuConfig small_unit{.lanes_in = 5,
                           .lanes_out = 7,
                           .input_buffer_bytes = 2048,
                           .weight_buffer_bytes = 4096,
                           .accumulator_pixels = 20,
                           .pool_lanes = 3,
                           .elementwise_lanes = 4};

/// Watches the phases' slices and adds up what was reported as energy.
struct Watcher : SilentObserver {
  struct Slice {
    std::string name;
    Interval when;
  };
  std::vector<Slice> phases;
  double joules = 0;
  bool late = false;

  void on_energy(BlockId, const Interval& when, double spent) override {
    late |= when.begin < sc_core::sc_time_stamp();
    joules += spent;
  }
  void on_slice(BlockId, Track track, std::string_view name, LayerId, const Interval& when) override {
    if (track == Track::phases) phases.push_back({std::string(name), when});
  }
};

class NcuModule : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    technology = std::make_unique<Technology>(
        Technology::load({.file = KASANE_SOURCE_DIR "/models/technology/tables/45nm.yaml"}));
    account = std::make_unique<EnergyAccount>();
    watcher = std::make_unique<Watcher>();
    large = std::make_unique<NcuBench>("large", NcuConfig{}, 16, 16, *account, *technology);
    small = std::make_unique<NcuBench>("small", small_unit, 4, 2, *account, *technology);
    account->observe(*watcher);
    sc_core::sc_start(sc_core::SC_ZERO_TIME);
  }
  void SetUp() override {
    watcher->phases.clear();
    watcher->late = false;
  }

  static std::uint64_t count(NcuBench& bench, ncu::Operation kind) {
    const BlockEntry& block = account->blocks()[bench.unit.block().index];
    return account->operation(block.operations[static_cast<std::size_t>(kind)]).count;
  }

  static inline std::unique_ptr<Technology> technology;
  static inline std::unique_ptr<EnergyAccount> account;
  static inline std::unique_ptr<Watcher> watcher;
  static inline std::unique_ptr<NcuBench> large;
  static inline std::unique_ptr<NcuBench> small;
};

constexpr std::uint32_t no_error = KASANE_ERROR_NONE;

TEST_F(NcuModule, ComputesWhatTheReferenceSaysInTheTimeTheScheduleSays) {
  reference::Random random(11);
  int executed = 0;
  for (int index = 0; index < 600; ++index) {
    const reference::RandomLayer layer = reference::make_random_layer(random);
    const bool use_small = index % 3 != 0;
    NcuBench& bench = use_small ? *small : *large;
    if (ncu::check(layer.record, bench.unit.config()) != no_error) continue;
    const auto schedule = ncu::make_schedule(layer.record, bench.unit.config());
    const ncu::Estimate estimate = ncu::estimate(*schedule, {.bytes_per_cycle = use_small ? 4u : 16u},
                                                 {.bytes_per_cycle = use_small ? 2u : 16u});
    bench.fmm.bytes = layer.fmm;
    bench.wm.bytes = layer.wm;
    const NcuBench::Result result = bench.run(layer.record);
    ASSERT_EQ(result.error, no_error) << layer.description;
    ASSERT_EQ(result.cycles, estimate.cycles) << layer.description;
    ASSERT_EQ(bench.fmm.bytes, layer.expected()) << layer.description;
    ++executed;
  }
  EXPECT_GT(executed, 540);
  EXPECT_FALSE(watcher->late);
}

// The layer of the schedule's test: 6 × 784 outputs of 25 products.
TEST_F(NcuModule, BooksTheEnergyOfLenetConvolution1) {
  const auto command = ncu::convolution({.inputs = 1, .size = 28, .outputs = 6, .kernel = 5, .pad = 2});
  large->fmm.bytes.assign(784 * 7, 1);
  large->wm.bytes.assign(72 + 150, 1);  // parameters: shift 0x01010101 would be refused
  const kasane_channel_parameters constants{.bias = 0, .multiplier = 1, .shift = 1};
  for (int channel = 0; channel < 6; ++channel) {
    std::memcpy(large->wm.bytes.data() + channel * sizeof(constants), &constants, sizeof(constants));
  }
  std::map<ncu::Operation, std::uint64_t> expected{
      {ncu::Operation::multiply, 6 * 784 * 25},
      {ncu::Operation::add, 6 * 784 * 25},
      {ncu::Operation::accumulator_write, 6 * 784 * 25},
      {ncu::Operation::accumulator_read, 6 * 784 * 25},
      {ncu::Operation::input_read, 784 * 25},
      {ncu::Operation::weight_read, 4 * 25 * 6},
      {ncu::Operation::weight_write, 10},
      {ncu::Operation::requantize, 6 * 784},
      {ncu::Operation::compare, 0},
      // weights into the array for each of 4 tiles, an input each cycle, 72 bytes of parameters
      {ncu::Operation::operand_byte, 4 * 25 * 6 + 784 * 25 + 72},
      // patches of 13 × 32 three times and 5 × 32, in words of 16
      {ncu::Operation::input_write, 3 * 26 + 10}};
  std::map<ncu::Operation, std::uint64_t> before;
  for (const auto& [kind, operations] : expected) before[kind] = count(*large, kind);
  const BlockEntry& block = account->blocks()[large->unit.block().index];
  const double joules_before = block.layers.count(3) != 0 ? block.layers.at(3).energy.dynamic : 0;
  const double reported_before = watcher->joules;
  ASSERT_EQ(large->run(ncu::record_of(command)).error, no_error);
  const auto costs = ncu::operation_costs(NcuConfig{}, *technology);
  double joules = 0;
  for (const auto& [kind, operations] : expected) {
    const auto index = static_cast<std::size_t>(kind);
    EXPECT_EQ(count(*large, kind) - before[kind], operations) << costs[index].name;
    joules += static_cast<double>(operations) * costs[index].joules.value;
  }
  EXPECT_NEAR(block.layers.at(3).energy.dynamic - joules_before, joules, joules * 1e-9);
  EXPECT_NEAR(watcher->joules - reported_before, joules, joules * 1e-9);
  EXPECT_EQ(large->fmm.bytes[784 + 14 * 28 + 14], (25 + 1) / 2);  // centre of the first map: 25 ones halved
}

TEST_F(NcuModule, DrawsPhasesThatDoNotOverlap) {
  const auto command = ncu::convolution({.inputs = 64, .size = 32, .outputs = 64, .kernel = 3, .pad = 1});
  large->fmm.bytes.assign(2 * 64 * 1024, 0);
  large->wm.bytes.assign(64 * (12 + 64 * 9), 0);
  const kasane_channel_parameters constants{.bias = 0, .multiplier = 1, .shift = 1};
  for (int channel = 0; channel < 64; ++channel) {
    std::memcpy(large->wm.bytes.data() + channel * sizeof(constants), &constants, sizeof(constants));
  }
  ASSERT_EQ(large->run(ncu::record_of(command)).error, no_error);
  ASSERT_EQ(watcher->phases.size(), 3u);  // first load, computation, last drain
  EXPECT_EQ(watcher->phases[0].name, "load input");
  EXPECT_EQ(watcher->phases[1].name, "compute");
  EXPECT_EQ(watcher->phases[2].name, "drain");
  for (std::size_t index = 1; index < watcher->phases.size(); ++index) {
    EXPECT_GE(watcher->phases[index].when.begin, watcher->phases[index - 1].when.end);
  }
}

TEST_F(NcuModule, ReportsErrorsToSoftware) {
  auto command = ncu::fully_connected(16, 4);
  large->fmm.bytes.assign(20, 0);
  large->wm.bytes.assign(4 * 12 + 64, 0);
  const auto error_of = [](const kasane_ncu_convolution& wrong) {
    const NcuBench::Result result = large->run(ncu::record_of(wrong));
    EXPECT_EQ((result.status & KASANE_STATUS_ERROR) != 0, result.error != no_error);
    EXPECT_EQ(result.status & KASANE_STATUS_BUSY, 0u);
    return result.error;
  };
  EXPECT_EQ(error_of(command), static_cast<std::uint32_t>(KASANE_ERROR_PARAMETER));  // shift 0 in WM
  for (int channel = 0; channel < 4; ++channel) large->wm.bytes[channel * 12 + 8] = 1;
  EXPECT_EQ(error_of(command), no_error);
  auto outside = command;
  outside.output_address = 17;
  EXPECT_EQ(error_of(outside), static_cast<std::uint32_t>(KASANE_ERROR_ADDRESS));
  outside = command;
  outside.weight_address += 1;
  EXPECT_EQ(error_of(outside), static_cast<std::uint32_t>(KASANE_ERROR_ADDRESS));
  command.header.opcode = 99;
  EXPECT_EQ(error_of(command), static_cast<std::uint32_t>(KASANE_ERROR_OPCODE));
}

// Random bytes, and good commands with a few fields spoilt: the list always ends, with or without error.
TEST_F(NcuModule, SurvivesGarbage) {
  reference::Random random(5);
  int refused = 0;
  for (int index = 0; index < 4000; ++index) {
    reference::RandomLayer layer = reference::make_random_layer(random);
    if (index % 8 == 0) {
      for (std::size_t byte = 2; byte < layer.record.size(); ++byte) layer.record[byte] = random.byte();
      std::memset(layer.record.data() + 4, 0, 4);
      std::memset(layer.record.data() + 88, 0, 40);
    } else {
      for (int spoilt = 0; spoilt < 2; ++spoilt) {
        layer.record[static_cast<std::size_t>(random.between(8, 87))] = random.byte();
      }
    }
    small->fmm.bytes = layer.fmm;
    small->wm.bytes = layer.wm;
    const NcuBench::Result result = small->run(layer.record);
    ASSERT_EQ(result.status & KASANE_STATUS_BUSY, 0u);
    if (result.error != no_error) ++refused;
  }
  EXPECT_GT(refused, 1000);
  EXPECT_LT(refused, 4000);
}

// What a structural change must do to area and leakage.
TEST_F(NcuModule, CostsFollowTheStructure) {
  const Structure base = ncu::structure_of({}, *technology);
  const Structure doubled = ncu::structure_of({.lanes_in = 32}, *technology);
  const double lane = technology->area_mm2("int8_multiply") + technology->area_mm2("int32_add");
  EXPECT_GT(doubled.area_mm2 - base.area_mm2, 256 * lane);  // 256 more multipliers and adders, and registers
  EXPECT_GT(doubled.leakage_watts.value, base.leakage_watts.value);
  EXPECT_GT(base.clock_joules.value, 0);
}

}  // namespace
}  // namespace kasane
