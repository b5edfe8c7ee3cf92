/// The exit unit as a module: results, hand-worked time on the real memory, errors, energy.
#include <cstring>
#include <functional>
#include <gtest/gtest.h>
#include <memory>
#include <vector>

#include "models/exit_unit/costs.h"
#include "models/exit_unit/exit_unit.h"
#include "tests/reference/random_layers.h"
#include "tests/unit/engine_chip.h"
#include "tests/unit/exit_unit/exact_entropy.h"
#include "tests/unit/memory_fixture.h"

namespace kasane {
namespace {

using exit_unit::Operation;
using reference::Random;
using Chip = EngineChip<ExitUnit, ExitUnitConfig>;
using Command = kasane_exit_decide_command;

constexpr std::uint32_t no_error = KASANE_ERROR_NONE, parameter = KASANE_ERROR_PARAMETER,
                        address = KASANE_ERROR_ADDRESS;
constexpr std::uint32_t tenth_q24 = (1u << 24) / 10;

Command command_of(std::uint32_t count) {
  Command command{};
  command.header.opcode = KASANE_EXIT_UNIT_DECIDE;
  command.header.layer = KASANE_NO_LAYER;
  command.input_address = 0x40;
  command.count = count;
  command.step_q24 = tenth_q24;
  return command;
}

reference::CommandRecord record_of(const Command& command) {
  reference::CommandRecord record;
  std::memcpy(record.data(), &command, sizeof command);
  return record;
}

reference::Bytes bytes_of(const std::vector<std::int8_t>& logits) {
  return {logits.begin(), logits.end()};
}

class ExitUnitModule : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    account = std::make_unique<EnergyAccount>();
    const auto chip_of = [](const char* name, const ExitUnitConfig& config) {
      return std::make_unique<Chip>(name, Chip::Sizes{.engine = config}, *account, test_technology());
    };
    chip = chip_of("chip", {});
    small = chip_of("small", {.comparators = 1, .multipliers = 1, .quotient_bits = 1, .buffer_bytes = 4});
    large =
        chip_of("large", {.comparators = 16, .multipliers = 19, .quotient_bits = 8, .buffer_bytes = 1024});
    sc_core::sc_start(sc_core::SC_ZERO_TIME);
  }

  static Chip::Result run(Chip& on, const Command& command) { return on.run(record_of(command)); }
  static std::uint64_t cycles(Chip& on, std::uint32_t count) {
    const Chip::Result result = run(on, command_of(count));
    EXPECT_EQ(result.error, no_error);
    EXPECT_EQ(result.status, static_cast<std::uint32_t>(KASANE_STATUS_DONE));
    return result.cycles;
  }

  static inline std::unique_ptr<EnergyAccount> account;
  static inline std::unique_ptr<Chip> chip;
  static inline std::unique_ptr<Chip> small;
  static inline std::unique_ptr<Chip> large;
};

TEST_F(ExitUnitModule, ShowsWhichEngineItIs) {
  EXPECT_EQ(chip->read(KASANE_ENGINE_ID), static_cast<std::uint32_t>(KASANE_ENGINE_ID_EXIT_UNIT));
}

// Any size of unit, from any address: what firmware computes, and near the exact value.
TEST_F(ExitUnitModule, DecidesAsFirmwareDoes) {
  Random random(5);
  for (int trial = 0; trial < 60; ++trial) {
    Command command = command_of(static_cast<std::uint32_t>(random.between(1, trial % 3 == 0 ? 2000 : 12)));
    command.input_address = static_cast<std::uint32_t>(random.between(0, Chip::fmm_bytes - command.count));
    command.step_q24 = static_cast<std::uint32_t>(random.between(0, 1 << 26));
    std::vector<std::int8_t> logits(command.count);
    for (std::int8_t& logit : logits) logit = static_cast<std::int8_t>(random.byte());
    const kasane_exit_decision expected = kasane_exit_decide(logits.data(), command.count, command.step_q24);
    for (Chip* each : {chip.get(), small.get(), large.get()}) {
      each->load_fmm(bytes_of(logits), command.input_address);
      ASSERT_EQ(run(*each, command).error, no_error);
      EXPECT_EQ(each->read(KASANE_EXIT_UNIT_ENTROPY), expected.entropy_q24);
      EXPECT_EQ(each->read(KASANE_EXIT_UNIT_CLASS), expected.largest);
    }
    EXPECT_NEAR(expected.entropy_q24 * exit_unit::nats_of_q24,
                exit_unit::exact_entropy(logits, command.step_q24), 1e-5);
  }
}

// The worked examples of README.md, and the extremes, with ports of 16 bytes a cycle.
TEST_F(ExitUnitModule, TakesHandWorkedCyclesOnRealMemories) {
  EXPECT_EQ(cycles(*chip, 10), (1u + 3) + 100 + (10 + 2 + 15 + 14 + 1));
  EXPECT_EQ(cycles(*chip, 100), (2 + 2 + 2 + 1 + 25u) + (2 + 2 + 2 + 1 + 1000) + 42);
  EXPECT_EQ(cycles(*chip, 1), (1u + 1) + 10 + 42);
  // A logit every 19 cycles; 4, 4 and 2 logits, read twice.
  EXPECT_EQ(cycles(*small, 10), (3 + 10u) + (3 + 190) + (1 + 2 + 29 + 28 + 1));
  // A logit every cycle; the logarithm's seven products take longer than the mean's four cycles.
  EXPECT_EQ(cycles(*large, 1000), (63 + 63u) + 1000 + (19 + 2 + 4 + 7 + 1));
}

TEST_F(ExitUnitModule, RefusesImpossibleCommands) {
  struct Change {
    const char* what;
    std::uint32_t error;
    std::function<void(Command&)> apply;
  };
  constexpr auto end = static_cast<std::uint32_t>(Chip::fmm_bytes);
  const std::vector<Change> changes{
      {"no logits", parameter, [](Command& c) { c.count = 0; }},
      {"65537 logits", parameter, [](Command& c) { c.count = 65537; }},
      {"2^32 - 1 logits", parameter, [](Command& c) { c.count = ~0u; }},
      {"a reserved byte", parameter, [](Command& c) { c.reserved[107] = 1; }},
      {"a reserved word", parameter, [](Command& c) { c.header.reserved = 1; }},
      {"an unknown opcode", KASANE_ERROR_OPCODE, [](Command& c) { c.header.opcode = 0x0602; }},
      {"logits behind the memory", address, [](Command& c) { c.input_address = end; }},
      {"the last logit behind the memory", address, [](Command& c) { c.input_address = end - 9; }},
      {"logits around 2^32", address, [](Command& c) { c.input_address = ~0u - 3; }}};
  chip->load_fmm(bytes_of({1, 2, 3, 4, 5, 6, 7, 8, 9, 10}), 0x40);
  for (const Change& change : changes) {
    SCOPED_TRACE(change.what);
    ASSERT_EQ(run(*chip, command_of(10)).error, no_error);
    EXPECT_EQ(chip->read(KASANE_EXIT_UNIT_CLASS), 9u);
    Command command = command_of(10);
    change.apply(command);
    // In the list after a good one, whose result must not be read as its own.
    const Chip::Result result = chip->run({record_of(command_of(10)), record_of(command)});
    EXPECT_EQ(result.error, change.error);
    EXPECT_EQ(result.status, static_cast<std::uint32_t>(KASANE_STATUS_ERROR));
    if (command.header.reserved == 0) {
      EXPECT_EQ(chip->read(KASANE_EXIT_UNIT_CLASS), 0u);
      EXPECT_EQ(chip->read(KASANE_EXIT_UNIT_ENTROPY), 0u);
    }
  }
  Command largest = command_of(65536);
  largest.input_address = end - 65536;
  EXPECT_EQ(run(*chip, largest).error, no_error);
}

TEST_F(ExitUnitModule, RegistersAreZeroAfterReset) {
  chip->load_fmm(bytes_of({1, 2, 3}), 0x40);
  ASSERT_EQ(run(*chip, command_of(3)).error, no_error);
  EXPECT_NE(chip->read(KASANE_EXIT_UNIT_ENTROPY), 0u);
  EXPECT_EQ(chip->run(std::vector<reference::CommandRecord>{}).error,
            static_cast<std::uint32_t>(KASANE_ERROR_COUNT));  // a reset and an empty list
  EXPECT_EQ(chip->read(KASANE_EXIT_UNIT_ENTROPY), 0u);
  EXPECT_EQ(chip->read(KASANE_EXIT_UNIT_CLASS), 0u);
}

// Ten logits, two of them 32 nats or more below the largest: at 0.25 nats a step, 128 steps.
TEST_F(ExitUnitModule, BooksTheEnergyOfWhatItDoes) {
  Command command = command_of(10);
  command.header.layer = 7;
  command.step_q24 = 1u << 22;
  chip->load_fmm(bytes_of({100, 99, 80, 0, -27, -28, -100, 5, 6, 7}), 0x40);
  std::array<std::uint64_t, exit_unit::operation_count> before;
  for (std::size_t kind = 0; kind < before.size(); ++kind)
    before[kind] = chip->count(static_cast<Operation>(kind));
  ASSERT_EQ(run(*chip, command).error, no_error);
  const std::array<std::uint64_t, exit_unit::operation_count> expected{
      10, 10, 10, 8 * 19 + 7, 8 * 2 + 1, 8 * 10 + 8, 8 * 2, 29 + 28};
  const auto costs = exit_unit::operation_costs(test_technology());
  double joules = 0;
  for (std::size_t kind = 0; kind < before.size(); ++kind) {
    EXPECT_EQ(chip->count(static_cast<Operation>(kind)) - before[kind], expected[kind]) << costs[kind].name;
    joules += static_cast<double>(expected[kind]) * costs[kind].joules.value;
  }
  const BlockEntry& block = account->blocks()[chip->engine.block().index];
  EXPECT_NEAR(block.layers.at(7).energy.dynamic, joules, joules * 1e-9);
  EXPECT_EQ(block.layers.at(7).bytes.read, 10u);
  EXPECT_EQ(block.layers.at(7).busy, sc_core::sc_time(146, sc_core::SC_NS));
}

// Random bytes in every field: the list always ends.
TEST_F(ExitUnitModule, GarbageEnds) {
  Random random(6);
  for (int trial = 0; trial < 600; ++trial) {
    reference::CommandRecord record = record_of(command_of(10));
    for (int spoilt = 0; spoilt < 3; ++spoilt)
      record[static_cast<std::size_t>(random.between(0, 19))] = random.byte();
    EXPECT_EQ(chip->run(record).status & KASANE_STATUS_BUSY, 0u);
  }
}

}  // namespace
}  // namespace kasane
