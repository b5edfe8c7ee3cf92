/// Energy, area and leakage of the exit unit against sums worked by hand from the 45 nm table's rows.
#include "models/exit_unit/costs.h"

#include <gtest/gtest.h>

#include "tests/unit/memory_fixture.h"

namespace kasane::exit_unit {
namespace {

constexpr double pico = 1e-12;
constexpr double square_micrometre = 1e-6;  ///< in square millimetres
constexpr double bit = 0.009 + 0.0018;      ///< pJ: a register's bit and its clock
constexpr double exact = 1e-18;             ///< J

double joules(Operation operation) {
  return operation_costs(test_technology())[static_cast<std::size_t>(operation)].joules.value;
}

double area(const ExitUnitConfig& config) {
  return structure_of(config, test_technology()).area_mm2;
}

/// pJ: an adder on the line through 0.03 (8 bits) and 0.1 (32 bits).
constexpr double adder(double bits) {
  return 0.03 + 0.07 * (bits - 8) / 24;
}

constexpr double adder_area(double bits) {
  return 36 + 101 * (bits - 8) / 24;
}

TEST(ExitUnitCosts, OperationsAreTheirArithmetic) {
  EXPECT_NEAR(joules(Operation::load_byte), 8 * bit * pico, exact);
  EXPECT_NEAR(joules(Operation::compare), (0.029 / 4 + 8 * bit) * pico, exact);
  EXPECT_NEAR(joules(Operation::scale), (adder(9) + 3.1 / 4) * pico, exact);
  EXPECT_NEAR(joules(Operation::multiply), (3.1 * 33 * 33 / 1024 + 33 * bit) * pico, exact);
  EXPECT_NEAR(joules(Operation::shift), 0.417 * 60 / 32 * pico, exact);
  EXPECT_NEAR(joules(Operation::add), 0.1 * pico, exact);
  EXPECT_NEAR(joules(Operation::accumulate), (adder(57) + 57 * bit) * pico, exact);
  EXPECT_NEAR(joules(Operation::quotient_bit), (adder(42) + 42 * bit) * pico, exact);
}

// A multiplier of 33 x 33 bits with its adder, its product's register and the 96 bits of a logit under way.
TEST(ExitUnitCosts, AreaFollowsTheStructure) {
  EXPECT_NEAR(area({.multipliers = 6}) - area({}),
              4 * (3495 * 1089.0 / 1024 + 137 + 129 * 5.98) * square_micrometre, 1e-9);
  EXPECT_NEAR(area({.comparators = 12}) - area({}), 8 * 71.0 / 4 * square_micrometre, 1e-9);
  EXPECT_NEAR(area({.quotient_bits = 5}) - area({}), 3 * adder_area(42) * square_micrometre, 1e-9);
  EXPECT_NEAR(area({.buffer_bytes = 132}) - area({}), 100 * 8 * 5.98 * square_micrometre, 1e-9);
}

// The smallest unit, part by part.
TEST(ExitUnitCosts, AreaIsTheSumOfItsParts) {
  const double logic = 71.0 / 4 + adder_area(9) + 3495.0 / 4 + 3495 * 1089.0 / 1024 + 137 + 250 * 60.0 / 32 +
                       2 * adder_area(57) + adder_area(42);
  const double bits = 129 + 8 + 2 * 57 + 42 + 64 + 256;
  EXPECT_NEAR(area({.comparators = 1, .multipliers = 1, .quotient_bits = 1, .buffer_bytes = 1}),
              (logic + bits * 5.98) * square_micrometre, 1e-9);
}

TEST(ExitUnitCosts, IdleClockIsTheControl) {
  const Structure structure = structure_of({}, test_technology());
  EXPECT_NEAR(structure.clock_joules.value, 256 * 0.0018 * pico, exact);
  EXPECT_GT(structure.leakage_watts.low, 0);
  EXPECT_LT(structure.leakage_watts.low, structure.leakage_watts.high);
}

TEST(ExitUnitCosts, ImpossibleSizesAreNamed) {
  const auto complaint = [](const ExitUnitConfig& config) -> std::string {
    try {
      structure_of(config, test_technology());
    } catch (const std::invalid_argument& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_EQ(complaint({.comparators = 0}), "exit unit: comparators is 0, expected 1 ... 256");
  EXPECT_EQ(complaint({.multipliers = 20}), "exit unit: multipliers is 20, expected 1 ... 19");
  EXPECT_EQ(complaint({.quotient_bits = 9}), "exit unit: quotient_bits is 9, expected 1 ... 8");
  EXPECT_EQ(complaint({.buffer_bytes = 4097}), "exit unit: buffer_bytes is 4097, expected 1 ... 4096");
  EXPECT_EQ(complaint({.comparators = 256, .multipliers = 19, .quotient_bits = 8, .buffer_bytes = 4096}), "");
}

}  // namespace
}  // namespace kasane::exit_unit
