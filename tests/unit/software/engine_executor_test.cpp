/// The engine executor, engine driver and power manager driver against register blocks in memory: what must
/// be clocked when the doorbell rings is, everything is gated afterwards, and an engine's error reaches the
/// caller.
#include <gtest/gtest.h>

#include "tests/unit/software/small_package.h"

extern "C" {
#include "kasane/boot_info.h"
#include "sw/drivers/registers.h"
#include "sw/runtime/engine_executor.h"
#include "sw/runtime/software_executor.h"
}

namespace kasane {
namespace {

enum Domain : uint32_t { domain_dma = 1, domain_ncu = 2, domain_fmm = 3, domain_wm = 4, domain_count = 5 };

uintptr_t address_of(AlignedBytes& bytes) {
  return reinterpret_cast<uintptr_t>(bytes.data());
}

/// A chip of which software sees registers; its engines work when software sleeps.
class Chip {
 public:
  Chip() : package_(small_package()) {
    instance = this;
    register_write32(address_of(power_registers_), KASANE_POWER_ID, KASANE_POWER_MANAGER_ID_VALUE);
    register_write32(address_of(power_registers_), KASANE_POWER_DOMAIN_COUNT, domain_count);
    for (uint32_t d = 0; d < domain_count; ++d)
      set_domain(d, KASANE_DOMAIN_STATUS, KASANE_DOMAIN_STATUS_READY);
    identify(dma_registers_, KASANE_ENGINE_ID_DMA);
    identify(ncu_registers_, KASANE_ENGINE_ID_NCU);
    EXPECT_TRUE(power_probe(&power_, address_of(power_registers_)));
    EXPECT_TRUE(engine_probe(&dma_, address_of(dma_registers_), KASANE_ENGINE_ID_DMA));
    EXPECT_TRUE(engine_probe(&ncu_, address_of(ncu_registers_), KASANE_ENGINE_ID_NCU));
    EXPECT_FALSE(engine_probe(&wrong_, address_of(ncu_registers_), KASANE_ENGINE_ID_DMA));

    network_places places{{address_of(memory_), address_of(memory_) + memory_.size()},
                          {0, 0},
                          address_of(fmm_),
                          address_of(wm_)};
    EXPECT_TRUE(
        network_load(&network_, reinterpret_cast<const kasane_package_header*>(package_.data()), &places));
    executor_.network = &network_;
    executor_.power = &power_;
    executor_.slots[KASANE_STEP_DMA] = {&dma_, domain_dma, 0};
    executor_.slots[KASANE_STEP_NCU] = {&ncu_, domain_ncu, 1U << KASANE_SPACE_FMM | 1U << KASANE_SPACE_WM};
    executor_.slots[KASANE_STEP_CPU] = {nullptr, KASANE_NO_DOMAIN, 0};
    for (auto& domain : executor_.space_domain) domain = KASANE_NO_DOMAIN;
    executor_.space_domain[KASANE_SPACE_FMM] = domain_fmm;
    executor_.space_domain[KASANE_SPACE_WM] = domain_wm;
    executor_.wait = [](const volatile bool* flag) { instance->work(flag); };
  }
  Chip(const Chip&) = delete;
  Chip& operator=(const Chip&) = delete;
  ~Chip() { instance = nullptr; }

  network_result infer(bool software) {
    const executor executor = software ? executor_of_software(&network_) : executor_of_engines(&executor_);
    const run_monitor monitor{address_of(monitor_registers_)};
    network_result result = network_set_up(&network_, &executor, &monitor);
    auto* input = static_cast<uint8_t*>(network_place(&network_, KASANE_SPACE_INPUT, 0));
    for (uint32_t i = 0; i < network_.header.input.bytes; ++i) input[i] = static_cast<uint8_t>(i * 29);
    if (result.error == KASANE_ERROR_NONE) result = network_infer(&network_, &executor, &monitor);
    return result;
  }

  std::vector<int8_t> output() {
    const auto* bytes = static_cast<const int8_t*>(network_place(&network_, KASANE_SPACE_OUTPUT, 0));
    return {bytes, bytes + network_.header.output.bytes};
  }

  [[nodiscard]] uint32_t control(uint32_t domain) { return domain_register(domain, KASANE_DOMAIN_CONTROL); }

  void set_domain(uint32_t domain, uint32_t offset, uint32_t value) {
    register_write32(address_of(power_registers_),
                     KASANE_POWER_DOMAINS + domain * KASANE_POWER_STRIDE + offset, value);
  }

  network& loaded() { return network_; }
  power_manager& power() { return power_; }

  uint32_t ncu_error = KASANE_ERROR_NONE;  ///< what the NCU is to report
  int jobs = 0;

 private:
  static void identify(AlignedBytes& registers, uint32_t id) {
    register_write32(address_of(registers), KASANE_ENGINE_ID, id);
    register_write32(address_of(registers), KASANE_ENGINE_VERSION, KASANE_ENGINE_VERSION_1_0);
  }

  uint32_t domain_register(uint32_t domain, uint32_t offset) {
    return register_read32(address_of(power_registers_),
                           KASANE_POWER_DOMAINS + domain * KASANE_POWER_STRIDE + offset);
  }

  void expect_running(uint32_t domain) {
    EXPECT_EQ(control(domain), uint32_t{KASANE_DOMAIN_CLOCK | KASANE_DOMAIN_POWER}) << "domain " << domain;
  }

  /// The engine whose doorbell rang executes its list, then interrupts.
  void work(const volatile bool* flag) {
    const bool is_dma = flag == &dma_.finished;
    engine& active = is_dma ? dma_ : ncu_;
    ASSERT_EQ(flag, &active.finished);
    const uintptr_t base = active.base;
    ASSERT_EQ(register_read32(base, KASANE_ENGINE_DOORBELL), 1U);
    ASSERT_EQ(register_read32(base, KASANE_ENGINE_CONTROL), uint32_t{KASANE_CONTROL_INTERRUPT_ENABLE});
    expect_running(is_dma ? domain_dma : domain_ncu);
    if (!is_dma) {
      expect_running(domain_fmm);
      expect_running(domain_wm);
    }
    register_write32(base, KASANE_ENGINE_DOORBELL, 0);
    ++jobs;
    const uint32_t error = is_dma ? uint32_t{KASANE_ERROR_NONE} : ncu_error;
    if (error == KASANE_ERROR_NONE) execute(base, is_dma);
    register_write32(base, KASANE_ENGINE_ERROR, error);
    register_write32(base, KASANE_ENGINE_INTERRUPT,
                     error == 0 ? KASANE_INTERRUPT_DONE : KASANE_INTERRUPT_ERROR);
    engine_interrupt(&active);
  }

  void execute(uintptr_t base, bool is_dma) {
    const uint64_t low = register_read32(base, KASANE_ENGINE_COMMAND_LOW);
    const uint64_t high = register_read32(base, KASANE_ENGINE_COMMAND_HIGH);
    const network_step step{static_cast<uint16_t>(is_dma ? KASANE_STEP_DMA : KASANE_STEP_NCU),
                            KASANE_NO_LAYER, register_read32(base, KASANE_ENGINE_COMMAND_COUNT),
                            reinterpret_cast<void*>(high << 32 | low), 0};
    const executor software = executor_of_software(&network_);
    EXPECT_EQ(software.run(software.context, &step), uint32_t{KASANE_ERROR_NONE});
  }

  static inline Chip* instance = nullptr;  // the executor's wait has no context
  AlignedBytes package_;
  AlignedBytes power_registers_{KASANE_POWER_REGISTER_BYTES};
  AlignedBytes dma_registers_{KASANE_ENGINE_REGISTER_BYTES};
  AlignedBytes ncu_registers_{KASANE_ENGINE_REGISTER_BYTES};
  AlignedBytes monitor_registers_{KASANE_MONITOR_REGISTER_BYTES};
  AlignedBytes memory_{8192};
  AlignedBytes fmm_{512};
  AlignedBytes wm_{512};
  power_manager power_{};
  engine dma_{};
  engine ncu_{};
  engine wrong_{};
  network network_{};
  ::engine_executor executor_{};
};

TEST(EngineExecutor, GivesTheSameOutputAsSoftware) {
  Chip chip;
  ASSERT_EQ(chip.infer(false).error, uint32_t{KASANE_ERROR_NONE});
  EXPECT_EQ(chip.jobs, 4);  // weights, input, convolution, pool with fully connected
  const auto by_engines = chip.output();
  std::memset(network_place(&chip.loaded(), KASANE_SPACE_OUTPUT, 0), 0, by_engines.size());
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
  EXPECT_STREQ(network_layer_name(&chip.loaded(), result.step), "conv");
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
  power_manager& power = chip.power();
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
