/// The residual as a command of the module: memory equals the reference, time the estimate, energy the
/// counts, and bad commands or lists end in an error that software sees.
#include <gtest/gtest.h>
#include <memory>

#include "models/neural_comp_unit/costs.h"
#include "tests/reference/random_kcu_layers.h"
#include "tests/unit/neural_comp_unit/bench.h"
#include "tests/unit/neural_comp_unit/layers.h"

namespace kasane {
namespace {

const NcuConfig small_unit{.lanes_in = 3,
                           .lanes_out = 16,
                           .input_buffer_bytes = 512,
                           .weight_buffer_bytes = 800,
                           .accumulator_pixels = 20,
                           .partial_sums = true};

constexpr std::uint32_t no_error = KASANE_ERROR_NONE;
constexpr std::uint32_t bad_parameter = KASANE_ERROR_PARAMETER;

class NcuResidualModule : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    technology = std::make_unique<Technology>(
        Technology::load({.file = KASANE_SOURCE_DIR "/models/technology/tables/45nm.yaml"}));
    account = std::make_unique<EnergyAccount>();
    large =
        std::make_unique<NcuBench>("large", NcuConfig{.partial_sums = true}, 16, 16, *account, *technology);
    small = std::make_unique<NcuBench>("small", small_unit, 4, 2, *account, *technology);
    plain = std::make_unique<NcuBench>("plain", NcuConfig{}, 16, 16, *account, *technology);
    sc_core::sc_start(sc_core::SC_ZERO_TIME);
  }

  static ncu::Estimate estimate(const NcuBench& bench, const reference::RandomResidual& layer) {
    const auto lists = std::span(layer.wm).subspan(layer.command.kept_address, layer.command.kept_bytes);
    const auto schedule = ncu::make_schedule(layer.command, bench.unit.config(),
                                             ncu::KeptKernels::decode(layer.command, lists).value());
    const bool wide = &bench == large.get();
    return ncu::estimate(*schedule, {.bytes_per_cycle = wide ? 16u : 4u},
                         {.bytes_per_cycle = wide ? 16u : 2u}, {.bytes_per_cycle = wide ? 16u : 4u});
  }

  static NcuBench::Result run(NcuBench& bench, const reference::RandomResidual& layer) {
    bench.fmm.bytes = layer.fmm;
    bench.wm.bytes = layer.wm;
    bench.sums.bytes = layer.sums;
    return bench.run(ncu::record_of(layer.command));
  }

  static std::uint64_t count(NcuBench& bench, std::size_t kind) {
    return account->operation(account->blocks()[bench.unit.block().index].operations[kind]).count;
  }

  static inline std::unique_ptr<Technology> technology;
  static inline std::unique_ptr<EnergyAccount> account;
  static inline std::unique_ptr<NcuBench> large;
  static inline std::unique_ptr<NcuBench> small;
  static inline std::unique_ptr<NcuBench> plain;
};

TEST_F(NcuResidualModule, ComputesWhatTheReferenceSaysInTheTimeAndOperationsOfTheEstimate) {
  reference::Random random(41);
  int executed = 0;
  for (int index = 0; index < 500; ++index) {
    const reference::RandomResidual layer = reference::make_random_residual(random);
    NcuBench& bench = index % 3 != 0 ? *small : *large;
    if (ncu::check(ncu::record_of(layer.command), bench.unit.config()) != no_error) continue;
    const ncu::Estimate expected = estimate(bench, layer);
    std::array<std::uint64_t, ncu::operation_count> before{};
    for (std::size_t kind = 0; kind < before.size(); ++kind) before[kind] = count(bench, kind);
    const NcuBench::Result result = run(bench, layer);
    ASSERT_EQ(result.error, no_error) << layer.description;
    ASSERT_EQ(bench.fmm.bytes, layer.expected()) << layer.description;
    ASSERT_EQ(bench.sums.bytes, layer.sums) << "partial sums are only read";
    ASSERT_EQ(result.cycles, expected.cycles) << layer.description;
    for (std::size_t kind = 0; kind < before.size(); ++kind) {
      ASSERT_EQ(count(bench, kind) - before[kind], expected.operations[static_cast<ncu::Operation>(kind)])
          << layer.description << ", operation " << kind;
    }
    ++executed;
  }
  EXPECT_GT(executed, 450);
}

TEST_F(NcuResidualModule, ReportsBadListsAndMissingMemory) {
  kasane_ncu_residual command = ncu::residual({.inputs = 2, .size = 4, .outputs = 2, .kernel = 1}, 2);
  reference::RandomResidual layer{.command = command, .fmm = {}, .wm = {}, .sums = {}, .description = {}};
  layer.fmm.assign(64, 0);
  layer.sums.assign(128, 0);
  const kasane_channel_parameters constants{.bias = 0, .multiplier = 1, .shift = 1};
  layer.wm.resize(2 * sizeof(constants));
  std::memcpy(layer.wm.data(), &constants, sizeof(constants));
  std::memcpy(layer.wm.data() + sizeof(constants), &constants, sizeof(constants));
  ncu::append_lists(layer.command, {{{1, 0b11}}}, layer.wm);
  layer.command.weight_address = static_cast<std::uint32_t>(layer.wm.size());
  layer.wm.resize(layer.wm.size() + 2, 1);
  EXPECT_EQ(run(*large, layer).error, no_error);
  EXPECT_EQ(run(*plain, layer).error, std::uint32_t{KASANE_ERROR_OPCODE});

  const auto with = [&](auto change) {
    reference::RandomResidual changed = layer;
    change(changed);
    const NcuBench::Result result = run(*large, changed);
    EXPECT_EQ(result.status & KASANE_STATUS_BUSY, 0u);
    return result.error;
  };
  using L = reference::RandomResidual;
  constexpr std::uint32_t bad_address = KASANE_ERROR_ADDRESS;
  EXPECT_EQ(with([](L& l) { l.wm[l.command.kept_address + 4] = 2; }), bad_parameter);  // channel 2 of 2
  EXPECT_EQ(with([](L& l) { l.wm[l.command.kept_address] = 9; }), bad_parameter);
  EXPECT_EQ(with([](L& l) { l.command.kept_bytes = 16; }), bad_address);            // beyond the weights' end
  EXPECT_EQ(with([](L& l) { l.command.kept_bytes = 0xFFFFFFFC; }), bad_parameter);  // leaves 32 bits
  EXPECT_EQ(with([](L& l) { l.command.kept_bytes = 0xF0000000; }), bad_address);
  EXPECT_EQ(with([](L& l) { l.command.weight_address += 1; }), bad_address);
  EXPECT_EQ(with([](L& l) { l.command.sums_address = 4; }), bad_address);
  EXPECT_EQ(with([](L& l) { l.wm[8] = 0; }), bad_parameter);  // shift 0
}

// Good residuals with spoilt fields and lists: the command always ends, with or without error.
TEST_F(NcuResidualModule, SurvivesGarbage) {
  reference::Random random(6);
  int refused = 0;
  for (int index = 0; index < 3000; ++index) {
    reference::RandomResidual layer = reference::make_random_residual(random);
    ncu::RecordBytes record = ncu::record_of(layer.command);
    if (index % 2 == 0) {
      for (int spoilt = 0; spoilt < 2; ++spoilt) {
        record[static_cast<std::size_t>(random.between(8, 97))] = random.byte();
      }
    } else {
      const auto last = std::int64_t{layer.command.kept_address} + layer.command.kept_bytes - 1;
      layer.wm[static_cast<std::size_t>(random.between(layer.command.kept_address, last))] ^=
          static_cast<std::uint8_t>(1u << random.between(0, 7));
    }
    std::memcpy(&layer.command, record.data(), record.size());
    const NcuBench::Result result = run(*small, layer);
    ASSERT_EQ(result.status & KASANE_STATUS_BUSY, 0u);
    if (result.error != no_error) ++refused;
  }
  EXPECT_GT(refused, 1000);
  EXPECT_LT(refused, 3000);
}

// Partial sums cost a third set of accumulator banks, and nothing else of the structure.
TEST_F(NcuResidualModule, PartialSumsNeedAThirdSetOfAccumulators) {
  const Structure without = ncu::structure_of({}, *technology);
  const Structure with = ncu::structure_of({.partial_sums = true}, *technology);
  const SramFigures bank = technology->sram(256 * 4, 32);
  EXPECT_NEAR(with.area_mm2 - without.area_mm2, 16 * bank.area_mm2, 1e-12);
  EXPECT_NEAR((with.leakage_watts - without.leakage_watts).value, 16 * bank.leakage_watts.value, 1e-12);
}

}  // namespace
}  // namespace kasane
