/// Energy, area and leakage of the engine against sums worked by hand from the 45 nm table's rows.
#include "models/hiddenite/costs.h"

#include <gtest/gtest.h>

#include "tests/unit/memory_fixture.h"

namespace kasane::hiddenite {
namespace {

constexpr double pico = 1e-12;
constexpr double square_micrometre = 1e-6;  ///< in square millimetres
constexpr double bit = 0.009 + 0.0018;      ///< pJ: a register's bit and its clock
constexpr double gates = 9 * 0.018 / 32;    ///< pJ: nine bits gated or inverted
constexpr double exact = 1e-18;             ///< J

double joules(Operation operation, const HiddeniteConfig& config = {}) {
  return operation_costs(config, test_technology())[static_cast<std::size_t>(operation)].joules.value;
}

/// pJ: an adder on the line through 0.03 (8 bits) and 0.1 (32 bits).
constexpr double adder(double bits) {
  return 0.03 + 0.07 * (bits - 8) / 24;
}

// Operands of nine bits: four adders of 10 bits, two of 11, one of 12; an eighth of these, an inverter and a
// gate for each operand.
TEST(HiddeniteCosts, AddIsAnOperandsShareOfItsTree) {
  const double tree = 4 * adder(10) + 2 * adder(11) + adder(12);
  EXPECT_NEAR(joules(Operation::add), (tree / 8 + 2 * gates) * pico, exact);
  // Three operands: two of them in an adder of 10 bits, the third and the sum in one of 11.
  EXPECT_NEAR(joules(Operation::add, {.input_channels = 3}), ((adder(10) + adder(11)) / 3 + 2 * gates) * pico,
              exact);
  EXPECT_NEAR(joules(Operation::add, {.input_channels = 1}), 2 * gates * pico, exact);
}

TEST(HiddeniteCosts, OperandsThatAreGatedCostTheirGate) {
  EXPECT_NEAR(joules(Operation::masked_operand), gates * pico, exact);
  EXPECT_NEAR(joules(Operation::zero_operand), gates * pico, exact);
}

// The state: a multiple of eight bits (a quarter of a multiplier of 32 bits) and an addition. Murmur: two
// multiplications, three exclusive ors. Xorshift: four rounds of three exclusive ors and an addition.
TEST(HiddeniteCosts, GeneratorsAreTheirArithmetic) {
  const double state = 3.1 / 4 + 0.1;
  EXPECT_NEAR(joules(Operation::generate_murmur), (state + 2 * 3.1 + 3 * 0.018) * pico, exact);
  EXPECT_NEAR(joules(Operation::generate_xorshift), (state + 4 * (3 * 0.018 + 0.1)) * pico, exact);
}

TEST(HiddeniteCosts, RegistersAreTheirBits) {
  EXPECT_NEAR(joules(Operation::activation_register), 9 * bit * pico, exact);
  EXPECT_NEAR(joules(Operation::weight_register), 2 * bit * pico, exact);
  EXPECT_NEAR(joules(Operation::accumulator_read), 24 * bit * pico, exact);
  EXPECT_NEAR(joules(Operation::parameter_byte), 8 * bit * pico, exact);
  EXPECT_NEAR(joules(Operation::mask_byte), (8 * bit + 0.018 / 4) * pico, exact);
  EXPECT_NEAR(joules(Operation::decode_field), (0.417 + adder(16)) * pico, exact);
}

TEST(HiddeniteCosts, BuffersAreMacrosOfTheirWords) {
  const SramFigures bank =
      test_technology().sram(4096, 512);  // 32 KiB in 8 banks, words of 8 x 8 activations
  EXPECT_EQ(joules(Operation::input_read), bank.read_joules.value);
  EXPECT_EQ(joules(Operation::input_write), bank.write_joules.value);
  const SramFigures weights = test_technology().sram(32 * 1024, 128);  // words of 8 x 8 weights of two bits
  EXPECT_EQ(joules(Operation::weight_read), weights.read_joules.value);
  EXPECT_EQ(joules(Operation::weight_write), weights.write_joules.value);
}

// 16 more output channels of 64 pixels: 1024 more trees of eight inputs and accumulators of 24 bits, each
// with two sums; 8192 lanes' gates; weights twice in registers; channel parameters three times; a wider
// weight buffer.
TEST(HiddeniteCosts, AreaFollowsTheStructure) {
  const auto adder_area = [](double bits) { return 36 + 101 * (bits - 8) / 24; };
  const double tree = 4 * adder_area(10) + 2 * adder_area(11) + adder_area(12);
  const double logic = 1024 * (tree + adder_area(24) + 48 * 5.98) + 8192 * 2 * 9.0 / 32 * 50 +
                       16 * (2 * 2 * 8 + 3 * 96) * 5.98;
  const double macros =
      test_technology().sram(32 * 1024, 384).area_mm2 - test_technology().sram(32 * 1024, 128).area_mm2;
  const auto area = [](const HiddeniteConfig& config) {
    return structure_of(config, test_technology()).area_mm2;
  };
  EXPECT_NEAR(area({.output_channels = 24}) - area({}), logic * square_micrometre + macros, 1e-9);
}

// Only the 2048 bits of control are clocked while the engine idles.
TEST(HiddeniteCosts, IdleClockIsTheControl) {
  const Structure structure = structure_of({}, test_technology());
  EXPECT_NEAR(structure.clock_joules.value, 2048 * 0.0018 * pico, exact);
  EXPECT_GT(structure.leakage_watts.low, 0);
  EXPECT_LT(structure.leakage_watts.low, structure.leakage_watts.high);
}

}  // namespace
}  // namespace kasane::hiddenite
