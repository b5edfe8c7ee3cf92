#include "tests/unit/software/fake_chip.h"

#include <gtest/gtest.h>

#include "kasane/exit_unit.h"

namespace kasane {
namespace {

constexpr uint32_t fmm_space = 1U << KASANE_SPACE_FMM;
constexpr uint32_t wm_space = 1U << KASANE_SPACE_WM;

}  // namespace

FakeChip::FakeChip(const std::vector<uint8_t>& package, bool one_input)
    : package_(package),
      fakes_{FakeEngine{KASANE_ENGINE_ID_DMA, KASANE_STEP_DMA, domain_dma, 0},
             FakeEngine{KASANE_ENGINE_ID_NCU, KASANE_STEP_NCU, domain_ncu, fmm_space | wm_space},
             FakeEngine{KASANE_ENGINE_ID_EXIT_UNIT, KASANE_STEP_EXIT_UNIT, domain_ncu, fmm_space}} {
  instance_ = this;
  monitor.base = address_of(monitor_registers_);
  register_write32(address_of(power_registers_), KASANE_POWER_ID, KASANE_POWER_MANAGER_ID_VALUE);
  register_write32(address_of(power_registers_), KASANE_POWER_DOMAIN_COUNT, domain_count);
  for (uint32_t d = 0; d < domain_count; ++d) set_domain(d, KASANE_DOMAIN_STATUS, KASANE_DOMAIN_STATUS_READY);
  EXPECT_TRUE(power_probe(&power, address_of(power_registers_)));
  load(one_input);
  engines.network = &loaded;
  engines.power = &power;
  for (auto& slot : engines.slots) slot = {nullptr, KASANE_NO_DOMAIN, 0, 0};
  for (FakeEngine& fake : fakes_) open(fake);
  for (auto& domain : engines.space_domain) domain = KASANE_NO_DOMAIN;
  engines.space_domain[KASANE_SPACE_FMM] = domain_fmm;
  engines.space_domain[KASANE_SPACE_WM] = domain_wm;
  engines.wait = [](const volatile bool* flag) {
    while (!*flag) ASSERT_TRUE(instance_->work()) << "software sleeps, and no engine works";
  };
}

FakeChip::~FakeChip() {
  instance_ = nullptr;
}

void FakeChip::load(bool one_input) {
  const auto* package = reinterpret_cast<const kasane_package_header*>(package_.data());
  EXPECT_STREQ(package_check(package, package_.size()).message, nullptr);
  network_places places{};
  places.fast = {address_of(memory_), address_of(memory_) + memory_.size()};
  places.fmm = address_of(fmm_);
  places.wm = address_of(wm_);
  places.one_input = one_input;
  EXPECT_TRUE(network_load(&loaded, package, &places));
}

void FakeChip::open(FakeEngine& fake) {
  const uintptr_t base = address_of(fake.registers);
  register_write32(base, KASANE_ENGINE_ID, fake.id);
  register_write32(base, KASANE_ENGINE_VERSION, KASANE_ENGINE_VERSION_1_0);
  EXPECT_FALSE(engine_probe(&fake.driver, base, fake.id + 1));
  EXPECT_TRUE(engine_probe(&fake.driver, base, fake.id));
  engines.slots[fake.kind] = {&fake.driver, fake.domain, fake.spaces, 0};
}

bool FakeChip::engines_rest() {
  for (FakeEngine& fake : fakes_) {
    if (register_read32(address_of(fake.registers), KASANE_ENGINE_DOORBELL) != 0) return false;
  }
  return true;
}

bool FakeChip::work() {
  for (FakeEngine& fake : fakes_) {
    const uintptr_t base = address_of(fake.registers);
    if (register_read32(base, KASANE_ENGINE_DOORBELL) == 0) continue;
    EXPECT_EQ(register_read32(base, KASANE_ENGINE_CONTROL), uint32_t{KASANE_CONTROL_INTERRUPT_ENABLE});
    register_write32(base, KASANE_ENGINE_DOORBELL, 0);
    EXPECT_TRUE(engines_rest()) << "two engines at once";
    const uint32_t error = execute(fake);
    register_write32(base, KASANE_ENGINE_ERROR, error);
    register_write32(base, KASANE_ENGINE_INTERRUPT,
                     error == 0 ? KASANE_INTERRUPT_DONE : KASANE_INTERRUPT_ERROR);
    engine_interrupt(&fake.driver);
    return true;
  }
  return false;
}

uint32_t FakeChip::execute(FakeEngine& fake) {
  expect_running(fake.domain);
  if ((fake.spaces & fmm_space) != 0) expect_running(domain_fmm);
  if ((fake.spaces & wm_space) != 0) expect_running(domain_wm);
  ++jobs;
  if (fake.kind == KASANE_STEP_NCU && ncu_jobs++ >= failing_job && ncu_error != KASANE_ERROR_NONE)
    return ncu_error;
  const uintptr_t base = address_of(fake.registers);
  const uint64_t low = register_read32(base, KASANE_ENGINE_COMMAND_LOW);
  const uint64_t high = register_read32(base, KASANE_ENGINE_COMMAND_HIGH);
  auto* records = reinterpret_cast<void*>(high << 32 | low);
  if (fake.kind == KASANE_STEP_EXIT_UNIT) {
    decide(fake, records);
    return KASANE_ERROR_NONE;
  }
  const network_step step{
      fake.kind, KASANE_NO_LAYER,     register_read32(base, KASANE_ENGINE_COMMAND_COUNT), records,
      0,         KASANE_RUN_BY_ENGINE};
  return software_run(&loaded, &step);
}

void FakeChip::decide(FakeEngine& unit, const void* record) {
  kasane_exit_decide_command command;
  std::memcpy(&command, record, sizeof command);
  const auto* logits = reinterpret_cast<const int8_t*>(fmm_.data()) + command.input_address;
  const auto decision = kasane_exit_decide(logits, command.count, command.step_q24);
  register_write32(address_of(unit.registers), KASANE_EXIT_UNIT_ENTROPY, decision.entropy_q24);
  register_write32(address_of(unit.registers), KASANE_EXIT_UNIT_CLASS, decision.largest);
}

void FakeChip::expect_running(uint32_t domain) {
  EXPECT_EQ(control(domain), uint32_t{KASANE_DOMAIN_CLOCK | KASANE_DOMAIN_POWER}) << "domain " << domain;
}

void FakeChip::set_domain(uint32_t domain, uint32_t offset, uint32_t value) {
  register_write32(address_of(power_registers_), KASANE_POWER_DOMAINS + domain * KASANE_POWER_STRIDE + offset,
                   value);
}

uint32_t FakeChip::control(uint32_t domain) {
  return register_read32(address_of(power_registers_),
                         KASANE_POWER_DOMAINS + domain * KASANE_POWER_STRIDE + KASANE_DOMAIN_CONTROL);
}

bool FakeChip::clocks_gated() {
  for (uint32_t d = domain_dma; d < domain_count; ++d) {
    if ((control(d) & KASANE_DOMAIN_CLOCK) != 0) return false;
  }
  return true;
}

}  // namespace kasane
