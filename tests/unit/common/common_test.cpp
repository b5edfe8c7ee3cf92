/// Energy account, power domain, register bank and the engines' common front.
#include <gtest/gtest.h>

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
  const OperationId multiply = account.add_operation(block, "multiply", 2e-12);
  PowerDomain domain("ncu", {.points = {{1, 1000}, {0.5, 500}}}, square(), account);
  domain.attach(block, 0, 0);
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
