/// Energy, area and leakage of the array against sums worked by hand from the 45 nm table's rows.
#include "models/cartesian_array/costs.h"

#include <gtest/gtest.h>

#include "tests/unit/memory_fixture.h"

namespace kasane::cartesian {
namespace {

constexpr double pico = 1e-12;
constexpr double square_micrometre = 1e-6;  ///< in square millimetres
constexpr double bit = 0.009 + 0.0018;      ///< pJ: a register's bit and its clock

double joules(Operation operation, const CartesianConfig& config = {}) {
  return operation_costs(config, test_technology())[static_cast<std::size_t>(operation)].joules.value;
}

double area(const CartesianConfig& config) {
  return structure_of(config, test_technology()).area_mm2;
}

// Calibrated, but between the bounds of its parts: an adder of 24 bits on the line from 8 to 32 bits, and 24
// bits of a register with their clock.
TEST(CartesianCosts, CalibrationStaysWithinTheBoundsOfItsParts) {
  const auto parts = [](double of_8, double of_32, double register_bit) {
    return (of_8 + (of_32 - of_8) * 16 / 24 + 24 * register_bit) * pico;
  };
  const Figure accumulate = test_technology().joules("int24_accumulate");
  EXPECT_NEAR(accumulate.low, parts(0.02, 0.0857, 0.005 + 0.0009), 0.0005 * pico);
  EXPECT_NEAR(accumulate.high, parts(0.05, 0.21, 0.015 + 0.0045), 0.0005 * pico);
  EXPECT_LT(accumulate.low, accumulate.value);
  EXPECT_LT(accumulate.value, parts(0.03, 0.1, bit));
  EXPECT_EQ(joules(Operation::accumulate), accumulate.value);
  EXPECT_NEAR(joules(Operation::accumulator_read), 24 * bit * pico, 1e-18);
}

// 32 activations of four bits: four shifters of 32 bits, and four ranks of 128 bits.
TEST(CartesianCosts, AlignIsShiftersAndRanksOfRegisters) {
  EXPECT_NEAR(joules(Operation::align), (4 * 0.417 + 4 * 128 * bit) * pico, 1e-18);
  EXPECT_NEAR(joules(Operation::align, {.rows = 64, .pipeline_cycles = 2}),
              (8 * 0.417 + 2 * 256 * bit) * pico, 1e-18);
}

TEST(CartesianCosts, OperandsAndParametersAreRegisters) {
  EXPECT_NEAR(joules(Operation::operand_nibble), 4 * bit * pico, 1e-18);
  EXPECT_NEAR(joules(Operation::parameter_byte), 8 * bit * pico, 1e-18);
}

// A word of a buffer is one step's operands.
TEST(CartesianCosts, BuffersAreMacrosOfAStepsOperands) {
  const SramFigures macro = test_technology().sram(16 * 1024, 128);
  const SramFigures weights = test_technology().sram(18 * 1024, 128);
  EXPECT_EQ(joules(Operation::input_read), macro.read_joules.value);
  EXPECT_EQ(joules(Operation::weight_write), weights.write_joules.value);
  const SramFigures wider = test_technology().sram(18 * 1024, 256);
  EXPECT_EQ(joules(Operation::weight_read, {.columns = 64}), wider.read_joules.value);
  EXPECT_EQ(joules(Operation::input_read, {.columns = 64}), macro.read_joules.value);
}

// 32 more rows: 1024 more cells, each with a multiplier (71 um2), an adder of 24 bits (36 + 101 · 16 / 24)
// and two sums of 24 bits (5.98 a bit); 128 more bits of operands and 4 · 128 of the aligner; four shifters
// (250); two wider macros.
TEST(CartesianCosts, AreaFollowsTheStructure) {
  const double cell = 71 + 36 + 101.0 * 16 / 24 + 48 * 5.98;
  const double logic = 1024 * cell + 5 * 128 * 5.98 + 4 * 250;
  const double macros =
      test_technology().sram(16 * 1024, 256).area_mm2 - test_technology().sram(16 * 1024, 128).area_mm2;
  EXPECT_NEAR(area({.rows = 64}) - area({}), logic * square_micrometre + 2 * macros, 1e-9);
}

// Only the 2048 bits of control are clocked while the array idles.
TEST(CartesianCosts, IdleClockIsTheControl) {
  const Structure structure = structure_of({}, test_technology());
  EXPECT_NEAR(structure.clock_joules.value, 2048 * 0.0018 * pico, 1e-18);
  EXPECT_GT(structure.leakage_watts.low, 0);
  EXPECT_LT(structure.leakage_watts.low, structure.leakage_watts.high);
}

TEST(CartesianConfig, RefusesWhatNoArrayCouldBe) {
  EXPECT_NO_THROW(check(CartesianConfig{}));
  EXPECT_THROW(check(CartesianConfig{.rows = 0}), std::invalid_argument);
  EXPECT_THROW(check(CartesianConfig{.columns = 31}), std::invalid_argument);
  EXPECT_THROW(check(CartesianConfig{.columns = 258}), std::invalid_argument);
  EXPECT_THROW(check(CartesianConfig{.weight_buffer_bytes = 1023}), std::invalid_argument);
}

}  // namespace
}  // namespace kasane::cartesian
