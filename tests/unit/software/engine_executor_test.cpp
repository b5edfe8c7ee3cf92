/// The engine executor, engine driver and power manager driver against register blocks in memory: what must
/// be clocked when the doorbell rings is, everything is gated afterwards, and an engine's error reaches the
/// caller.
#include <gtest/gtest.h>

#include "tests/unit/software/fake_chip.h"

namespace kasane {
namespace {

using enum FakeChip::Domain;

class Chip : public FakeChip {
 public:
  Chip() : FakeChip(small_package()) {}

  network_result infer(bool software) {
    const executor executor = software ? executor_of_software(&loaded) : executor_of_engines(&engines);
    network_result result = network_set_up(&loaded, &executor, &monitor);
    auto* input = static_cast<uint8_t*>(network_place(&loaded, KASANE_SPACE_INPUT, 0));
    for (uint32_t i = 0; i < loaded.header.input.bytes; ++i) input[i] = static_cast<uint8_t>(i * 29);
    if (result.error == KASANE_ERROR_NONE) result = network_infer(&loaded, &executor, &monitor);
    return result;
  }

  std::vector<int8_t> output() {
    const auto* bytes = static_cast<const int8_t*>(network_place(&loaded, KASANE_SPACE_OUTPUT, 0));
    return {bytes, bytes + loaded.header.output.bytes};
  }
};

TEST(EngineExecutor, GivesTheSameOutputAsSoftware) {
  Chip chip;
  ASSERT_EQ(chip.infer(false).error, uint32_t{KASANE_ERROR_NONE});
  EXPECT_EQ(chip.jobs, 4);  // weights, input, convolution, pool with fully connected
  const auto by_engines = chip.output();
  std::memset(network_place(&chip.loaded, KASANE_SPACE_OUTPUT, 0), 0, by_engines.size());
  ASSERT_EQ(chip.infer(true).error, uint32_t{KASANE_ERROR_NONE});
  EXPECT_EQ(by_engines, chip.output());
}

TEST(EngineExecutor, LeavesEveryClockGatedAndEveryContentKept) {
  Chip chip;
  chip.infer(false);
  for (const uint32_t d : {domain_dma, domain_ncu, domain_fmm, domain_wm}) {
    EXPECT_EQ(chip.control(d), uint32_t{KASANE_DOMAIN_POWER}) << "domain " << d;
  }
}

TEST(EngineExecutor, ReportsTheFailingStepAndRests) {
  Chip chip;
  chip.ncu_error = KASANE_ERROR_ADDRESS;
  const auto result = chip.infer(false);
  EXPECT_EQ(result.error, uint32_t{KASANE_ERROR_ADDRESS});
  EXPECT_EQ(result.step, 2U);
  EXPECT_STREQ(network_layer_name(&chip.loaded, result.step), "conv");
  EXPECT_STREQ(engine_executor_error_name(result.error), "data address out of range");
  EXPECT_EQ(chip.control(domain_ncu), uint32_t{KASANE_DOMAIN_POWER});
}

TEST(EngineExecutor, ReportsADomainThatRefusesToWake) {
  Chip chip;
  chip.set_domain(domain_wm, KASANE_DOMAIN_STATUS, KASANE_DOMAIN_STATUS_FAULT);
  EXPECT_EQ(chip.infer(false).error, uint32_t{ENGINE_EXECUTOR_ERROR_POWER});
}

TEST(PowerManager, CountsUsersAndGatesAFixedDomainOnlyOnceUnfixed) {
  Chip chip;
  power_manager& power = chip.power;
  ASSERT_TRUE(power_use(&power, domain_fmm));
  ASSERT_TRUE(power_use(&power, domain_fmm));
  power_release(&power, domain_fmm);
  EXPECT_EQ(chip.control(domain_fmm), uint32_t{KASANE_DOMAIN_CLOCK | KASANE_DOMAIN_POWER});
  power_switch_off(&power, domain_fmm);  // somebody still uses it
  EXPECT_EQ(chip.control(domain_fmm), uint32_t{KASANE_DOMAIN_CLOCK | KASANE_DOMAIN_POWER});
  power_release(&power, domain_fmm);
  EXPECT_EQ(chip.control(domain_fmm), uint32_t{KASANE_DOMAIN_POWER});
  power_switch_off(&power, domain_fmm);
  EXPECT_EQ(chip.control(domain_fmm), 0U);

  chip.set_domain(domain_dma, KASANE_DOMAIN_CONTROL, KASANE_DOMAIN_CLOCK | KASANE_DOMAIN_POWER);
  power_fix(&power, domain_dma);
  power_gate_clock(&power, domain_dma);
  EXPECT_EQ(chip.control(domain_dma), uint32_t{KASANE_DOMAIN_CLOCK | KASANE_DOMAIN_POWER});
  EXPECT_FALSE(power_use(&power, domain_count));
  EXPECT_TRUE(power_use(&power, KASANE_NO_DOMAIN));

  ASSERT_TRUE(power_use(&power, domain_dma));
  power_unfix(&power, domain_dma);
  EXPECT_EQ(chip.control(domain_dma), uint32_t{KASANE_DOMAIN_CLOCK | KASANE_DOMAIN_POWER});
  power_release(&power, domain_dma);
  EXPECT_EQ(chip.control(domain_dma), uint32_t{KASANE_DOMAIN_POWER});
  ASSERT_TRUE(power_use(&power, domain_dma));
  EXPECT_EQ(chip.control(domain_dma), uint32_t{KASANE_DOMAIN_CLOCK | KASANE_DOMAIN_POWER});
  power_unfix(&power, KASANE_NO_DOMAIN);  // nothing to take back
}

}  // namespace
}  // namespace kasane
