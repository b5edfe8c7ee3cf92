/// Energy, area and leakage of a unit against sums worked by hand from the 45 nm table's rows.
#include "models/kernel_comp_unit/costs.h"

#include <gtest/gtest.h>

#include "tests/unit/kernel_comp_unit/layers.h"
#include "tests/unit/memory_fixture.h"

namespace kasane::kcu {
namespace {

constexpr double pico = 1e-12;
constexpr double micro = 1e-6;
constexpr double square_micrometre = 1e-6;  ///< in square millimetres

/// Eight adders of 9, 9, 9, 9, 10, 10, 11 and 12 bits: 15 bits more than eight times 8.
UnitKernel all_ones() {
  return {3, std::vector<std::int8_t>(9, 1)};
}

double joules(const UnitKernel& unit, Operation operation, const KcuConfig& config = {}) {
  return operation_costs(unit, config, test_technology())[static_cast<std::size_t>(operation)].joules.value;
}

Structure structure(const UnitKernel& unit, const KcuConfig& config = {}) {
  return unit_structure(unit, config, test_technology());
}

// An adder of w bits: 0.03 + (0.1 - 0.03) · (w - 8) / 24 pJ. The response's register: 12 bits of 0.0108 pJ.
TEST(KcuCosts, ResponseIsItsAdders) {
  EXPECT_NEAR(joules(all_ones(), Operation::response), (8 * 0.03 + 0.07 * 15 / 24 + 12 * 0.0108) * pico,
              1e-18);
  // A single 1 is wire and register.
  EXPECT_NEAR(joules(identity(3), Operation::response), 8 * 0.0108 * pico, 1e-18);
  EXPECT_GT(joules(UnitKernel{3, std::vector<std::int8_t>(9, 0)}, Operation::response), 0);
}

// Every part at its lower bound, and every part at its upper one: int8_add 0.02 ... 0.05 pJ, int32_add 0.0857
// ... 0.21 pJ, a bit of a register with its clock 0.0059 ... 0.0195 pJ.
TEST(KcuCosts, BoundsAreThoseOfAllParts) {
  const auto costs = operation_costs(all_ones(), {}, test_technology());
  const Figure response = costs[static_cast<std::size_t>(Operation::response)].joules;
  EXPECT_NEAR(response.low, (8 * 0.02 + 0.0657 * 15 / 24 + 12 * 0.0059) * pico, 1e-18);
  EXPECT_NEAR(response.high, (8 * 0.05 + 0.16 * 15 / 24 + 12 * 0.0195) * pico, 1e-18);
}

// 12-bit response x 8-bit gain: 12 · 8 / 64 int8 multiplications of 0.2 pJ; a shifter of 20 bits, 20 / 32 of
// 0.417 pJ; an adder of 20 bits to round, 0.03 + 0.07 / 2.
TEST(KcuCosts, GainIsMultiplierShifterAndRounding) {
  EXPECT_NEAR(joules(all_ones(), Operation::gain), (1.5 * 0.2 + 20.0 / 32 * 0.417 + 0.065) * pico, 1e-18);
}

TEST(KcuCosts, MultipliersGrowWithTheProductOfWidths) {
  const Technology& technology = test_technology();
  const double int8 = technology.joules("int8_multiply").value;
  EXPECT_NEAR(16 * int8, technology.joules("int32_multiply").value,
              0.05 * 16 * int8);  // Horowitz: 3.2 and 3.1 pJ
  EXPECT_NEAR(16 * technology.area_mm2("int8_multiply"), technology.area_mm2("int32_multiply"),
              0.3 * technology.area_mm2("int32_multiply"));
}

TEST(KcuCosts, WindowIsItsRegisters) {
  EXPECT_NEAR(joules(identity(3), Operation::window_shift), 72 * 0.0108 * pico, 1e-18);
  EXPECT_NEAR(joules(identity(7), Operation::window_shift), 392 * 0.0108 * pico, 1e-18);
}

/// Operations of buffers cost what macros of their size and width cost.
TEST(KcuCosts, BuffersAreMacros) {
  const KcuConfig config{.line_bytes = 512, .response_words = 1024, .target_slots = 512};
  const Technology& technology = test_technology();
  EXPECT_DOUBLE_EQ(joules(identity(5), Operation::line_read, config),
                   technology.sram(2048, 32).read_joules.value);
  EXPECT_DOUBLE_EQ(joules(identity(5), Operation::line_write, config),
                   technology.sram(2048, 32).write_joules.value);
  EXPECT_DOUBLE_EQ(joules(identity(5), Operation::response_read, config),
                   technology.sram(4096, 32).read_joules.value);
  EXPECT_DOUBLE_EQ(joules(identity(5), Operation::response_write, config),
                   technology.sram(4096, 32).write_joules.value);
  EXPECT_DOUBLE_EQ(joules(identity(5), Operation::target_read, config),
                   technology.sram(2048, 32).read_joules.value);
  EXPECT_DOUBLE_EQ(joules(identity(5), Operation::target_write, config),
                   technology.sram(2048, 32).write_joules.value);
}

// One lane more: a multiplier, shifter and adder as above, and 8 + 32 register bits of 5.98 um2 and 0.0132
// uW.
TEST(KcuCosts, LanesAddTheirParts) {
  const Structure four = structure(all_ones());
  const Structure five = structure(all_ones(), {.lanes = 5});
  const double area = 1.5 * 282 + 20.0 / 32 * 250 + (36 + 101.0 / 2) + 40 * 5.98;
  const double leakage = 1.5 * 0.55 + 20.0 / 32 * 0.6 + (0.07 + 0.34 / 2) + 40 * 0.0132;
  EXPECT_NEAR(five.area_mm2 - four.area_mm2, area * square_micrometre, 1e-12);
  EXPECT_NEAR((five.leakage_watts - four.leakage_watts).value, leakage * micro, 1e-12);
}

// A second pixel a cycle: the network again, a column of 24 bits more in the window, a response register.
TEST(KcuCosts, PixelsACycleRepeatTheNetwork) {
  const Structure one = structure(all_ones());
  const Structure two = structure(all_ones(), {.pixels_per_cycle = 2});
  const double area = 8 * 36 + 101.0 * 15 / 24 + (24 + 12) * 5.98;
  EXPECT_NEAR(two.area_mm2 - one.area_mm2, area * square_micrometre, 1e-12);
}

// All of an identity but its buffers: 4 lanes with a multiplier of 8 x 8 bits, shifter and adder of 16 bits,
// 40 register bits each; 72 bits of window, 8 of the response, 256 of control.
TEST(KcuCosts, UnitIsTheSumOfItsParts) {
  const KcuConfig config{.line_bytes = 512, .response_words = 1024, .target_slots = 512};
  const Technology& technology = test_technology();
  const double buffers = technology.sram(1024, 16).area_mm2 + 2 * technology.sram(4096, 32).area_mm2 +
                         technology.sram(2048, 32).area_mm2;
  const double lane = 282 + 125 + (36 + 101.0 / 3) + 40 * 5.98;
  const double parts = 4 * lane + (72 + 8 + 256) * 5.98;
  const Structure unit = structure(identity(3), config);
  EXPECT_NEAR(unit.area_mm2, buffers + parts * square_micrometre, 1e-12);
  EXPECT_NEAR(unit.clock_joules.value, 256 * 0.0018 * pico, 1e-18);
}

// Four command records in registers.
TEST(KcuCosts, DispatcherIsRegisters) {
  const Structure dispatcher = dispatcher_structure(test_technology());
  EXPECT_NEAR(dispatcher.area_mm2, 4096 * 5.98 * square_micrometre, 1e-12);
  EXPECT_NEAR(dispatcher.clock_joules.value, 4096 * 0.0018 * pico, 1e-18);
  EXPECT_NEAR(job_byte_joules(test_technology()).value, 8 * 0.0108 * pico, 1e-18);
}

}  // namespace
}  // namespace kasane::kcu
