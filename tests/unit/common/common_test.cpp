/// Energy account, power domain, register bank and the engines' common front.
#include <array>
#include <gtest/gtest.h>
#include <vector>

#include <systemc>

#include "models/common/energy_account.h"
#include "models/common/power_domain.h"
#include "models/common/register_bank.h"

namespace kasane {
namespace {

using sc_core::sc_time;

VoltageScaling square() {
  return {[](double volts) { return volts * volts; }, [](double volts) { return volts; }};
}

TEST(Figure, WorksOnValueAndBoundsAlike) {
  constexpr Figure one{2, 1, 4};
  constexpr Figure other{3, 2.5, 8};
  EXPECT_EQ(one + other, (Figure{5, 3.5, 12}));
  EXPECT_EQ(other - one, (Figure{1, 1.5, 4}));
  EXPECT_EQ(3 * one, (Figure{6, 3, 12}));
  EXPECT_EQ(one * 3, 3 * one);
  EXPECT_EQ(other / 2, (Figure{1.5, 1.25, 4}));
  Figure sum;
  for (int part = 0; part < 4; ++part) sum += one;
  EXPECT_EQ(sum, 4 * one);
  EXPECT_EQ(Figure::exact(5), (Figure{5, 5, 5}));
}

// 10 operations of 2 (1 ... 5) pJ at 1 V, 10 at 0.5 V, a quarter of it each: 12.5 at 1 V. Clock of 1 (0.5 ...
// 2) pJ a cycle and leakage of 3 (1 ... 10) nW: 1 ms of 1000 Hz at 1 V, 1 ms of 500 Hz at 0.5 V with half the
// leakage, 1 ms without clock, 1 ms off.
TEST(EnergyAccount, RangeIsTheEnergyAtTheBounds) {
  EnergyAccount account;
  const BlockId block = account.add_block("ncu", 1);
  const BlockId other = account.add_block("other", 1);
  const OperationId multiply = account.add_operation(block, "multiply", {2e-12, 1e-12, 5e-12});
  PowerDomain domain("ncu", {.points = {{1, 1000}, {0.5, 500}}}, square(), account);
  account.settle();
  domain.attach(block, {3e-9, 1e-9, 10e-9}, {1e-12, 0.5e-12, 2e-12});
  const sc_time millisecond(1, sc_core::SC_MS);
  const auto book = [&] {
    const sc_time now = sc_core::sc_time_stamp();
    account.book(multiply, 4, {now, now}, 3);
    const OperationCount more{multiply, 6};
    account.book(block, {&more, 1}, {now, now}, 3);
  };
  book();
  sc_core::sc_start(millisecond);
  domain.set_point(1);
  book();
  sc_core::sc_start(millisecond);
  domain.set_clock(false);
  sc_core::sc_start(millisecond);
  domain.set_power(false);
  sc_core::sc_start(millisecond);
  account.settle();
  const double value = 12.5 * 2e-12 + (1 + 0.25 * 0.5) * 1e-12 + (1 + 0.5 + 0.5) * 3e-12;
  const double low = 12.5 * 1e-12 + (1 + 0.25 * 0.5) * 0.5e-12 + (1 + 0.5 + 0.5) * 1e-12;
  const double high = 12.5 * 5e-12 + (1 + 0.25 * 0.5) * 2e-12 + (1 + 0.5 + 0.5) * 10e-12;
  EXPECT_NEAR(account.blocks()[block.index].energy().total(), value, 1e-12 * value);
  EXPECT_NEAR(account.range(block).low, low, 1e-12 * low);
  EXPECT_NEAR(account.range(block).high, high, 1e-12 * high);
  EXPECT_EQ(account.range(other).high, 0);
}

TEST(PowerDomain, RoundsTimeOnceNotPerCycle) {
  EnergyAccount account;
  const PowerDomain domain("ncu", {.points = {{1.1, 534'000'000}}}, square(), account);
  EXPECT_EQ(domain.cycles(1).value(), 1873u);                         // 1872.66 ps
  EXPECT_EQ(domain.cycles(534'000'000).value(), 1'000'000'000'000u);  // one second exactly
  for (const std::uint64_t count : {0, 1, 2, 3, 1000})
    EXPECT_EQ(domain.cycles_in(domain.cycles(count)), count);
  EXPECT_EQ(domain.cycles_in(sc_time(1874, sc_core::SC_PS)), 2u);
}

TEST(PowerDomain, RefusesWhatItDoesNotAllow) {
  EnergyAccount account;
  PowerDomain domain("cpu", {.points = {{1, 1000}}, .clock_can_gate = false, .power_can_gate = false},
                     square(), account);
  EXPECT_FALSE(domain.set_point(1));
  EXPECT_FALSE(domain.set_clock(false));
  EXPECT_FALSE(domain.set_power(false));
  EXPECT_TRUE(domain.ready());
}

TEST(PowerDomain, ScalesOperationsWithVoltage) {
  EnergyAccount account;
  const BlockId block = account.add_block("ncu", 1);
  const OperationId multiply = account.add_operation(block, "multiply", Figure::exact(2e-12));
  PowerDomain domain("ncu", {.points = {{1, 1000}, {0.5, 500}}}, square(), account);
  domain.attach(block, {}, {});
  const sc_time now = sc_core::sc_time_stamp();
  account.book(multiply, 10, {now, now}, 3);
  domain.set_point(1);
  account.book(multiply, 10, {now, now}, 4);
  EXPECT_DOUBLE_EQ(account.blocks()[0].layers.at(3).energy.dynamic, 20e-12);
  EXPECT_DOUBLE_EQ(account.blocks()[0].layers.at(4).energy.dynamic, 5e-12);
  EXPECT_EQ(account.operation(multiply).count, 20u);
}

tlm::tlm_response_status access(RegisterBank& bank, tlm::tlm_command command, std::uint64_t address,
                                void* data, unsigned bytes) {
  tlm::tlm_generic_payload payload;
  payload.set_command(command);
  payload.set_address(address);
  payload.set_data_ptr(static_cast<unsigned char*>(data));
  payload.set_data_length(bytes);
  bank.transport(payload);
  return payload.get_response_status();
}

TEST(RegisterBank, LetsDebuggersLookAnywhereButNotDisturb) {
  RegisterBank bank;
  int reads = 0;
  bank.add({.name = "A", .offset = 0, .value = 0x44332211});
  bank.add({.name = "FIFO",
            .offset = 4,
            .on_read = [&reads] { return static_cast<std::uint32_t>(++reads); },
            .on_peek = [] { return 0x88776655u; }});
  std::array<std::uint8_t, 12> data{};
  tlm::tlm_generic_payload payload;
  payload.set_read();
  payload.set_address(3);
  payload.set_data_ptr(data.data());
  payload.set_data_length(data.size());
  EXPECT_EQ(bank.debug(payload), 5u);  // there is nothing at 8
  EXPECT_EQ((std::vector<std::uint8_t>(data.begin(), data.begin() + 5)),
            (std::vector<std::uint8_t>{0x44, 0x55, 0x66, 0x77, 0x88}));
  EXPECT_EQ(reads, 0);
  payload.set_write();
  payload.set_address(2);
  payload.set_data_length(4);
  EXPECT_EQ(bank.debug(payload), 0u);
  payload.set_address(0);
  EXPECT_EQ(bank.debug(payload), 4u);
  EXPECT_EQ(bank.at(0).value, 0x77665544u);
}

TEST(RegisterBank, AnswersAsABusDoes) {
  RegisterBank bank;
  bank.add({"ID", 0, Access::read_only, "", 7});
  bank.add({"DATA", 4, Access::read_write, ""});
  bank.add({"FLAGS", 8, Access::write_one_to_clear, "", 0xF});
  std::uint64_t data = 0;
  EXPECT_EQ(access(bank, tlm::TLM_READ_COMMAND, 0, &data, 8), tlm::TLM_OK_RESPONSE);
  EXPECT_EQ(data, 7u);
  EXPECT_EQ(access(bank, tlm::TLM_WRITE_COMMAND, 0, &data, 4), tlm::TLM_COMMAND_ERROR_RESPONSE);
  EXPECT_EQ(access(bank, tlm::TLM_READ_COMMAND, 16, &data, 4), tlm::TLM_ADDRESS_ERROR_RESPONSE);
  EXPECT_EQ(access(bank, tlm::TLM_READ_COMMAND, 1, &data, 1), tlm::TLM_BURST_ERROR_RESPONSE);
  data = 0x5;
  EXPECT_EQ(access(bank, tlm::TLM_WRITE_COMMAND, 8, &data, 4), tlm::TLM_OK_RESPONSE);
  EXPECT_EQ(bank.at(8).value, 0xAu);
}

}  // namespace
}  // namespace kasane
