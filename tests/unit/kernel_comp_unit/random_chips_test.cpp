/// Dispatcher, units and memories at work together, on random layers and chips, against the reference. The
/// NCU is the reference's own, with random times, so that all that can go wrong lies in the rest.
#include <gtest/gtest.h>

#include "tests/unit/kernel_comp_unit/bands.h"
#include "tests/unit/kernel_comp_unit/chip_bench.h"
#include "tests/unit/kernel_comp_unit/reference_ncu.h"
#include "tests/unit/memory_fixture.h"

namespace kasane {
namespace {

using reference::Bytes;
using reference::Random;
using reference::RandomKcuLayer;
using Chip = ChipBench<ReferenceNcu>;

std::vector<reference::UnitKernel> units_of(std::uint64_t seed, std::uint32_t most) {
  Random random(seed);
  return make_random_units(random, {.units = most});
}

/// Every number small or odd: more phases, passes and contention.
Chip::Sizes sizes(const std::vector<reference::UnitKernel>& units, const kcu::KcuConfig& parts,
                  std::uint32_t memory_port_bytes) {
  Chip::Sizes result;
  result.dispatcher.units = parts;
  for (const reference::UnitKernel& unit : units)
    result.dispatcher.units.units.push_back({unit.size, unit.constants});
  result.dispatcher.units.gain_bits = 16;
  result.memory_port_bytes = memory_port_bytes;
  return result;
}

class KcuChips : public ::testing::Test {
 protected:
  struct Entry {
    std::vector<reference::UnitKernel> units;
    std::unique_ptr<EnergyAccount> account;
    std::unique_ptr<Chip> chip;
  };

  static void add(const char* name, std::uint64_t seed, std::uint32_t most, const kcu::KcuConfig& parts,
                  std::uint32_t memory_port_bytes) {
    auto units = units_of(seed, most);
    auto account = std::make_unique<EnergyAccount>();
    auto chip =
        std::make_unique<Chip>(name, sizes(units, parts, memory_port_bytes), *account, test_technology());
    chips.push_back({std::move(units), std::move(account), std::move(chip)});
  }

  static void SetUpTestSuite() {
    add("one", 3, 1, {.ports = 1, .lanes = 1}, 16);
    add("usual", 4, 24, {}, 16);
    add("narrow", 6, 12,
        {.ports = 2,
         .lanes = 3,
         .pixels_per_cycle = 3,
         .line_bytes = 32,
         .response_words = 37,
         .target_slots = 2},
        4);
    add("wide", 8, 60, {.ports = 7, .lanes = 64, .pixels_per_cycle = 16, .target_slots = 5}, 64);
    sc_core::sc_start(sc_core::SC_ZERO_TIME);
  }
  static void TearDownTestSuite() { chips.clear(); }

  static void load(Chip& chip, const RandomKcuLayer& layer) {
    Chip::load(chip.fmm_access, layer.finish.fmm);
    Chip::load(chip.wm_access, layer.finish.wm);
    Chip::load(chip.table_access, layer.table);
    Chip::load(chip.sums_access, layer.finish.sums);
  }

  static void expect_success(const Chip::Result& result, std::uint64_t jobs, const std::string& what) {
    EXPECT_EQ(result.error, std::uint32_t{KASANE_ERROR_NONE}) << what;
    EXPECT_EQ(result.status, std::uint32_t{KASANE_STATUS_DONE}) << what;
    EXPECT_EQ(result.jobs, jobs) << what;
    EXPECT_EQ(result.interrupts, 1) << what;
    EXPECT_EQ(result.ncu_interrupts, 0) << what;
  }

  static inline std::vector<Entry> chips;
};

TEST_F(KcuChips, WholeLayersLeaveTheReferencesSumsAndMaps) {
  Random random(41);
  for (int i = 0; i < 500; ++i) {
    auto& [units, account, chip] = chips[static_cast<std::size_t>(i) % chips.size()];
    const RandomKcuLayer layer = make_random_kcu_layer(random, units);
    const std::string what = std::string(chip->basename()) + ": " + layer.finish.description;
    load(*chip, layer);
    const Chip::Result result = chip->run({record_of(layer.convolution), record_of(layer.finish.command)});
    expect_success(result, layer.convolution.job_count, what);
    ASSERT_EQ(Chip::dump(chip->sums_access, layer.finish.sums.size()), layer.expected_sums()) << what;
    ASSERT_EQ(Chip::dump(chip->fmm_access, layer.finish.fmm.size()), layer.expected_fmm()) << what;
    EXPECT_LE(result.unit_cycles, result.cycles * units.size()) << what;
    EXPECT_GT(result.unit_cycles, 0u) << what;
    EXPECT_LT(result.ncu_wait_cycles, result.cycles) << what;
  }
}

/// Bands share one to three regions of partial sums, so that units must wait for the NCU, or run ahead of it.
TEST_F(KcuChips, LayersInBandsLeaveTheReferencesMaps) {
  constexpr std::uint32_t sums_base = 64;
  Random random(43);
  int bands = 0;
  for (int i = 0; i < 300; ++i) {
    auto& [units, account, chip] = chips[static_cast<std::size_t>(i) % chips.size()];
    const RandomKcuLayer layer = make_random_kcu_layer(random, units);
    const auto rows = static_cast<std::uint32_t>(random.between(1, layer.convolution.output_height));
    const auto regions = static_cast<std::uint32_t>(random.between(1, 3));
    const auto list = cut(layer, rows, regions, sums_base);
    const std::string what = std::string(chip->basename()) + ": " + layer.finish.description + ", bands of " +
                             std::to_string(rows) + " rows in " + std::to_string(regions) + " regions";
    load(*chip, layer);
    const Chip::Result result = chip->run(list);
    expect_success(result, layer.convolution.job_count * list.size() / 2, what);
    ASSERT_EQ(Chip::dump(chip->fmm_access, layer.finish.fmm.size()), layer.expected_fmm()) << what;
    bands += static_cast<int>(list.size() / 2);
  }
  EXPECT_GT(bands, 700);
}

/// Tables in any order: the same partial sums.
TEST_F(KcuChips, JobOrderDoesNotMatter) {
  Random random(47);
  for (int i = 0; i < 60; ++i) {
    auto& [units, account, chip] = chips[static_cast<std::size_t>(i) % chips.size()];
    const RandomKcuLayer layer = make_random_kcu_layer(random, units);
    load(*chip, shuffle_jobs(random, layer));
    expect_success(chip->run({record_of(layer.convolution)}), layer.convolution.job_count,
                   layer.finish.description);
    ASSERT_EQ(Chip::dump(chip->sums_access, layer.finish.sums.size()), layer.expected_sums());
  }
}

TEST_F(KcuChips, RegistersSayWhichUnitsThereAre) {
  for (auto& [units, account, chip] : chips) {
    EXPECT_EQ(chip->read(KASANE_ENGINE_ID), std::uint32_t{KASANE_ENGINE_ID_KCU});
    EXPECT_EQ(chip->read(KASANE_KCU_UNITS), units.size());
    EXPECT_EQ(chip->read(KASANE_KCU_DESIGN), reference::design_crc(units));
    EXPECT_EQ(chip->read(KASANE_KCU_SUMS_BYTES), Chip::memory_bytes);
    EXPECT_EQ(chip->read(KASANE_KCU_TABLE_BYTES), Chip::memory_bytes);
  }
}

/// An error anywhere in the list ends it once, and the next list runs as if nothing had been.
TEST_F(KcuChips, ErrorsEndTheListAndLeaveTheChipUsable) {
  Random random(53);
  for (int i = 0; i < 80; ++i) {
    auto& [units, account, chip] = chips[static_cast<std::size_t>(i) % chips.size()];
    const RandomKcuLayer layer = make_random_kcu_layer(random, units);
    auto list = cut(layer, (layer.convolution.output_height + 2) / 3, 2, 64);
    auto bad = layer.convolution;
    auto bad_residual = layer.finish.command;
    std::uint32_t expected = KASANE_ERROR_PARAMETER;
    reference::CommandRecord wrong{};
    switch (i / 4 % 5) {
      case 0:
        bad.kernel = 4;
        wrong = record_of(bad);
        break;
      case 1:
        bad.sums_address = Chip::memory_bytes - 4;
        bad.output_channels = 2;
        wrong = record_of(bad);
        expected = KASANE_ERROR_ADDRESS;
        break;
      case 2:
        bad.input_address = Chip::memory_bytes;
        wrong = record_of(bad);
        expected = KASANE_ERROR_ADDRESS;
        break;
      case 3:
        bad.header.opcode = 0x0302;
        wrong = record_of(bad);
        expected = KASANE_ERROR_OPCODE;
        break;
      default:
        bad_residual.header.opcode = 0x00FF;  // the NCU's to refuse
        wrong = record_of(bad_residual);
        expected = KASANE_ERROR_OPCODE;
    }
    list.insert(list.begin() + 2 * random.between(0, static_cast<std::int64_t>(list.size() / 2)), wrong);
    load(*chip, layer);
    const Chip::Result result = chip->run(list);
    EXPECT_EQ(result.error, expected) << "kind " << i / 4 % 5 << ", " << layer.finish.description;
    EXPECT_EQ(result.status, std::uint32_t{KASANE_STATUS_ERROR});
    EXPECT_EQ(result.interrupts, 1);
    load(*chip, layer);
    expect_success(chip->run({record_of(layer.convolution), record_of(layer.finish.command)}),
                   layer.convolution.job_count, layer.finish.description);
    ASSERT_EQ(Chip::dump(chip->fmm_access, layer.finish.fmm.size()), layer.expected_fmm());
  }
}

}  // namespace
}  // namespace kasane
